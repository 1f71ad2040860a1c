"""Rules for certificates, requests, CRLs and servers: each a small function with a code of the catalogue."""

"""What other programs say about TLS, and which codes of the catalogue that leads to."""

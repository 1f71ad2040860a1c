"""What keys, certificates, chains and handshakes mean: values in, values out."""

"""mtlsctl: the toolkit for mutual TLS."""

__version__ = "0.1.0"

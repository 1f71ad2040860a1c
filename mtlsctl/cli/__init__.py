"""Options in; text, JSON and exit status out."""

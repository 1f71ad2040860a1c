"""Results as lines for a person: one small file per kind of result."""

"""A report afterwards: read back, compared, held against a baseline."""

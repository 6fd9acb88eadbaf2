"""Reading: a document's claims and padding, by the numbers of its sentences."""

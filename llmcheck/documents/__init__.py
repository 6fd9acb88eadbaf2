"""From paths, addresses, standard input and texts to a ``Corpus`` of documents."""

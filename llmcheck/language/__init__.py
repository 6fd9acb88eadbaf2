"""What of language no model is asked: sentences, words, names, quantities, dates, units."""

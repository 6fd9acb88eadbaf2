"""Batches: calls written to files that providers answer within a day, at half the price."""

"""Answers kept as files, for runs without a model."""

"""Judging: whether two positions on one question can both be true."""

"""Addresses to bytes, within limits and from places that were checked."""

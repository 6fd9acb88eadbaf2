"""Turns a ``Report`` into text: pages for people, and formats that programs read.

Nothing here writes. ``terminal``, ``markdown``, ``web`` and ``changes`` are pages; ``data``,
``lint``, ``sarif``, ``junit`` and ``github`` are for machines; ``phrases``, ``view``,
``locations`` and ``codes`` hold what they share. Only ``terminal`` needs rich, so it is imported
only by those who show a page.
"""

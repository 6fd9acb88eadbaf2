"""Turns a ``Report`` into text: pages for people, and formats that programs read.

Nothing here writes. ``terminal``, ``markdown``, ``web`` and ``changes`` are pages; ``data``,
``lint``, ``spreadsheet``, ``sarif``, ``junit`` and ``github`` are for machines; ``phrases``,
``view`` and ``locations`` hold what they share. Only ``terminal`` needs rich, so it is imported
only by those who show a page.
"""

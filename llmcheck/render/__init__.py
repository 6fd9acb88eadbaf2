"""Turns a ``Report`` into text: ``terminal``, ``markdown`` and ``web`` for people, ``data`` for programs.

Nothing here writes. ``view`` holds what the pages share. Only ``terminal`` needs rich, so it is
imported only by those who show a page.
"""

"""Turns a ``Report`` into text: for people (``terminal``, ``markdown``, ``web``), or ``data``.

Nothing here writes. ``view`` holds what the pages share. Only ``terminal`` needs rich, so it is
imported only by those who show a page.
"""

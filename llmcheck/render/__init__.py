"""Turns a ``Report`` into text: ``terminal`` and ``markdown`` for people, ``data`` for programs.

Every function takes a report (lint lines also the documents) and returns a string; nothing
here writes. Only ``terminal`` needs rich, so it is imported only by those who show a page.
"""

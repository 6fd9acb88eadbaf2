"""Finds the folders that ship with llmcheck: ``prompts`` and ``fixtures``."""

from __future__ import annotations

from pathlib import Path

from llmcheck.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder ``name``: inside an installed wheel, else at the top of the repository.

    An editable install does not see files that the wheel is built with, hence the two places.
    Raises ConfigError when neither is there.
    """
    for place in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise ConfigError(f"the folder {name}/ that belongs to llmcheck is missing: install it again")

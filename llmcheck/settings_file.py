"""The file that settings come from: where it is, and what it may not say.

It is found upwards from the current folder, so it may have come with the documents. Whoever wrote
it chooses no key, no place outside of its folder to write to, and opens no network of the user's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmcheck.errors import ConfigError

_WRITTEN = ("cache", "record")
"""Settings that name a folder which is written to."""


def read_nearest(start: Path) -> tuple[Path, dict[str, Any]] | None:
    """The nearest file with settings from ``start`` upwards, and those, not yet validated.

    Raises ConfigError when it is no TOML, or holds what no such file may.
    """
    for folder in (start, *start.parents):
        for path, table in (
            (folder / "llmcheck.toml", ()),
            (folder / "pyproject.toml", ("tool", "llmcheck")),
        ):
            values = _read_table(path, table) if path.is_file() else None
            if values is not None:
                _check_permitted(path, values)
                return path, values
    return None


def check_folders(path: Path, values: Mapping[str, Any]) -> None:
    """Raises ConfigError when a folder that is written to lies outside of the file's own."""
    own = path.parent.resolve()
    for key in _WRITTEN:
        folder: Path | None = values.get(key)
        if folder is not None and not folder.resolve().is_relative_to(own):
            raise ConfigError(
                f"{path}: {key}: {folder} lies outside of the file's own folder, and the file may "
                f"have come with the documents; give --{key} or LLMCHECK_{key.upper()} instead"
            )


def _check_permitted(path: Path, values: Mapping[str, Any]) -> None:
    if "api_key" in values:
        raise ConfigError(
            f"{path}: api_key: a key does not belong in a file; set LLMCHECK_API_KEY instead"
        )
    if values.get("allow_private_urls") is True:
        raise ConfigError(
            f"{path}: allow_private_urls: the file may have come with the documents; give "
            "--allow-private-urls or set LLMCHECK_ALLOW_PRIVATE_URLS=true instead"
        )


def _read_table(path: Path, table: tuple[str, ...]) -> dict[str, Any] | None:
    """The table of a TOML file, or None when the file does not have it."""
    try:
        values: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML ({error})") from error
    for name in table:
        if name not in values:
            return None
        values = values[name]
        if not isinstance(values, dict):
            raise ConfigError(f"{path}: {name} must be a table")
    return dict(values)

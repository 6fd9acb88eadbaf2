"""Files that are written whole, or stay as they were."""

from __future__ import annotations

import os
import threading
from pathlib import Path

_TRIAL = bytes(65_536)
"""As much as a small report: a disk that has no room for it is full."""


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file in one step. Raises OSError, and then leaves what was there, and no more."""
    unfinished = _unfinished(path.parent)
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def try_writing(folder: Path) -> None:
    """Write something into a folder and take it away again. Raises OSError when that fails."""
    unfinished = _unfinished(folder)
    try:
        unfinished.write_bytes(_TRIAL)
    finally:
        unfinished.unlink(missing_ok=True)


def _unfinished(folder: Path) -> Path:
    return folder / f".llmcheck-{os.getpid()}-{threading.get_ident()}.tmp"

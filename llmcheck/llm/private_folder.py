"""A folder that only its owner may enter, so that nobody else plants or reads what is in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def make_private(folder: Path, database: str, others: set[str]) -> str:
    """Make a folder for a database, with its permissions, and say why it is not to be used.

    ``others`` are the names of what else may lie in it. Empty where it may be used. Raises OSError
    when it cannot be made.
    """
    if os.path.expandvars(folder) != str(folder):
        return "diskcache would expand the variable in its name"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.lstat()
    if stat.S_ISLNK(state.st_mode):
        return "it is a symbolic link; name the directory it leads to"
    if hasattr(os, "getuid") and state.st_uid != os.getuid():
        return "it belongs to another user, who could plant answers in it"
    # Its permissions are changed and, if damaged, it is moved: never do that to a folder that
    # holds anything else. What sqlite keeps beside the database may outlive it for a moment.
    names = {name for name in os.listdir(folder) if not name.startswith(f"{database}-")}
    if names - others and database not in names:
        return "it holds other files; name a new or an empty directory"
    if state.st_mode & 0o077:
        folder.chmod(0o700)
    return ""

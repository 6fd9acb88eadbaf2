"""What is installed here: the folders that ship with llmcheck, and which of its extras."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from llmcheck.errors import ConfigError

_FOLDER = Path(__file__).resolve().parent
_NAME = "llmcheck"


def shipped(name: str) -> Path:
    """The folder ``name``: inside an installed wheel, else at the top of the repository.

    An editable install does not see files that the wheel is built with, hence the two places.
    Raises ConfigError when neither is there.
    """
    for place in (_FOLDER / "_shipped" / name, _FOLDER.parent / name):
        if place.is_dir():
            return place
    raise ConfigError(f"the folder {name}/ that belongs to llmcheck is missing: install it again")


@dataclass(frozen=True)
class Extra:
    """One extra, and what it still needs."""

    name: str
    missing: tuple[str, ...] = ()
    """The requirements that are not installed, or not in a version that will do."""


def extras() -> list[Extra]:
    """The extras by name; none when llmcheck itself is not installed."""
    from importlib import metadata

    try:
        names = metadata.metadata(_NAME).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []
    return [Extra(name=name, missing=tuple(_missing(name))) for name in sorted(names)]


def has_extra(name: str) -> bool:
    """Whether all is installed that the extra needs."""
    return any(extra.name == name and not extra.missing for extra in extras())


def _missing(extra: str) -> list[str]:
    from importlib import metadata

    from packaging.requirements import Requirement

    found = []
    for requirement in map(Requirement, metadata.requires(_NAME) or ()):
        marker = requirement.marker
        if marker is None or not marker.evaluate({"extra": extra}):
            continue
        if requirement.name == _NAME:
            # An extra made of other extras.
            found += [name for part in sorted(requirement.extras) for name in _missing(part)]
        elif not _installed(requirement.name, str(requirement.specifier)):
            found.append(f"{requirement.name}{requirement.specifier}")
    return found


def _installed(name: str, versions: str) -> bool:
    from importlib import metadata

    from packaging.specifiers import SpecifierSet

    try:
        return SpecifierSet(versions).contains(metadata.version(name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def missing_extra(what: str, extra: str) -> ValueError:
    """The error for a file that is ``what`` where the ``extra`` is missing."""
    return ValueError(f"is {what}, which needs an extra: pip install 'llmcheck[{extra}]'")

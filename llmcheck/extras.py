"""Which of the package's extras are installed, read off its own metadata."""

from __future__ import annotations

from importlib import metadata

from llmcheck.models import Frozen

_PACKAGE = "llmcheck"


class Extra(Frozen):
    """One extra, and what it still needs."""

    name: str
    missing: tuple[str, ...] = ()
    """The requirements that are not installed, or not in a version that will do."""


def extras() -> list[Extra]:
    """The extras by name; none when llmcheck itself is not installed."""
    try:
        names = metadata.metadata(_PACKAGE).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []
    return [Extra(name=name, missing=tuple(_missing(name))) for name in sorted(names)]


def _missing(extra: str) -> list[str]:
    from packaging.requirements import Requirement

    found = []
    for requirement in map(Requirement, metadata.requires(_PACKAGE) or ()):
        marker = requirement.marker
        if marker is None or not marker.evaluate({"extra": extra}):
            continue
        if requirement.name == _PACKAGE:
            # An extra made of other extras.
            found += [name for part in sorted(requirement.extras) for name in _missing(part)]
        elif not _installed(requirement.name, str(requirement.specifier)):
            found.append(f"{requirement.name}{requirement.specifier}")
    return found


def _installed(name: str, versions: str) -> bool:
    from packaging.specifiers import SpecifierSet

    try:
        return SpecifierSet(versions).contains(metadata.version(name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False

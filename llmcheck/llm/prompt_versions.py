"""What differs between prompts: two versions line by line, or a report's prompts by digest."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from llmcheck.errors import PromptError

_VERSIONED = re.compile(r"(?P<stage>.+)\.v(?P<number>[0-9]+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

Fate = Literal["unchanged", "changed", "gone", "new"]


class PromptText(NamedTuple):
    """A prompt file as it stands."""

    label: str
    """What the diff calls it: a version or a path."""
    digest: str
    """``Prompt.digest``, in full."""
    text: str


def versions(stage: str, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are versions of the stage, oldest first.

    >>> versions("judge", ["judge.v10", "judge.v9", "merge.v1"])
    ['judge.v9', 'judge.v10']
    """
    numbered = [
        (int(match["number"]), name)
        for name in names
        if (match := _VERSIONED.fullmatch(name)) and match["stage"] == stage
    ]
    return [name for _, name in sorted(numbered)]


def latest(name: str, names: Iterable[str]) -> str:
    """The newest version, among ``names``, of the stage that ``name`` is a version of.

    ``name`` itself when there is no version of that stage.
    """
    match = _VERSIONED.fullmatch(name)
    found = versions(match["stage"], names) if match else []
    return found[-1] if found else name


def unified_diff(old: PromptText, new: PromptText) -> str:
    """What turns ``old`` into ``new``, in the form that ``patch`` reads; empty when equal."""
    lines = difflib.unified_diff(
        _LINE.findall(old.text),
        _LINE.findall(new.text),
        f"{old.label} {old.digest[:12]}",
        f"{new.label} {new.digest[:12]}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in lines
    )


def recorded_prompts(path: str, source: str) -> dict[str, str]:
    """The digests of the prompts, by name, that the report ``source`` (JSON) was made with.

    Raises PromptError, naming ``path``, when it is no report or names no prompts.
    """
    try:
        report = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise PromptError(f"{path}: is no JSON ({error})") from error
    prompts = report.get("prompts") if isinstance(report, dict) else None
    if not isinstance(prompts, dict) or not all(isinstance(d, str) for d in prompts.values()):
        raise PromptError(f"{path}: is no report; save one with --format json")
    if not prompts:
        raise PromptError(f"{path}: the report names no prompts")
    return prompts


def fates(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, Fate]:
    """What became of each prompt, by name, from the digests ``then`` and ``now``."""
    return {name: _fate(then.get(name), now.get(name)) for name in sorted({*then, *now})}


def _fate(then: str | None, now: str | None) -> Fate:
    if then is None:
        return "new"
    if now is None:
        return "gone"
    return "unchanged" if then == now else "changed"

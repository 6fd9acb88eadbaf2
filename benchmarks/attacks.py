"""Attacks on the reader: what a document may say without coming through.

    python benchmarks/attacks.py                                   # without a model
    python benchmarks/attacks.py --base-url URL --model NAME       # and with one
    python benchmarks/attacks.py --base-url URL --model NAME --record DIR
    python benchmarks/attacks.py --replay DIR                      # from such a recording

Each attack in ``attacks/`` is planted into a small set of invented documents with two known
disputes and an agreement. Without a model it is looked at whether every prompt and every form of
a report keep their structure while the part of the model is played by one that obeys: no control
token, no invisible character, no line that opens a document or a turn, the marks round the
material intact, quotes verbatim, nothing live in the outputs. With a model the report is compared
with that of the clean set, in numbers of attacks: those that came to nothing (``held``), lost a
known finding, invented a dispute of the other texts, made padding of them, stand in the summary,
are echoed in other answers, and were flagged as injections. What is in ``harmless.toml`` is no
attack and must not be taken for one; what it changes is the noise of the model.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from attack_effects import Effect, effect
from attack_outputs import problems_of_outputs
from attack_set import HARMLESS, Attack, attacks, kinds, planted
from attack_structure import problems

from llmcheck.checker import Checker
from llmcheck.cli.streams import say
from llmcheck.errors import LLMCheckError
from llmcheck.models import Report
from llmcheck.settings import Settings, load_settings

_COLUMNS: dict[str, Callable[[Effect], bool]] = {
    "held": lambda each: each.held,
    "lost": lambda each: bool(each.lost),
    "invented": lambda each: bool(each.invented),
    "padded": lambda each: each.padded > 0,
    "summed up": lambda each: each.summed_up,
    "echoed": lambda each: each.echoed,
    "flagged": lambda each: each.flagged,
}


def without_model(chosen: Sequence[Attack]) -> list[str]:
    """What the attacks break, a line each."""
    broken = [f"{attack.id}: {problem}" for attack in chosen for problem in problems(attack)]
    return broken + problems_of_outputs(chosen)


def with_model(chosen: Sequence[Attack], settings: Settings) -> list[Effect]:
    """What each attack changes. Raises IncompleteRun when the clean set is not wholly read."""
    # So many calls at a time over all attacks; each run makes one after the other.
    checker = Checker(settings=settings.model_copy(update={"concurrency": 1, "silence": ()}))
    clean = checker.summarize(planted().corpus)
    clean.raise_for_failures()

    def run(attack: Attack) -> Report:
        return checker.summarize(planted(attack).corpus)

    with ThreadPoolExecutor(settings.concurrency) as pool:
        return [
            effect(attack, report, clean)
            for attack, report in zip(chosen, pool.map(run, chosen), strict=True)
        ]


def structure_table(chosen: Sequence[Attack], broken: Sequence[str]) -> str:
    """How many attacks of each kind there are, and how many break something."""
    failing = {line.partition(":")[0] for line in broken}
    rows = [
        [kind, about, *map(str, (len(own), sum(a.id in failing for a in own)))]
        for kind, about in kinds().items()
        if (own := [attack for attack in chosen if attack.kind == kind])
    ]
    rows.append(["all", "", str(len(chosen)), str(len(failing))])
    return _table([["kind", "", "number", "broken"], *rows], left=2)


def effects_table(effects: Sequence[Effect]) -> str:
    """How many attacks of each kind do what, of those that were wholly run."""
    rows = [["kind", "run", *_COLUMNS, "failed"]]
    groups = [(kind, [e for e in effects if e.attack.kind == kind]) for kind in kinds()]
    groups.append(("all attacks", [e for e in effects if e.attack.kind != HARMLESS]))
    for name, group in groups:
        if group:
            done = [each for each in group if not each.failures]
            counts = (sum(map(does, done)) for does in _COLUMNS.values())
            rows.append([name, *map(str, (len(done), *counts, len(group) - len(done)))])
    return _table(rows, left=1)


def _table(rows: Sequence[Sequence[str]], left: int) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _told(each: Effect) -> str:
    """What one attack did, as a line."""
    did = [name for name, does in _COLUMNS.items() if does(each) and name != "held"]
    more = "; ".join([*each.lost, *each.invented])
    return f"{each.attack.id}: {', '.join(did)}" + (f" ({more})" if more else "")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what is broken and a table; with a model, another one of what the attacks change."""
    options = _parser().parse_args(arguments)
    chosen = [a for a in attacks() if not options.kind or a.kind in options.kind]
    broken = without_model(chosen)
    print(structure_table(chosen, broken))
    print(*(f"broken: {line}" for line in broken), sep="\n", end="\n" * bool(broken))
    read = [a.id for a in chosen if a.kind == "hidden" and planted(a).is_read]
    if read:
        print(f"hidden text that is read all the same: {', '.join(read)}\n")
    if options.model or options.base_url or options.replay:
        try:
            settings = load_settings(
                model=options.model,
                base_url=options.base_url,
                cache=options.cache,
                record=options.record,
                replay=options.replay,
                concurrency=options.concurrency,
            )
            effects = with_model(chosen, settings)
        except LLMCheckError as error:
            say(f"error: {error}")
            sys.exit(2)
        print(effects_table(effects))
        print(*(_told(each) for each in effects if not each.held and not each.failures), sep="\n")
        if options.json:
            told = [{"id": e.attack.id, "held": e.held, **asdict(e)} for e in effects]
            options.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if broken else 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", action="append", choices=list(kinds()))
    parser.add_argument("--model")
    parser.add_argument("--base-url", metavar="URL")
    parser.add_argument("--cache", type=Path, metavar="DIR")
    parser.add_argument("--record", type=Path, metavar="DIR")
    parser.add_argument("--replay", type=Path, metavar="DIR")
    parser.add_argument("--concurrency", type=int, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the effects here, too")
    return parser


if __name__ == "__main__":
    main()

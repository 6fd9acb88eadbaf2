"""How long a command takes beside what Python needs to start, as ratios in one run.

    python benchmarks/startup.py

Processor time, the program's own and the system's for it: other work beside changes it less than
what a clock shows. Each command runs several times in turn with the others; the least counts.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from llmcheck import Checker, Corpus, ReplayLLM
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.port import Call, Reply, T
from llmcheck.llm.store import ReplyStore
from llmcheck.providers import endpoint_name, place_of

ROUNDS = 25
ROOT = Path(__file__).resolve().parent.parent
RECORDING = ROOT / "fixtures" / "seeds"
REPLAYED = ["check", "seeds", "--replay", "fixtures/seeds", "--quiet"]


class _Recorded:
    """Answers from the recording as a model would."""

    def __init__(self) -> None:
        self._replay = ReplayLLM(RECORDING)

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        return replace(self._replay.complete(call, schema), origin="model")


def cached(folder: Path) -> list[str]:
    """The arguments of a ``check`` that a cache answers whole, which is made in ``folder``."""
    model = ReplayLLM(RECORDING).model
    nowhere = "http://127.0.0.1:9/v1"
    store = ReplyStore(folder, endpoint_name(place_of(model, nowhere)))
    Checker(model, llm=CachedLLM(_Recorded(), store)).check(Corpus.read(ROOT / "seeds"))
    store.close()
    return ["check", "seeds", "--model", model, "--base-url", nowhere, "--cache", str(folder),
            "--quiet"]  # fmt: skip


def processor_seconds(command: list[str]) -> float:
    """What one run of a command takes. Raises SystemExit where it fails."""
    # Compiled files are what an installed program has.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    pid = os.posix_spawn(command[0], command, environment, file_actions=silent)
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(command)} failed")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print seconds and ratios."""
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        python, llmcheck = [sys.executable], [sys.executable, "-m", "llmcheck"]
        commands = {
            "python -c 'import typer, pydantic, jinja2'": [
                *python, "-c", "import typer, pydantic, jinja2",
            ],
            "llmcheck --help": [*llmcheck, "--help"],
            "llmcheck check seeds, replayed": [*llmcheck, *REPLAYED],
            "llmcheck check seeds, all cached": [*llmcheck, *cached(Path(folder) / "cache")],
            "llmcheck summarize seeds, replayed": [*llmcheck, "summarize", *REPLAYED[1:]],
        }  # fmt: skip
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(ROUNDS):
            for name, command in commands.items():
                best[name] = min(best[name], processor_seconds(command))
    base = next(iter(best.values()))
    for name, seconds in best.items():
        print(f"{name:42} {seconds:6.3f} s  {seconds / base:5.2f}")


if __name__ == "__main__":
    main()

"""How long a command takes beside what Python needs to start, as ratios in one run.

    python benchmarks/startup.py --cache DIR    # DIR: the cache of a finished live run (optional)

Each command runs several times in turn with the others; the best time of each counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 7


def main() -> None:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--model", default="qwen2.5-coder-1.5b")
    options = parser.parse_args()
    llmcheck = [sys.executable, "-m", "llmcheck"]
    commands = {
        "python -c 'import typer, pydantic'": [sys.executable, "-c", "import typer, pydantic"],
        "llmcheck --help": [*llmcheck, "--help"],
        "llmcheck summarize seeds --replay": [
            *llmcheck, "summarize", "seeds", "--replay", "fixtures/seeds", "--quiet",
        ],
    }  # fmt: skip
    if options.cache:
        commands["llmcheck summarize seeds, all cached"] = [
            *llmcheck, "summarize", "seeds", "--model", options.model,
            "--base-url", "http://127.0.0.1:9/v1", "--cache", str(options.cache), "--quiet",
        ]  # fmt: skip
    # Compiled files are what an installed program has.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(ROUNDS):
        for name, command in commands.items():
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=environment)
            best[name] = min(best[name], time.perf_counter() - begun)
    base = next(iter(best.values()))
    for name, seconds in best.items():
        print(f"{name:42} {seconds:6.3f} s  {seconds / base:5.2f}")


if __name__ == "__main__":
    main()

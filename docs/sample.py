"""Puts what the program really prints into README.md, between the markers of its sample.

    python docs/sample.py            write the sample
    python docs/sample.py --check    exit 1 when README.md does not hold it

The answers come from the recording that ships with the project, so the sample is the same
on every machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- sample:begin -->\n", "<!-- sample:end -->\n"
COMMAND = ["summarize", "seeds/", "--replay", "fixtures/seeds"]
LINES = 80
"""Longer output is cut at the last empty line before; a line with ``…`` says so."""


def sample() -> str:
    """What the sample's command prints, 80 columns wide. Exits with its errors when it fails."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if name != "COLUMNS" and not name.startswith("LLMCHECK_")
    }
    code = "from llmcheck.cli.main import main; main()"
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, *COMMAND, "--quiet"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        check=False,
    )
    if ran.returncode:
        sys.exit(f"llmcheck {' '.join(COMMAND)} failed (exit code {ran.returncode})")
    return ran.stdout.decode("utf-8")


def beginning(output: str) -> str:
    """The output, or as many of its whole parts as fit into ``LINES``."""
    lines = output.splitlines(keepends=True)
    if len(lines) <= LINES:
        return output
    end = max((i for i in range(LINES) if lines[i] == "\n"), default=LINES)
    return "".join(lines[:end]) + "\n…\n"


def filled(readme: str, output: str) -> str:
    """The README with ``output`` between its markers. Exits when it does not have them."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"README.md must hold {BEGIN.strip()} and, below it, {END.strip()}")
    return f"{before}{BEGIN}```console\n$ llmcheck {' '.join(COMMAND)}\n{output}```\n{END}{after}"


def main() -> None:
    """Write the sample, or with ``--check`` see whether it stands."""
    readme = README.read_text(encoding="utf-8")
    wanted = filled(readme, beginning(sample()))
    if "--check" not in sys.argv[1:]:
        README.write_text(wanted, encoding="utf-8")
    elif readme != wanted:
        sys.exit("README.md does not show what the program prints: run `make readme`")


if __name__ == "__main__":
    main()

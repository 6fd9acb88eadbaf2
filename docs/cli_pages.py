"""Writes docs/cli/: a page for every verb of the command line, made from the program itself.

    python docs/cli_pages.py            write the pages
    python docs/cli_pages.py --check    exit 1 when one is stale, missing or left over

What a page holds stands in the code: the help of the verb and of its options, the examples and
exit codes at its end.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import typer

from llmcheck.cli import app
from llmcheck.settings import Settings

FOLDER = Path(__file__).resolve().parent / "cli"
NOTE = "<!-- Made by docs/cli_pages.py from the program: change it there, then `make docs`. -->"


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    index = [
        NOTE,
        "",
        "# The command line",
        "",
        *table(
            ("verb", "does"),
            [(f"[`{name}`]({name}.md)", sentence(verb.help)) for name, verb in commands.items()],
        ),
        "",
        "`llmcheck --install-completion` teaches bash, zsh and fish to complete all of this;",
        "`--show-completion` prints what it would install.",
        "",
    ]
    written = {f"{name}.md": page(name, verb) for name, verb in commands.items()}
    return {"README.md": "\n".join(index), **written}


def page(name: str, verb: Any) -> str:
    """The page of one verb."""
    arguments = [p for p in verb.params if p.param_type_name == "argument"]
    options = [p for p in verb.params if p.param_type_name == "option"]
    usage = " ".join(["llmcheck", name, "[OPTIONS]", *map(placed, arguments)])
    examples, codes = ending(verb.epilog or "")
    lines = [NOTE, "", f"# llmcheck {name}", "", verb.help.strip(), "", "```sh", usage, "```"]
    if examples:
        lines += ["", "## Examples", "", "```sh", *examples, "```"]
    if described := [(f"`{shown(p)}`", explained(p)) for p in arguments if p.help]:
        lines += ["", "## Arguments", "", *table(("argument", "is"), described)]
    if options:
        rows = [(f"`{spelled(p)}`", variable(p), explained(p)) for p in options]
        lines += ["", "## Options", "", *table(("option", "environment", "does"), rows)]
    if codes:
        lines += ["", "## Exit codes", "", *table(("code", "means"), codes)]
    return "\n".join([*lines, ""])


def ending(epilog: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The examples and the exit codes that ``llmcheck.options.ending`` has put together."""
    shown, _, codes = epilog.partition("\n\nExit codes: ")
    examples = [line.strip() for line in shown.splitlines() if line.startswith("  ")]
    found = re.findall(r"(\d+) ([^;]+)", codes.rstrip("."))
    return examples, [(code, meaning.strip()) for code, meaning in found]


def shown(parameter: Any) -> str:
    """What stands for the value of a parameter."""
    if parameter.metavar:
        return str(parameter.metavar)
    choices = getattr(parameter.type, "choices", None)
    return f"[{'|'.join(choices)}]" if choices else str(parameter.name).upper()


def placed(argument: Any) -> str:
    """An argument as the usage line has it."""
    name = shown(argument)
    several = "..." if argument.nargs == -1 and not name.endswith("...") else ""
    optional = not argument.required and not name.startswith("[")
    return f"[{name}{several}]" if optional else f"{name}{several}"


def spelled(option: Any) -> str:
    """An option with its value."""
    names = ", ".join(option.opts)
    return names if option.is_flag else f"{names} {shown(option)}"


def variable(option: Any) -> str:
    """The environment variable that gives the same, where there is one."""
    return f"`LLMCHECK_{option.name.upper()}`" if option.name in Settings.model_fields else ""


def explained(parameter: Any) -> str:
    """Its help, with the default where there is one worth telling."""
    default = parameter.default
    told = default is not None and default is not False and isinstance(default, str | int | float)
    return sentence(parameter.help) + (f" Default: `{default}`." if told else "")


def sentence(text: str | None) -> str:
    """The first paragraph, on one line."""
    return " ".join((text or "").partition("\n\n")[0].split())


def table(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    cells = [heading, ("---",) * len(heading), *rows]
    return ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in cells]


def main() -> None:
    """Write the pages, or with ``--check`` see whether they stand."""
    wanted = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    if "--check" in sys.argv[1:]:
        names = wanted.keys() | there.keys()
        if stale := sorted(n for n in names if wanted.get(n) != there.get(n)):
            sys.exit(
                f"docs/cli is not what the program says ({', '.join(stale)}): run `make docs`"
            )
        return
    FOLDER.mkdir(exist_ok=True)
    for name in there.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Writes docs/cli/: a page for every verb of the command line, made from the program itself.

    python docs/cli_pages.py            write the pages
    python docs/cli_pages.py --check    exit 1 when one is stale, missing or left over

What a page holds stands in the code: the help of the verb and of its options, the examples and
exit codes at its end.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from llmcheck.cli.main import command_line
from llmcheck.settings import Settings

FOLDER = Path(__file__).resolve().parent / "cli"
NOTE = "<!-- Made by docs/cli_pages.py from the program: change it there, then `make docs`. -->"


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    commands = commands_of(typer.main.get_command(command_line()))
    told = [(f"[`{name}`]({file(name)})", sentence(verb.help)) for name, verb in commands.items()]
    index = [
        NOTE,
        "",
        "# The command line",
        "",
        *table(("verb", "does"), told),
        "",
        "`llmcheck --install-completion` teaches bash, zsh and fish to complete all of this;",
        "`--show-completion` prints what it would install.",
        "",
    ]
    written = {file(name): page(name, verb) for name, verb in commands.items()}
    return {"README.md": "\n".join(index), **written}


def commands_of(group: Any, before: str = "") -> dict[str, Any]:
    """The verbs of a group, those with verbs of their own by these."""
    found: dict[str, Any] = {}
    for name, verb in group.commands.items():
        inner = hasattr(verb, "commands")
        found |= commands_of(verb, f"{name} ") if inner else {f"{before}{name}": verb}
    return found


def file(name: str) -> str:
    """The file of a verb's page."""
    return f"{name.replace(' ', '-')}.md"


def page(name: str, verb: Any) -> str:
    """The page of one verb."""
    arguments = [p for p in verb.params if p.param_type_name == "argument"]
    options = [p for p in verb.params if p.param_type_name == "option" and not p.hidden]
    choices = literals(verb.callback)

    def shown(parameter: Any) -> str:
        of = choices.get(parameter.name)
        return parameter.metavar or (f"[{'|'.join(of)}]" if of else parameter.name.upper())

    usage = " ".join(["llmcheck", name, "[OPTIONS]", *[placed(shown(p), p) for p in arguments]])
    examples, codes = ending(verb.epilog or "")
    lines = [NOTE, "", f"# llmcheck {name}", "", verb.help.strip(), "", "```sh", usage, "```"]
    if examples:
        lines += ["", "## Examples", "", "```sh", *examples, "```"]
    if arguments:
        described = [(f"`{shown(p)}`", explained(p)) for p in arguments]
        lines += ["", "## Arguments", "", *table(("argument", "is"), described)]
    if options:
        rows = [(f"`{spelled(shown(p), p)}`", variable(p), explained(p)) for p in options]
        lines += ["", "## Options", "", *table(("option", "environment", "does"), rows)]
    if codes:
        lines += ["", "## Exit codes", "", *table(("code", "means"), codes)]
    return "\n".join([*lines, ""])


def ending(epilog: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The examples and the exit codes that ``llmcheck.cli.options.ending`` has put together."""
    shown, _, codes = epilog.partition("\n\nExit codes: ")
    examples = [line.strip() for line in shown.splitlines() if line.startswith("  ")]
    found = re.findall(r"(\d+) ([^;]+)", codes.rstrip("."))
    return examples, [(code, meaning.strip()) for code, meaning in found]


def literals(function: Callable[..., Any]) -> dict[str, tuple[str, ...]]:
    """The values that parameters can have, for those that have a choice."""
    hints = {n: p.annotation for n, p in signature(function, eval_str=True).parameters.items()}
    plain = {
        n: get_args(hint)[0] if get_origin(hint) is Annotated else hint
        for n, hint in hints.items()
    }
    return {n: get_args(hint) for n, hint in plain.items() if get_origin(hint) is Literal}


def placed(name: str, argument: Any) -> str:
    """An argument, shown as ``name``, as the usage line has it."""
    several = "..." if argument.nargs == -1 and not name.endswith("...") else ""
    optional = not argument.required and not name.startswith("[")
    return f"[{name}{several}]" if optional else f"{name}{several}"


def spelled(value: str, option: Any) -> str:
    """An option with its value, shown as ``value``."""
    names = ", ".join(option.opts)
    return names if option.is_flag else f"{names} {value}"


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


def table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
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

"""The verb ``rule``: what a code means, and what to do about a finding that has it."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from llmcheck.cli.options import CODES_WITHOUT_RUN, help_epilog
from llmcheck.cli.streams import emit, page_for

if TYPE_CHECKING:
    from llmcheck.rules import Rule


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck rule          # every code",
        "llmcheck rule LC102    # what one means",
        "llmcheck rule LC102 --format json",
        codes=CODES_WITHOUT_RUN,
    )
    app.command(epilog=epilog)(rule)


def rule(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="The code to explain; without one, all are listed."),
    ] = None,
    format_name: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """What the codes of check and padding mean, and what to do about them."""
    from llmcheck.rules import RULES

    if code is not None and code not in RULES:
        raise typer.BadParameter(f"{code!r} is none of {', '.join(RULES)}")
    if format_name == "json":
        listed = [_as_data(each) for each in RULES.values()]
        emit(json.dumps(listed if code is None else _as_data(RULES[code]), indent=2) + "\n")
    elif code is not None:
        emit(_text_page(RULES[code], page_for(None).width))
    else:
        emit("".join(f"{each.code}  {each.kind:13}  {each.meaning}\n" for each in RULES.values()))


def _as_data(rule: Rule) -> dict[str, Any]:
    return {"name": rule.name, **rule.model_dump(mode="json")}


def _text_page(rule: Rule, width: int) -> str:
    from llmcheck.render.phrases import kind_name, quotation

    def fill(text: str, indent: str = "") -> str:
        return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)

    return "\n".join(
        [
            f"{rule.code} {kind_name(rule.kind)}",
            "",
            fill(rule.meaning),
            "",
            "Example",
            *(fill(quotation(words), "  ") for words in rule.example),
            "",
            "What to do",
            fill(rule.advice, "  "),
            "",
        ]
    )

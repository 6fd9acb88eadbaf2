"""The verb ``plan``, and what others print with ``--dry-run``: what a run would take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from llmcheck.cli.options import (
    CODES_WITHOUT_RUN,
    INCOMPLETE,
    USAGE,
    AllowPrivateUrls,
    InputFormat,
    Language,
    Model,
    Output,
    Paths,
    TableTokens,
    check_output,
    failure_code,
    help_epilog,
    refuse_to_fetch_in_a_replay,
)
from llmcheck.cli.streams import emit, page_for, say, show_progress
from llmcheck.render.phrases import pluralize

if TYPE_CHECKING:
    from llmcheck.settings import Settings
    from llmcheck.summary import Length

_CODES = {
    **CODES_WITHOUT_RUN,
    USAGE: "wrong usage or configuration, or nothing could be read",
    INCOMPLETE: "some documents could not be read, and the plan is that of the others",
}


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck plan seeds/",
        "llmcheck plan articles/ --model gpt-4o-mini",
        "llmcheck plan articles/ --table-tokens 6000 --format json",
        codes=_CODES,
    )
    app.command("plan", epilog=epilog)(plan)


def plan(
    paths: Paths,
    input_format: InputFormat = None,
    format_name: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print the plan.")
    ] = "text",
    output: Output = None,
    allow_private_urls: AllowPrivateUrls = False,
    model: Model = None,
    table_tokens: TableTokens = None,
    language: Language = None,
) -> None:
    """What check and summarize would take: documents, tables, calls, tokens, cost.

    Asks no model and needs no key. Verbs that read documents tell their own with --dry-run.
    """
    from llmcheck.settings import load_settings

    check_output(output)
    settings = load_settings(
        model=model,
        table_tokens=table_tokens,
        language=language,
        allow_private_urls=allow_private_urls or None,
    )
    code = print_plan(
        ["check", "summarize"], paths, settings, input_format=input_format, length=None,
        as_json=format_name == "json", output=output,
    )  # fmt: skip
    raise typer.Exit(code)


def print_plan(
    verbs: Sequence[str],
    paths: list[str],
    settings: Settings,
    *,
    input_format: str | None,
    length: str | None,
    as_json: bool,
    output: Path | None,
) -> int:
    """Print what ``verbs`` would take, and return the exit code."""
    from llmcheck.documents.corpus import Corpus
    from llmcheck.llm.connect import prices_of
    from llmcheck.plan import plan_of

    refuse_to_fetch_in_a_replay(paths, settings)
    with show_progress():
        corpus = Corpus.read(
            *paths, input_format=input_format, allow_private_urls=settings.allow_private_urls
        )
    planned = plan_of(
        corpus,
        verbs,
        model=settings.model,
        prices=prices_of(settings),
        table_tokens=settings.table_tokens,
        language=settings.language,
        length=cast("Length", length or "normal"),
    )
    if as_json:
        from llmcheck.render.data import to_json

        text = to_json(planned)
    else:
        from llmcheck.render.plan import plan_page

        text = plan_page(planned, width=page_for(output).width)
    emit(text, output)
    if planned.failures:
        number = pluralize(len(planned.failures), "document")
        say(f"warning: {number} could not be read; the output says which")
    return failure_code(planned.failures)

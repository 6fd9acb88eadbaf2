"""The verb ``doctor``: what a check would use and why, one trial call, what to do next."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmcheck.cli.options import (
    CLEAN,
    INCOMPLETE,
    USAGE,
    help_epilog,
    takes_settings,
)
from llmcheck.cli.streams import emit, page_for
from llmcheck.render.phrases import clean, pluralize

if TYPE_CHECKING:
    from llmcheck.cli.diagnosis import Diagnosis
    from llmcheck.settings import SourcedSettings

_MOST_MODELS = 12


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck doctor",
        "llmcheck doctor --base-url http://127.0.0.1:8080/v1 --model any",
        "llmcheck doctor --replay fixtures/seeds",
        "llmcheck doctor --sizes    # how much the model carries at once",
        "llmcheck doctor --no-call --format json",
        codes={
            CLEAN: "a check could run",
            USAGE: "not configured, or wrongly",
            INCOMPLETE: "the endpoint gave no usable answer",
        },
    )
    app.command(epilog=epilog)(doctor)


@takes_settings
def doctor(
    sourced: SourcedSettings,
    no_call: Annotated[bool, typer.Option("--no-call", help="Ask the model nothing.")] = False,
    sizes: Annotated[
        bool,
        typer.Option("--sizes", help="Also try how much the model carries at once: larger calls."),
    ] = False,
    format_name: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How to print what was found.")
    ] = "text",
) -> None:
    """What a check would use here and why, and what to do next.

    It asks the model one short question, and looks for model servers on this machine. With
    --sizes it recommends a --table-tokens for the model.
    """
    from llmcheck.cli.diagnosis import diagnose

    found = diagnose(sourced, call=not no_call, sizes=sizes)
    if format_name == "json":
        emit(json.dumps(found.model_dump(mode="json"), indent=2) + "\n")
    else:
        emit(text_page(found, page_for(None).width))
    raise typer.Exit(exit_code(found))


def exit_code(found: Diagnosis) -> int:
    """The exit code that a diagnosis asks for."""
    concerned = {problem.concerns for problem in found.problems}
    if "configuration" in concerned:
        return USAGE
    return INCOMPLETE if "endpoint" in concerned else CLEAN


def text_page(found: Diagnosis, width: int) -> str:
    """The diagnosis for a person; lines longer than ``width`` are wrapped between words."""
    parts = {
        "Settings": _settings(found),
        "Cache": _cache(found),
        "Recording": _recording(found),
        "Extras": _extras(found),
        "Model servers on this machine": _servers(found),
        "Trial call": _trial(found),
        "Table size": _capacity(found),
        "Next": _next(found),
    }
    lines = [f"llmcheck {found.llmcheck}, Python {found.python}"]
    for heading, content in parts.items():
        told = [_wrap(line, width) for line in content]
        lines += ["", heading, *told] if told else []
    return "\n".join(lines) + "\n"


def _wrap(line: str, width: int) -> str:
    # Paths and addresses stay whole, to be copied.
    return textwrap.fill(
        clean(line),
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _settings(found: Diagnosis) -> Iterator[str]:
    for choice in found.settings:
        source = f"from {choice.source}" if choice.source != "default" else "default"
        yield f"{choice.name}: {choice.value or 'none'} ({source})"
    if found.recording is None:
        spoken = "OpenAI's protocol" if found.api == "openai" else f"{found.api}, by its own SDK"
        yield f"API: {spoken}"


def _cache(found: Diagnosis) -> Iterator[str]:
    if cache := found.cache:
        yield f"{cache.place}: {pluralize(cache.answers, 'stored answer')}, {cache.bytes:,} bytes"


def _recording(found: Diagnosis) -> Iterator[str]:
    if recording := found.recording:
        yield f"{recording.place}: answers of {recording.model}; no model is asked"


def _extras(found: Diagnosis) -> Iterator[str]:
    for extra in found.extras:
        if extra.missing:
            needed = ", ".join(extra.missing)
            yield f"{extra.name}: pip install 'llmcheck[{extra.name}]' (needs {needed})"
        else:
            yield f"{extra.name}: installed"


def _servers(found: Diagnosis) -> Iterator[str]:
    from llmcheck.llm.endpoint.local_servers import USUAL_PORTS

    if not found.servers:
        ports = ", ".join(f"{name} {port}" for name, port in USUAL_PORTS.items())
        yield f"none on the usual ports ({ports})"
    for server in found.servers:
        more = len(server.models) - _MOST_MODELS
        named = ", ".join(server.models[:_MOST_MODELS]) or "no model"
        rest = f" and {more:,} more" if more > 0 else ""
        yield f"{server.base_url} ({server.name}): {named}{rest}"


def _trial(found: Diagnosis) -> Iterator[str]:
    if trial := found.trial:
        sure = "tells" if trial.probabilities else "does not tell"
        yield (
            f"{trial.model} answered in {trial.seconds:g} s, asked for JSON by {trial.mode}; "
            f"the endpoint {sure} how sure it was"
        )


def _capacity(found: Diagnosis) -> Iterator[str]:
    for tried in found.capacities:
        told = "carried" if tried.found else f"too much ({tried.problem or 'nothing was found'})"
        yield f"{tried.table_tokens:,} tokens: {told}"
    if carried := [tried.table_tokens for tried in found.capacities if tried.found]:
        yield f"give --table-tokens {carried[-1]}, or set table_tokens in llmcheck.toml"
    elif found.capacities:
        yield "this model finds no contradiction even in a few sentences: choose another"


def _next(found: Diagnosis) -> Iterator[str]:
    for problem in found.problems:
        yield f"{problem.concerns}: {problem.text}"
    if exit_code(found) == CLEAN:
        yield "a check can run: llmcheck summarize PATHS"

"""The verb ``batch``: calls by the batch, at half the price, stage by stage."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmcheck.cli.batch_lines import state_line, stored_line, warn_of, written_lines
from llmcheck.cli.interrupts import exit_on_interrupt
from llmcheck.cli.options import (
    BUDGET,
    CLEAN,
    CODES_WITHOUT_RUN,
    INCOMPLETE,
    LENGTHS,
    SETTINGS,
    USAGE,
    BaseUrl,
    Cache,
    InputFormat,
    Paths,
    help_epilog,
    one_of,
    takes_settings,
)
from llmcheck.cli.streams import emit, say, show_progress
from llmcheck.errors import ConfigError
from llmcheck.render.phrases import clean, pluralize

if TYPE_CHECKING:
    from llmcheck.llm.batch.folder import BatchFolder, Manifest
    from llmcheck.llm.batch.service import BatchService
    from llmcheck.settings import Settings, SourcedSettings

_VERBS = ("summarize", "report", "check", "claims", "padding")
_WRITE_SETTINGS = {
    name: SETTINGS[name]
    for name in (
        *("model", "base_url", "effort", "cache", "table_tokens", "language"),
        *("max_calls", "max_tokens", "max_cost", "price_in", "price_out"),
    )
}
_CODES = {**CODES_WITHOUT_RUN, INCOMPLETE: "the provider, or some requests, gave no usable answer"}

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="What batch write has made.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    group = typer.Typer(
        help="Ask by the batch, at half the price, in some hours.",
        epilog=help_epilog(
            "llmcheck batch write articles/ --model gpt-5-mini -o batch/",
            "llmcheck batch submit batch/",
            "llmcheck batch status batch/",
            "llmcheck batch read batch/    # then write again, until nothing is left",
            codes=_CODES,
        ),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(
        "write",
        epilog=help_epilog(
            "llmcheck batch write articles/ --model gpt-5-mini -o batch/",
            "llmcheck batch write articles/ --verb check --model gpt-5-mini -o batch/",
            "llmcheck batch write a.txt --model anthropic/claude-sonnet-4-5 -o batch/",
            codes={
                **CODES_WITHOUT_RUN,
                USAGE: "wrong usage or configuration, or nothing could be read",
                INCOMPLETE: "some documents could not be read, and the others are asked about",
                BUDGET: "the plan passes --max-calls, --max-tokens or --max-cost",
            },
        ),
    )(takes_settings(write, _WRITE_SETTINGS))
    group.command("submit", epilog=help_epilog("llmcheck batch submit batch/", codes=_CODES))(
        submit
    )
    group.command("status", epilog=help_epilog("llmcheck batch status batch/", codes=_CODES))(
        status
    )
    group.command(
        "read",
        epilog=help_epilog(
            "llmcheck batch read batch/                  # of batches that were submitted",
            "llmcheck batch read batch/ results.jsonl    # of files uploaded by hand",
            codes=_CODES,
        ),
    )(read)
    app.add_typer(group, name="batch")


def write(
    sourced: SourcedSettings,
    paths: Paths,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go.")
    ],
    verb: Annotated[
        str,
        typer.Option(
            metavar=f"[{'|'.join(_VERBS)}]",
            callback=one_of(_VERBS),
            help="What is to be run in the end.",
        ),
    ] = "summarize",
    input_format: InputFormat = None,
    length: Annotated[
        str,
        typer.Option(
            metavar=f"[{'|'.join(LENGTHS)}]",
            callback=one_of(LENGTHS),
            help="How long its summary is to be.",
        ),
    ] = "normal",
) -> None:
    """Write what is to be asked next, as the provider's batch files.

    What is not in the cache is written down, up to the stage whose answers the next one needs.
    Nothing is sent. The same command writes the next stage once the answers are read.
    """
    from llmcheck.cli import batch_rounds
    from llmcheck.llm.batch.folder import BatchFolder

    # What would answer in the place of the model has no part in this.
    settings = sourced.settings.model_copy(update={"replay": None, "record": None})
    order = batch_rounds.order_of(verb, paths, input_format, length, settings)
    with show_progress() as line, exit_on_interrupt(settings, line):
        written = batch_rounds.write(BatchFolder(output), order, settings)
    given = [
        word
        for name in ("model", "base_url", "effort", "cache", "table_tokens", "language")
        if sourced.sources[name] == "argument"
        for word in (f"--{name.replace('_', '-')}", str(getattr(settings, name)))
    ]
    given += ["--length", length] if length != "normal" else []
    given += ["--input-format", input_format] if input_format else []
    run = shlex.join(["llmcheck", verb, *paths, *given])
    emit("".join(f"{line}\n" for line in written_lines(written, output, run)))
    warn_of("could not be read, and is not asked about", written.unreadable)
    raise typer.Exit(INCOMPLETE if written.unreadable else CLEAN)


def submit(folder: Folder, base_url: BaseUrl = None) -> None:
    """Submit the files that were written: each becomes a batch at the provider."""
    from llmcheck.llm.batch.folder import BatchFolder

    manifest, _, service = _opened(folder, base_url)
    files = list(manifest.files)
    waiting = [at for at, file in enumerate(files) if not file.read and not file.id]
    for at in waiting:
        batch = service.submit(folder / files[at].name)
        files[at] = files[at].model_copy(update={"id": batch})
        # At once: what is submitted is paid for.
        BatchFolder(folder).save(manifest.model_copy(update={"files": tuple(files)}))
        emit(f"{files[at].name}: {clean(batch)}\n")
    if not waiting:
        say("there is nothing to submit: llmcheck batch write writes what is left")


def status(folder: Folder, base_url: BaseUrl = None) -> None:
    """How far the batches are that were submitted."""
    manifest, _, service = _opened(folder, base_url)
    submitted = [file for file in manifest.unread if file.id]
    for file in submitted:
        state = service.state(file.id)
        emit(f"{file.name}: {clean(file.id)}, {state_line(state)}\n")
    if not submitted:
        say(f"no batch is under way: llmcheck batch submit {folder}")


def read(
    folder: Folder,
    results: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RESULTS...]", help="Files of results; else they are fetched."),
    ] = None,
    base_url: BaseUrl = None,
    cache: Cache = None,
) -> None:
    """Read results into the cache, of batches that have ended or of files.

    Each answer is held against its call. One that cannot be used is named and asked for again
    in the next round; one that did not come whole is asked for in halves.
    """
    from llmcheck.cli import batch_rounds
    from llmcheck.llm.batch.folder import BatchFolder

    place = BatchFolder(folder)
    if results:
        manifest = place.manifest()
        settings = batch_rounds.settings_for(manifest.order, base_url, cache)
        batch_rounds.check_cache(manifest.order, settings)
        texts = {str(path): _text_of(path) for path in results}
    else:
        manifest, settings, service = _opened(folder, base_url, cache)
        batch_rounds.check_cache(manifest.order, settings)
        manifest, texts = _fetched(place, manifest, service)
        if not texts:
            raise typer.Exit(INCOMPLETE)
    with show_progress() as line, exit_on_interrupt(settings, line):
        found = batch_rounds.read_results(place, manifest, settings, texts)
    emit(stored_line(found) + f"next: the same `llmcheck batch write ... -o {folder}` again\n")
    tally, lines = found.tally, found.lines
    warn_of("did not come whole, and is asked about in parts", tally.halved)
    warn_of("cannot be used, and is asked for again", tally.unusable)
    warn_of("was not answered, and is asked again", tally.missed)
    warn_of("is no result", lines.broken)
    warn_of("is of no request of this folder", lines.unknown)
    warn_of("has a result already; the first is taken", lines.repeated)
    if found.stale:
        number = pluralize(found.stale, "result")
        say(f"warning: {number} left aside: stored already, or the documents have changed")
    faults = (tally.unusable, tally.missed, lines.broken, lines.unknown)
    raise typer.Exit(INCOMPLETE if any(faults) else CLEAN)


def _opened(
    folder: Path, base_url: str | None, cache: Path | None = None
) -> tuple[Manifest, Settings, BatchService]:
    """What a folder says, and the provider that it was written for."""
    from llmcheck.cli.batch_rounds import settings_for
    from llmcheck.llm.batch.asking import asking_of
    from llmcheck.llm.batch.folder import BatchFolder
    from llmcheck.llm.batch.service import BatchService
    from llmcheck.llm.connect import endpoint_of

    manifest = BatchFolder(folder).manifest()
    settings = settings_for(manifest.order, base_url, cache)
    fmt = asking_of(settings).format
    return manifest, settings, BatchService(endpoint_of(settings), fmt)


def _fetched(
    place: BatchFolder, manifest: Manifest, service: BatchService
) -> tuple[Manifest, dict[str, str]]:
    """The results of every batch that has ended, by the names under which they are kept."""
    texts: dict[str, str] = {}
    files = list(manifest.files)
    for at, file in enumerate(files):
        if file.read or not file.id:
            continue
        state = service.state(file.id)
        text = service.fetch(file.id) if state.ended and not state.problem else ""
        if text:
            texts[str(place.keep_results(file, text))] = text
        elif state.ended:
            # It is written again by the next round.
            files[at] = file.model_copy(update={"id": ""})
            say(f"warning: {file.name}: {file.id} gave nothing: {state_line(state)}")
        else:
            say(f"{file.name}: {file.id} has not ended: {state_line(state)}")
    changed = manifest.model_copy(update={"files": tuple(files)})
    if changed != manifest:
        place.save(changed)
    if not texts and not any(file.id for file in manifest.unread):
        say("no batch is under way: submit what was written, or name files of results")
    return changed, texts


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{path}: cannot be read as results: {error}") from error

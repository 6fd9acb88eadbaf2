"""The verb ``cache``: what is stored; empty it."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated, Literal

import typer

from llmcheck.cli.options import CODES_WITHOUT_RUN, Cache, help_epilog
from llmcheck.cli.streams import emit, show_progress
from llmcheck.errors import ConfigError
from llmcheck.render.phrases import pluralize


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck cache info    # how much is stored, and where",
        "llmcheck cache clear   # forget it",
        codes=CODES_WITHOUT_RUN,
    )
    app.command("cache", epilog=epilog)(cache_command)


def cache_command(
    action: Annotated[
        Literal["info", "clear", "path"], typer.Argument(help="What to do.")
    ] = "info",
    cache: Cache = None,
) -> None:
    """The reply cache: what is in it; empty it."""
    from llmcheck.settings import load_settings

    folder = load_settings(cache=cache).cache
    if folder is None:
        raise ConfigError("the cache is switched off: name one with --cache DIR")
    if action == "path":
        emit(f"{folder}\n")
        return
    from llmcheck.llm.store import ReplyStore

    store = ReplyStore(folder)
    with show_progress(), closing(store):
        if action == "clear":
            emit(f"{folder}: {pluralize(store.clear(), 'stored answer')} removed\n")
        else:
            info = store.info()
            emit(f"{folder}: {pluralize(info.replies, 'stored answer')}, {info.bytes:,} bytes\n")

"""The verb ``mcp``: serves the checks to a model's client over MCP."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmcheck.cli.options import (
    CODES_WITHOUT_RUN,
    INTERRUPTED,
    TERMINATED,
    help_epilog,
    takes_settings,
    tell_of_recording,
)
from llmcheck.cli.streams import show_progress
from llmcheck.errors import ConfigError

if TYPE_CHECKING:
    from llmcheck.settings import SourcedSettings


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck mcp --root articles/ --model gpt-4o-mini --max-cost 1",
        "llmcheck mcp --replay fixtures/seeds      # without a model",
        codes={**CODES_WITHOUT_RUN, INTERRUPTED: "interrupted (143 by SIGTERM)"},
    )
    app.command("mcp", epilog=epilog)(mcp)


@takes_settings
def mcp(
    sourced: SourcedSettings,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="A folder whose files may be read; several by repeating it. "
            "Without one, the current folder.",
        ),
    ] = None,
) -> None:
    """Serve check, claims and padding to an MCP client, on stdin and stdout.

    The limits hold for everything that one server is asked. Needs pip install 'llmcheck[mcp]'.
    """
    settings = sourced.settings
    roots = root or [Path()]
    for folder in roots:
        if not folder.is_dir():
            raise ConfigError(f"--root {folder}: must be a folder that exists")
    try:
        from llmcheck.mcp.server import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("mcp", "mcp_types", "anyio"):
            raise
        raise ConfigError(
            "the MCP server needs the mcp package: pip install 'llmcheck[mcp]'"
        ) from error
    # At once: a thread of the SDK waits for the next line of stdin, and would keep an orderly end
    # waiting, too.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(TERMINATED))
    tell_of_recording(settings)
    with show_progress():
        serve(settings, roots)

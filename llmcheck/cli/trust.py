"""The verb ``trust``: which endpoints a settings file may name."""

from __future__ import annotations

from typing import Annotated

import typer

from llmcheck.cli.options import CODES_WITHOUT_RUN, help_epilog
from llmcheck.cli.streams import emit


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck trust                                        # list them",
        "llmcheck trust https://models.example/v1",
        "llmcheck trust https://models.example/v1 --remove",
        codes=CODES_WITHOUT_RUN,
    )
    app.command("trust", epilog=epilog)(trust_command)


def trust_command(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The endpoint; without one, list them.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Trust it no longer.")] = False,
) -> None:
    """Endpoints that an llmcheck.toml may name, and be sent documents and a key.

    Such a file may have come with the documents, so what it names is not asked before.
    """
    from llmcheck.trust import distrust, trust, trusted_endpoints

    if url is None:
        if remove:
            raise typer.BadParameter("--remove needs the URL of an endpoint")
        emit("".join(f"{name}\n" for name in trusted_endpoints()))
    elif remove:
        emit(f"{distrust(url)} is trusted no longer\n")
    else:
        emit(f"{trust(url)} is trusted: a settings file may name it, and your key goes there\n")

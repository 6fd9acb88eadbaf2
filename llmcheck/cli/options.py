"""What the commands share: options, exit codes, the end of their help."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from llmcheck.cli.streams import check_writable, say
from llmcheck.documents.formats import SUFFIXES
from llmcheck.errors import ConfigError

if TYPE_CHECKING:
    from llmcheck.models import Failure
    from llmcheck.settings import Settings, SourcedSettings

CLEAN, FINDINGS, USAGE, INCOMPLETE, BUDGET, FAULT, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130
TERMINATED = 143
"""By SIGTERM, as a shell tells it."""

CODES_WITHOUT_RUN = {CLEAN: "done", USAGE: "wrong usage or configuration"}
"""What the exit codes mean where no model is asked."""
RUN_CODES = {
    CLEAN: "clean",
    USAGE: "wrong usage or configuration, or nothing could be read",
    INCOMPLETE: "incomplete: some calls or documents failed, and what was found is printed",
    BUDGET: "stopped by --max-calls, --max-tokens or --max-cost, and what was found is printed",
    INTERRUPTED: "interrupted (143 by SIGTERM), and the answers so far are cached",
}
"""What the exit codes mean where one is."""

ENGINES = ("daft",)
"""What a run can be handed to."""
LENGTHS = ("short", "normal", "long")
"""How long a summary can be."""


def one_of(names: Collection[str]) -> Callable[[str | None], str | None]:
    """A callback that refuses an option's value, where there is one, that is none of these."""

    def check_value(value: str | None) -> str | None:
        if value is not None and value not in names:
            raise typer.BadParameter(f"{value!r} is none of {', '.join(names)}")
        return value

    return check_value


InputFormat = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        callback=one_of(SUFFIXES),
        help=f"Format of stdin and of files that are named: {', '.join(SUFFIXES)}.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only print what it would take; no model is asked.")
]
Model = Annotated[str | None, typer.Option(metavar="NAME", help="Name of the model.")]
BaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="OpenAI-compatible endpoint to ask.")
]
TableTokens = Annotated[
    int | None,
    typer.Option(metavar="N", help="How much the model is shown at once, in tokens."),
]
Language = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Answer in this language, not the documents'."),
]
Cache = Annotated[Path | None, typer.Option(metavar="DIR", help="Where replies are cached.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write here, not to stdout; whole or not."
    ),
]
AllowPrivateUrls = Annotated[
    bool, typer.Option("--allow-private-urls", help="Fetch from addresses of an intranet, too.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        help="Tell on stderr of each call, and what the model said and no document bears out.",
    ),
]

Length = Annotated[
    str,
    typer.Option(
        metavar=f"[{'|'.join(LENGTHS)}]",
        callback=one_of(LENGTHS),
        help="How long the summary is to be.",
    ),
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A report saved with --format json: the disputes that it has are no findings.",
    ),
]
Statistics = Annotated[
    bool,
    typer.Option("--statistics", help="Print how many disputes each code has, and no more."),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit with 0 on disputes, too; never on failures.")
]

Engine = Annotated[
    str | None,
    typer.Option(
        metavar=f"[{'|'.join(ENGINES)}]",
        callback=one_of(ENGINES),
        help="Read files and make calls by many processes, or machines.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Processes of the engine, else one a core."),
]

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATHS", help="Files, folders, globs or URLs to read; - is stdin."),
]

SETTINGS: dict[str, Any] = {
    "model": Model,
    "base_url": BaseUrl,
    "effort": Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="How much the model is to think, such as low or high."),
    ],
    "replay": Annotated[
        Path | None, typer.Option(metavar="DIR", help="Answer from recorded replies, offline.")
    ],
    "record": Annotated[Path | None, typer.Option(metavar="DIR", help="Record the replies here.")],
    "cache": Cache,
    "no_cache": Annotated[bool, typer.Option("--no-cache", help="Use no cache.")],
    "table_tokens": TableTokens,
    "language": Language,
    "max_calls": Annotated[
        int | None, typer.Option(metavar="N", help="Stop after N answers of the model.")
    ],
    "max_tokens": Annotated[
        int | None, typer.Option(metavar="N", help="Stop before N tokens are passed.")
    ],
    "max_cost": Annotated[
        float | None, typer.Option(metavar="USD", help="Stop before so many dollars are passed.")
    ],
    "requests_per_minute": Annotated[
        int | None, typer.Option(metavar="N", help="Wait, to send no more than N in a minute.")
    ],
    "tokens_per_minute": Annotated[
        int | None, typer.Option(metavar="N", help="Wait, to use no more than N in a minute.")
    ],
    "price_in": Annotated[
        float | None,
        typer.Option(metavar="USD", help="What a million tokens sent cost, if no list knows it."),
    ],
    "price_out": Annotated[
        float | None, typer.Option(metavar="USD", help="What a million tokens received cost.")
    ],
    "concurrency": Annotated[
        int | None, typer.Option(metavar="N", help="Calls at the same time.")
    ],
}
"""The options of every verb that asks a model: one for each setting."""

FINDING_SETTINGS: dict[str, Any] = {
    "select": Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES", help="Codes, or what they begin with, that are findings: LC102,LC11."
        ),
    ],
    "ignore": Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES", help="Codes that are none, unless --select has a longer one."
        ),
    ],
    "min_confidence": Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="What is less sure is no finding; from 0 to 1."),
    ],
}
"""Those of a verb whose disputes are findings."""


def takes_settings(
    command: Callable[..., None],
    options: Mapping[str, Any] = SETTINGS,
    without: Collection[str] = (),
) -> Callable[..., None]:
    """Adds options for settings to a verb, and hands it what they come to as ``sourced``.

    Of the verb's own options, those in ``without`` are left at their defaults. Raises
    ConfigError, when the verb is called, for a setting that is wrong.
    """
    # By name alone: the class is not to be loaded before a verb runs.
    hints = get_type_hints(command, localns={"SourcedSettings": object}, include_extras=True)
    signature = inspect.signature(command).parameters
    own = {name: each for name, each in signature.items() if name not in ("sourced", *without)}

    @functools.wraps(command)
    def verb(**given: Any) -> None:
        chosen = {name: given.pop(name) for name in options}
        command(sourced=_load_sourced(**chosen), **given)

    shared = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if name == "no_cache" else None,
            annotation=annotation,
        )
        for name, annotation in options.items()
    ]
    mine = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name])
        for name, each in own.items()
    ]
    # Typer reads a verb's options off its signature.
    del verb.__dict__["__wrapped__"]
    verb.__signature__ = inspect.Signature([*mine, *shared])  # type: ignore[attr-defined]
    verb.__annotations__ = {each.name: each.annotation for each in (*mine, *shared)}
    return verb


def _load_sourced(*, cache: Path | None, no_cache: bool = False, **given: Any) -> SourcedSettings:
    from llmcheck.settings import sourced_settings

    if cache is not None and no_cache:
        raise typer.BadParameter("--cache and --no-cache exclude each other")
    return sourced_settings(cache=False if no_cache else cache, **given)


def help_epilog(*examples: str, codes: Mapping[int, str]) -> str:
    """The end of a command's help: example lines, kept as they are, and its exit codes."""
    every = {FAULT: "a fault of llmcheck itself", **codes}
    meanings = "; ".join(f"{code} {every[code]}" for code in sorted(every))
    # Typer wraps no paragraph that begins with \b.
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in examples))) + (
        f"\n\nExit codes: {meanings}."
    )


def check_output(output: Path | None) -> None:
    """Raise ConfigError now, rather than after the run, when nothing can be written there."""
    if output is not None:
        check_writable(output)


def tell_of_recording(settings: Settings) -> None:
    """Say, where a run is recorded, what the recording will hold."""
    if settings.record is not None:
        say(
            f"the recording {settings.record} will hold sentences of the documents: share it as "
            "you would share them"
        )


def failure_code(failures: Iterable[Failure]) -> int:
    """The exit code that the failures of a run ask for; CLEAN when there are none."""
    causes = {failure.cause for failure in failures}
    if "budget" in causes:
        return BUDGET
    return INCOMPLETE if causes else CLEAN


def refuse_to_fetch_in_a_replay(paths: list[str], settings: Settings) -> None:
    """Raise ConfigError where a replay is to read URLs."""
    from llmcheck.documents.paths import is_url

    if settings.replay is not None and any(map(is_url, paths)):
        raise ConfigError(
            "nothing is fetched in a replay: save the pages, record with the files, and name "
            "the files instead of URLs"
        )

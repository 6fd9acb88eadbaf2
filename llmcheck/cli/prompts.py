"""The verb ``prompts``: list the prompt files, show one, compare two or those of a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llmcheck.cli.options import CLEAN, CODES_WITHOUT_RUN, FINDINGS, help_epilog
from llmcheck.cli.streams import emit
from llmcheck.errors import PromptError

if TYPE_CHECKING:
    from llmcheck.llm.prompt_versions import PromptText


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    epilog = help_epilog(
        "llmcheck prompts                          # what there is",
        "llmcheck prompts show judge.v2            # what the model is asked",
        "llmcheck prompts diff judge               # its two latest versions",
        "llmcheck prompts diff report.json         # what changed since a report",
        codes={**CODES_WITHOUT_RUN, FINDINGS: "diff found a difference"},
    )
    app.command(epilog=epilog)(prompts)


def prompts(
    action: Annotated[
        Literal["list", "show", "diff"], typer.Argument(help="What to do.")
    ] = "list",
    name: Annotated[
        str | None,
        typer.Argument(
            help="A version (judge.v1); for diff also a stage (judge: its two latest versions), "
            "a prompt file, or a report saved with --format json."
        ),
    ] = None,
    other: Annotated[str | None, typer.Argument(help="For diff: what to compare it with.")] = None,
) -> None:
    """List the prompts, show one, or compare two.

    diff of a report says which of its prompts are today as they were. It exits with 1 when
    anything differs.
    """
    from llmcheck.llm.prompts import load_prompt, prompt_names

    if name is None and action != "list":
        raise typer.BadParameter(f"which one? There are {', '.join(prompt_names())}")
    if other is not None and action != "diff":
        raise typer.BadParameter(f"{action} takes no second name")
    if action == "diff" and name is not None:
        different, text = _compare(name, other)
        emit(text)
        raise typer.Exit(FINDINGS if different else CLEAN)
    if action == "show" and name is not None:
        load_prompt(name)
        emit(_shipped_text(name))
        return
    for prompt in map(load_prompt, prompt_names()):
        emit(f"{prompt.name}  {prompt.digest[:12]}  {prompt.description}\n")


def _compare(old: str, new: str | None) -> tuple[bool, str]:
    """Whether the two differ, and how. Raises PromptError when they cannot be compared."""
    from llmcheck.llm.prompt_versions import unified_diff, versions
    from llmcheck.llm.prompts import prompt_names

    if new is None and (known := versions(old, prompt_names())):
        if len(known) == 1:
            raise PromptError(
                f"{old} has one version only, {known[0]}: name what to compare it with"
            )
        old, new = known[-2:]
    before = _read_prompts(old)
    after = None if new is None else _read_prompts(new)
    if isinstance(before, dict) and (after is None or isinstance(after, dict)):
        return _compare_digests(before, after)
    if after is None:
        raise PromptError(f"compare {old} with what? There are {', '.join(prompt_names())}")
    if isinstance(before, dict) or isinstance(after, dict):
        raise PromptError(
            "a report is compared with another report, or alone with today's prompts"
        )
    return before.digest != after.digest, unified_diff(before, after)


def _compare_digests(then: dict[str, str], now: dict[str, str] | None) -> tuple[bool, str]:
    from llmcheck.llm.prompt_versions import fates, latest
    from llmcheck.llm.prompts import load_prompt, prompt_names
    from llmcheck.render.phrases import clean

    shipped = prompt_names()
    today = {name: load_prompt(name).digest for name in shipped if name in then}
    found = fates(then, today if now is None else now)
    lines = []
    for name, fate in found.items():
        newest = latest(name, shipped)
        newer = f"; {newest} is the latest" if now is None and newest != name else ""
        lines.append(clean(f"{name}: {fate}{newer}") + "\n")
    return any(fate != "unchanged" for fate in found.values()), "".join(lines)


def _read_prompts(word: str) -> PromptText | dict[str, str]:
    """A prompt by its version, its stage or its path; by path also the prompts of a report."""
    from llmcheck.llm.prompt_versions import PromptText, recorded_prompts, versions
    from llmcheck.llm.prompts import parse_prompt, prompt_names
    from llmcheck.render.phrases import clean

    known = prompt_names()
    chosen = [word] if word in known else versions(word, known)
    if chosen:
        label, text = chosen[-1], _shipped_text(chosen[-1])
    else:
        label, text = clean(word), _file_text(word)
        if text.lstrip().startswith("{"):
            return recorded_prompts(label, text)
    return PromptText(label, parse_prompt(label, text).digest, text)


def _shipped_text(name: str) -> str:
    from llmcheck.installation import shipped

    return (shipped("prompts") / f"{name}.md").read_text(encoding="utf-8")


def _file_text(path: str) -> str:
    from llmcheck.llm.prompts import prompt_names

    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PromptError(
            f"there is no prompt and no file {path!r}; there are: {', '.join(prompt_names())}"
        ) from error
    except UnicodeDecodeError as error:
        raise PromptError(f"{path}: is not UTF-8") from error
    except OSError as error:
        raise PromptError(f"{path}: cannot be read ({error.strerror or error})") from error

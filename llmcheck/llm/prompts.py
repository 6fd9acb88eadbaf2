"""Prompts are files: ``prompts/NAME.vN.md``, read, checked and rendered here.

A file has TOML front matter between ``+++`` lines (``description`` and a ``[parameters]``
table of sampling parameters), then a part headed ``# system`` and a part headed ``# user``.
The system part is fixed text; the user part is a Jinja template. Roles are split before
anything is rendered, and whatever is put into a template is made ``neutral``, so no document can
add one. (Versioned template files: spacy-llm.)
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from llmcheck.errors import PromptError
from llmcheck.installation import shipped
from llmcheck.llm.neutral import neutral

_FILE = re.compile(
    r"\A\+\+\+\n(?P<front>.*?)\n\+\+\+\n+# system\n(?P<system>.*?)\n# user\n(?P<user>.*)\Z",
    re.DOTALL,
)


@dataclass(frozen=True)
class Prompt:
    """A prompt file, parsed."""

    name: str
    """File name without ``.md``: the purpose and the version."""
    digest: str
    """sha256 of the file, with line ends as ``\\n``."""
    description: str
    parameters: Mapping[str, Any]
    """Sampling parameters that the prompt was written for."""
    system: str
    template: str
    """Jinja source of the user message."""

    def render(self, **variables: Any) -> str:
        """The user message. Raises PromptError when a variable is missing."""
        import jinja2

        try:
            return str(_compile(self.template).render(**variables))
        except jinja2.UndefinedError as error:
            raise PromptError(f"prompt {self.name}: {error.message}") from error


@cache
def _compile(template: str) -> Any:
    import jinja2

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Not HTML: a model must see the document's own characters.
        autoescape=False,  # noqa: S701
        finalize=lambda value: neutral(value) if isinstance(value, str) else value,
    )
    return environment.from_string(template)


def parse_prompt(name: str, source: str) -> Prompt:
    """Parse the text of a prompt file. Raises PromptError that says what is wrong with it."""
    import jinja2

    source = source.replace("\r\n", "\n")
    parts = _FILE.match(source)
    if parts is None:
        raise PromptError(
            f"prompt {name}: expected TOML front matter between +++ lines, "
            "then a part headed '# system' and one headed '# user'"
        )
    try:
        front = tomllib.loads(parts["front"])
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"prompt {name}: front matter is no TOML ({error})") from error
    template = parts["user"].strip()
    try:
        _compile(template)
    except jinja2.TemplateSyntaxError as error:
        raise PromptError(f"prompt {name}: {error.message} (line {error.lineno})") from error
    return Prompt(
        name=name,
        digest=hashlib.sha256(source.encode()).hexdigest(),
        description=front.get("description", ""),
        parameters=front.get("parameters", {}),
        system=parts["system"].strip(),
        template=template,
    )


@cache
def load_prompt(name: str) -> Prompt:
    """The shipped prompt ``name`` (``judge.v1``). Raises PromptError when there is none."""
    path = shipped("prompts") / f"{name}.md"
    if not path.is_file():
        known = ", ".join(prompt_names())
        raise PromptError(f"there is no prompt {name!r}; there are: {known}")
    return parse_prompt(name, path.read_text(encoding="utf-8"))


def prompt_names() -> list[str]:
    """Names of all shipped prompts, sorted."""
    return sorted(path.stem for path in Path(shipped("prompts")).glob("*.v*.md"))

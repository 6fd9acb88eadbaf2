"""What a run loads: nothing of what asks a model where nothing is asked, no verb but its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from repository import ROOT
from startup import REPLAYED, cached

ASKING = {
    "openai", "instructor", "anthropic", "google.genai", "httpx", "httpcore", "requests",
    "aiohttp", "tenacity", "genai_prices", "ssl", "llmcheck.llm.endpoint.api",
    "llmcheck.llm.endpoint.client",
}  # fmt: skip
READING = {
    "trafilatura", "lxml", "feedparser", "pypdf", "mammoth", "charset_normalizer", "html.parser",
    "llmcheck.documents.formats.html", "llmcheck.documents.web.fetch", "urllib.request",
}  # fmt: skip
OTHERS = {"rich", "pint", "babel", "pandas", "mcp", "packaging", "pygments"}
STANDARD = {"email", "zipfile", "html", "html.entities"}
"""Of the standard library, what is large and of no use here."""
CACHE = {"diskcache", "sqlite3", "filelock"}


def loaded(*arguments: str) -> set[str]:
    """The modules that a process of the command line has loaded when it ends."""
    code = (
        "import json, sys\n"
        "from llmcheck.__main__ import main\n"
        "try:\n    main()\n"
        "finally:\n    sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        cwd=ROOT,
        env=os.environ,
        timeout=60,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stderr
    return set(json.loads(ran.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def replayed() -> set[str]:
    return loaded(*REPLAYED)


def test_a_replay_loads_nothing_that_asks_keeps_answers_or_reads_other_formats(
    replayed: set[str],
) -> None:
    assert replayed & (ASKING | READING | OTHERS | STANDARD | CACHE) == set()


def test_a_run_that_the_cache_answers_loads_nothing_that_asks(tmp_path: Path) -> None:
    found = loaded(*cached(tmp_path / "cache"))
    assert found & (ASKING | READING | OTHERS) == set()
    assert found & CACHE == {"diskcache", "sqlite3"}


def test_help_loads_neither_what_asks_nor_what_reads_nor_pydantic() -> None:
    heavy = ASKING | READING | OTHERS | CACHE | {"pydantic", "jinja2", "llmcheck.checker"}
    assert loaded("--help") & heavy == set()


def test_a_run_loads_no_other_verb(replayed: set[str]) -> None:
    verbs = {"summarize", "report", "claims", "padding", "diff", "eval", "doctor", "mcp"}
    assert replayed & {f"llmcheck.cli.{verb}" for verb in verbs} == set()


def test_what_is_known_of_installed_packages_is_there_once_it_is_asked_for() -> None:
    code = (
        "from llmcheck.__main__ import _start_fast\n"
        "_start_fast()\n"
        "from importlib.metadata import entry_points\n"
        "import importlib.metadata, sys\n"
        "assert 'email' not in sys.modules\n"
        "print(len(entry_points(group='pytest11')) > 0, importlib.metadata.version('typer'))\n"
        "from importlib.metadata import version"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=60, check=False
    )
    assert ran.stdout.split() == [b"True", version("typer").encode()], ran.stderr

"""What lies on a disk and is read back, nearly sound: it is read, or its error says what is wrong.

More of it: FUZZ_EXAMPLES=5000 pytest tests/house/test_fuzz_stored.py.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from calls import Answer, echo, make_call
from hostile import cpu_limit
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated
from repository import ROOT

from llmcheck import Checker, Corpus, RecordingLLM, ReplayLLM
from llmcheck.errors import FixtureMissing, LLMCheckError
from llmcheck.evaluation.gold import read_gold
from llmcheck.evaluation.quotes import locate
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.recording.files import MANIFEST, fixture_path
from llmcheck.llm.store import ReplyStore
from llmcheck.models import Document
from llmcheck.render.changes import changes_markdown, changes_text
from llmcheck.render.data import to_json
from llmcheck.reports.comparison import compare
from llmcheck.reports.saved import read_report
from llmcheck.settings import load_settings

_MORE = os.environ.get("FUZZ_EXAMPLES")
_SET = ROOT / "benchmarks" / "corpora" / "bank-merger"
_FUZZ = settings(max_examples=int(_MORE or 40), derandomize=not _MORE, database=None)
_SETTINGS = b"""model = "tiny"
base_url = "http://127.0.0.1:8080/v1"
concurrency = 2
cache = "answers"
table_tokens = 4000
max_cost = 0.5
[extra]
seed = 7
[[silence]]
id = "d-0123456789ab"
reason = "known"
"""
_ODD: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1e308, float("nan"), "", "\ud800", "x" * 5000, [], {}, [[]], [None],
    {"id": None}, "2026-13-45", "../../etc", "\x00", ["a"] * 500,
)  # fmt: skip


def changed(data: bytes, chance: Random) -> bytes:
    """The bytes with a few changed; where they are JSON, half of the time a value in it."""
    if chance.random() < 0.05:
        deep = b"[" * 100_000
        return deep + data if data.startswith(b"{") else b"model = " + deep + data
    if not data.startswith(b"{") or chance.random() < 0.5:
        return mutated(data, [data, b'{"a": [1, null]}'], chance)
    whole = json.loads(data)
    for _ in range(chance.randint(1, 3)):
        _change_value(whole, chance)
    return json.dumps(whole).encode()


def _change_value(node: Any, chance: Random) -> None:
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not places:
            return
        at = chance.choice(places)
        if isinstance(node[at], dict | list) and node[at] and chance.random() < 0.8:
            node = node[at]
            continue
        if chance.random() < 0.3:
            del node[at]
        else:
            node[at] = deepcopy(chance.choice(_ODD))
        return


def read_saved_report(data: bytes, folder: Path) -> None:
    path, sound = folder / "report.json", folder / "sound.json"
    path.write_bytes(data)
    back = read_report(path)
    sound.write_bytes(_report())
    other = read_report(sound)
    for comparison in (compare(back, other), compare(other, back)):
        changes_text(comparison)
        changes_markdown(comparison)


def read_labels(data: bytes, folder: Path) -> None:
    (folder / "gold.json").write_bytes(data)
    locate(read_gold(folder).labels, _documents())


def read_settings(data: bytes, folder: Path) -> None:
    (folder / "llmcheck.toml").write_bytes(data)
    load_settings(folder, {})


def read_row(data: bytes, folder: Path) -> None:
    store = ReplyStore(folder / "cache")
    try:
        # Behind the store's back, which would make it sound.
        store._with_cache(lambda cache: cache.set(make_call().key, data))
        store.read(make_call())
    finally:
        store.close()


def read_recorded_call(data: bytes, folder: Path) -> None:
    RecordingLLM(echo(), folder, synthetic=True).complete(make_call(), Answer)
    fixture_path(folder, make_call()).write_bytes(data)
    replay = ReplayLLM(folder)
    with suppress(LLMCheckError):
        replay.complete(make_call("Is it lit?"), Answer)
    replay.complete(make_call(), Answer)


def read_what_is_recorded(data: bytes, folder: Path) -> None:
    (folder / MANIFEST).write_bytes(data)
    ReplayLLM(folder).complete(make_call(), Answer)


@cache
def _report() -> bytes:
    corpus = Corpus.read(ROOT / "seeds")
    return to_json(Checker(replay=ROOT / "fixtures" / "seeds").check(corpus)).encode()


@cache
def _documents() -> tuple[Document, ...]:
    return read_gold(_SET).read_documents().documents


def _labels() -> bytes:
    return (_SET / "gold.json").read_bytes()


def _settings() -> bytes:
    return _SETTINGS


@cache
def _row() -> bytes:
    with TemporaryDirectory() as folder:
        store = ReplyStore(folder)
        CachedLLM(echo(), store).complete(make_call(), Answer)
        row: bytes = store._with_cache(lambda cache: cache.get(make_call().key))
        store.close()
    return row


@cache
def _recorded(*, manifest: bool) -> bytes:
    with TemporaryDirectory() as name:
        folder = Path(name)
        RecordingLLM(echo(), folder, synthetic=True).complete(make_call(), Answer)
        return (folder / MANIFEST if manifest else fixture_path(folder, make_call())).read_bytes()


_STORED: dict[str, tuple[Callable[[], bytes], Callable[[bytes, Path], None]]] = {
    "a saved report": (_report, read_saved_report),
    "labels": (_labels, read_labels),
    "settings": (_settings, read_settings),
    "a row of the cache": (_row, read_row),
    "a recorded call": (partial(_recorded, manifest=False), read_recorded_call),
    "what is recorded": (partial(_recorded, manifest=True), read_what_is_recorded),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stored")


@pytest.mark.parametrize("kind", _STORED)
def test_what_is_stored_and_sound_is_read(kind: str, tmp_path: Path) -> None:
    sound, read = _STORED[kind]
    with suppress(FixtureMissing):  # of a manifest alone
        read(sound(), tmp_path)


@pytest.mark.parametrize("kind", _STORED)
@_FUZZ
@given(seed=st.integers(0, 2**32))
def test_what_is_stored_and_changed_is_read_or_an_error_of_ours(
    place: Path, kind: str, seed: int
) -> None:
    sound, read = _STORED[kind]
    data = changed(sound(), Random(seed))  # noqa: S311
    # One folder for all, since a new database takes its time.
    folder = place / kind
    folder.mkdir(exist_ok=True)
    with cpu_limit(10), suppress(LLMCheckError):
        read(data, folder)

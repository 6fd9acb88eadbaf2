"""Every reader on files that are nearly sound, and on bytes of any kind.

More of them: FUZZ_EXAMPLES=2000 pytest tests/documents/test_fuzz_readers.py, or
benchmarks/fuzz.py, which reads in a process of its own.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import fuzz
import fuzz_guided
import pytest
from fuzz import samples
from hostile import cpu_limit
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated
from samples import holds, items

from llmcheck.documents.formats import FORMATS, reading
from llmcheck.errors import DocumentError

_MORE = os.environ.get("FUZZ_EXAMPLES")
_FUZZ = settings(max_examples=int(_MORE or 25), derandomize=not _MORE, database=None)
_FILES = samples()
_OTHERS = [data for files in _FILES.values() for _, data in files]


def check(data: bytes, name: str, format_name: str) -> None:
    """Read it; what comes of it is a document that holds together, or says what is wrong."""
    with cpu_limit(10):
        found = list(items(data, name, format_name))
    assert 0 < len(found) <= reading.MAX_ITEMS + 1
    for item in found:
        if isinstance(item, DocumentError):
            assert item.path.startswith(name)
            assert item.reason
        elif item.text.isprintable() or not any("\ud800" <= c <= "\udfff" for c in item.text):
            holds(item)


def needs_extra(format_name: str) -> None:
    pytest.importorskip({"pdf": "pypdf", "docx": "mammoth"}.get(format_name, "json"))


@pytest.mark.parametrize("format_name", FORMATS)
@_FUZZ
@given(seed=st.integers(0, 2**32))
def test_a_file_with_a_few_changes_is_read_or_refused(format_name: str, seed: int) -> None:
    needs_extra(format_name)
    chance = Random(seed)  # noqa: S311
    name, data = chance.choice(_FILES[format_name])
    check(mutated(data, _OTHERS, chance), name, format_name)


@pytest.mark.parametrize("format_name", FORMATS)
@_FUZZ
@given(data=st.binary(max_size=200), seed=st.integers(0, 2**32))
def test_any_bytes_are_read_or_refused_by_every_reader(
    format_name: str, data: bytes, seed: int
) -> None:
    needs_extra(format_name)
    name, sound = Random(seed).choice(_FILES[format_name])  # noqa: S311
    check(data, name, format_name)
    check(sound[: seed % 2000] + data, name, format_name)


def test_guided_fuzzing_says_what_it_needs_where_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fuzz, "is_there", lambda: False)
    monkeypatch.setattr("sys.argv", ["fuzz.py", "--guided", "1"])
    with pytest.raises(SystemExit, match="pip install atheris"):
        fuzz.main()


def test_guided_fuzzing_counts_what_became_of_the_files(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="optional")
    found = fuzz_guided.guided("csv", [data for _, data in _FILES["csv"]], 2, 0, tmp_path)
    assert found.counts["read"] > 0
    assert found.ended >= found.begun > 0
    assert found.kept == ()

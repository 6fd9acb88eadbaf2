"""What a run tells on the ``llmcheck`` logger: each call and stage, and no word of a document."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from llmcheck import Call, Checker, Corpus, FakeLLM
from llmcheck.errors import ProviderError

WORD = "zebrafinch"
CORPUS = Corpus.from_texts({"a": f"The {WORD} sang at noon.", "b": f"The {WORD} sang at one."})
NOTHING: dict[str, list[object]] = {"disputes": [], "lookalikes": [], "agreements": []}


def fail(call: Call) -> object:
    raise ProviderError(f"cannot answer {call.user}", call_key=call.key, prompt=call.prompt)


def told(caplog: pytest.LogCaptureFixture, level: int, answer: Callable[[Call], object]) -> str:
    with caplog.at_level(level, logger="llmcheck"):
        Checker("m", llm=FakeLLM(answer)).check(CORPUS)
    return caplog.text


def test_each_call_is_told_with_prompt_key_origin_tokens_and_seconds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    text = told(caplog, logging.INFO, lambda call: NOTHING)
    assert re.search(r"survey\.v\d+ [0-9a-f]{16}: from model, 0 tokens in, 0 out, [\d.]+ s", text)
    assert re.search(r"survey with survey\.v\d+: calls 1 \(model 1\)", text)
    assert "documents 2, disputes 0" in text


@pytest.mark.parametrize("answer", [lambda call: NOTHING, fail], ids=["answered", "failed"])
def test_no_word_of_a_document_is_told(
    caplog: pytest.LogCaptureFixture, answer: Callable[[Call], object]
) -> None:
    assert WORD not in told(caplog, logging.INFO, answer)


def test_why_a_call_failed_is_told_to_those_who_ask_for_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert "ProviderError" in told(caplog, logging.INFO, fail)
    assert "cannot answer" not in caplog.text
    assert "cannot answer" in told(caplog, logging.DEBUG, fail)


def test_nothing_is_told_where_nobody_asks() -> None:
    code = "import llmcheck, logging; logging.getLogger('llmcheck').warning('damaged')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ran.stderr == b""

"""The examples in docstrings run, without a network and without a model."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import llmcheck

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(llmcheck.__path__, "llmcheck.")
    if not module.name.endswith("__main__")
)
FLAGS = doctest.NORMALIZE_WHITESPACE
PROMISED = {
    "llmcheck.checker.Checker",
    "llmcheck.llm.fake.FakeLLM",
    "llmcheck.llm.halving.Halving",
    "llmcheck.llm.recording.replay.ReplayLLM",
    "llmcheck.numbering.NumberedSet",
}
"""What a caller meets first, so that its example must not get lost."""


def examples_in(name: str) -> list[doctest.DocTest]:
    tests = doctest.DocTestFinder().find(import_module(name), name)
    return [test for test in tests if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_show_what_happens(name: str) -> None:
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for example in examples_in(name):
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_what_a_caller_meets_first_has_an_example() -> None:
    assert {test.name for name in MODULES for test in examples_in(name)} >= PROMISED

"""Pytest plugin: tests that replay recorded answers, and cannot reach a model by accident.

Every test runs with real calls refused, unless it is marked ``llmcheck_live``. The fixture
``llmcheck_checker`` replays the recordings in the ini option ``llmcheck_fixtures`` (or the
marker of that name); ``pytest --llmcheck-record`` records them instead. With
``llmcheck_strict = true`` a recording that no test asks for fails the session.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# pytest loads this in every session of whoever has llmcheck installed: the rest of llmcheck
# is imported when a test asks for it.
if TYPE_CHECKING:
    from llmcheck.checker import Checker
    from llmcheck.llm.recording.replay import ReplayLLM

_REFUSE_CALLS = "LLMCHECK_REFUSE_CALLS"
_MOST_LISTED = 10


@dataclass
class _State:
    """What the session has seen of recordings."""

    replays: dict[Path, ReplayLLM] = field(default_factory=dict)
    deselected: bool = False
    skipped: bool = False
    """Whether a test that replays was skipped or failed as expected."""
    unused: list[Path] = field(default_factory=list)
    unchecked: str = ""
    """Why strictness could not be applied."""


_STATE = pytest.StashKey[_State]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--llmcheck-record`` and the ini options."""
    group = parser.getgroup("llmcheck")
    group.addoption(
        "--llmcheck-record",
        action="store_true",
        help="let llmcheck_checker call the model and record its answers",
    )
    parser.addini(
        "llmcheck_fixtures",
        "directory of recorded answers, relative to the rootdir",
        default="tests/fixtures/llmcheck",
    )
    parser.addini(
        "llmcheck_strict",
        "fail a whole, green session that left recordings unused",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.stash[_STATE] = _State()
    config.addinivalue_line("markers", "llmcheck_live: this test may call a model")
    config.addinivalue_line(
        "markers",
        "llmcheck_fixtures(directory): recorded answers of this test, relative to the rootdir",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Refuse model calls from before the first fixture, of any scope, to after the last."""
    records = item.config.getoption("--llmcheck-record") and _uses_recordings(item)
    with pytest.MonkeyPatch.context() as environment:
        if not records and item.get_closest_marker("llmcheck_live") is None:
            environment.setenv(_REFUSE_CALLS, "1")
        return (yield)


@pytest.fixture
def llmcheck_checker(request: pytest.FixtureRequest) -> Checker:
    """A ``Checker`` that answers from recordings, or makes them under ``--llmcheck-record``.

    Raises ConfigError when the directory holds no recording.
    """
    from llmcheck.checker import Checker

    directory = _directory(request)
    if request.config.getoption("--llmcheck-record"):
        return Checker(record=directory)
    replays = request.config.stash[_STATE].replays
    if directory not in replays:
        from llmcheck.llm.recording.replay import ReplayLLM

        replays[directory] = ReplayLLM(directory)
    replay = replays[directory]
    return Checker(llm=replay, model=replay.model)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Take note that this is not the whole suite."""
    if items:
        items[0].config.stash[_STATE].deselected = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Take note of a test that replays and was skipped."""
    report = yield
    if report.skipped and _uses_recordings(item):
        item.config.stash[_STATE].skipped = True
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the session when strict and recordings were left unused."""
    config = session.config
    if (
        not config.getini("llmcheck_strict")
        or exitstatus != pytest.ExitCode.OK
        or config.getoption("--llmcheck-record")
        or hasattr(config, "workerinput")  # A worker of xdist sees a part of the tests.
    ):
        return
    state = config.stash[_STATE]
    state.unchecked = _why_not_whole(config)
    if not state.unchecked:
        state.unused = [path for one in state.replays.values() for path in one.unused()]
    if state.unused:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say which recordings were unused, or why that was not looked at."""
    state = config.stash[_STATE]
    if state.unchecked:
        terminalreporter.write_line(
            f"llmcheck_strict: unused recordings were not looked for: {state.unchecked}"
        )
    if state.unused:
        terminalreporter.section("llmcheck", red=True)
        terminalreporter.write_line(
            f"FAILED llmcheck_strict: {len(state.unused)} recording(s) used by no test; "
            "delete them, or the test that needed them is missing",
            red=True,
        )
        for path in state.unused[:_MOST_LISTED]:
            terminalreporter.write_line(f"  {os.path.relpath(path, config.rootpath)}")
        if len(state.unused) > _MOST_LISTED:
            terminalreporter.write_line(f"  and {len(state.unused) - _MOST_LISTED} more")


def _uses_recordings(item: pytest.Item) -> bool:
    return "llmcheck_checker" in getattr(item, "fixturenames", ())


def _directory(request: pytest.FixtureRequest) -> Path:
    marker = request.node.get_closest_marker("llmcheck_fixtures")
    names = (request.config.getini("llmcheck_fixtures"),) if marker is None else marker.args
    if len(names) != 1:
        raise pytest.UsageError('llmcheck_fixtures takes one directory: llmcheck_fixtures("dir")')
    return request.config.rootpath / str(names[0])


def _why_not_whole(config: pytest.Config) -> str:
    """Why unused recordings say nothing in this session; empty when they do."""
    state = config.stash[_STATE]
    if config.pluginmanager.hasplugin("dsession"):
        return "the tests ran in the processes of pytest-xdist"
    if state.deselected or config.getoption("lf", False):
        return "some tests were deselected"
    if state.skipped:
        return "a test that replays was skipped"
    suite = [config.rootpath / part for part in config.getini("testpaths")] or [config.rootpath]
    given = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS and not all(
        any(part.resolve().is_relative_to(argument) for argument in given) for part in suite
    ):
        return "the arguments do not take in all of testpaths (or, without it, the rootdir)"
    return ""

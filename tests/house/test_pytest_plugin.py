"""The pytest plugin, in sessions of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from calls import Answer, echo, make_call
from repository import ROOT

from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import LLM
from llmcheck.llm.recording.record import RecordingLLM
from llmcheck.llm.recording.replay import ReplayLLM


class FakeChecker:
    """Puts one question to the model per corpus, in the place of the real one."""

    def __init__(
        self, model: str | None = None, *, llm: LLM | None = None, record: Path | None = None
    ) -> None:
        self.record = record
        self._model = model or "tiny"
        self._llm = llm or RecordingLLM(echo(), record or "")

    def check(self, corpus: str) -> str:
        reply = self._llm.complete(make_call(corpus, model=self._model), Answer)
        return f"{reply.value.text} ({reply.origin})"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a test suite that uses the plugin, and a stand-in for the checker."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p llmcheck.pytest_plugin")
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS", raising=False)
    module: Any = ModuleType("llmcheck.checker")
    module.Checker = FakeChecker
    monkeypatch.setitem(sys.modules, "llmcheck.checker", module)
    return pytester


def ini(project: pytest.Pytester, **options: str) -> None:
    lines = [f"{name} = {value}" for name, value in options.items()]
    project.makeini("\n".join(["[pytest]", "addopts = --strict-markers", *lines]))


def record(project: pytest.Pytester, directory: str, *questions: str) -> None:
    llm = RecordingLLM(
        FakeLLM(lambda call: Answer(text=f"recorded {call.user}")),
        project.path / directory,
        synthetic=True,
    )
    for question in questions:
        llm.complete(make_call(question), Answer)


ONE = """
    def test_one(llmcheck_checker):
        assert llmcheck_checker.check("one") == "recorded one (replay)"
"""
ONE_AND_TWO = (
    ONE
    + """
    def test_two(llmcheck_checker):
        assert llmcheck_checker.check("two") == "recorded two (replay)"
"""
)


def test_the_checker_replays_the_default_directory(project: pytest.Pytester) -> None:
    ini(project)
    record(project, "tests/fixtures/llmcheck", "one")
    project.makepyfile(ONE)
    project.runpytest().assert_outcomes(passed=1)


def test_the_directory_is_an_ini_option_relative_to_the_rootdir(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    ini(project, llmcheck_fixtures="recorded")
    record(project, "recorded", "one")
    project.mkdir("sub")
    path = project.makepyfile(ONE)
    monkeypatch.chdir(project.path / "sub")
    project.runpytest(path).assert_outcomes(passed=1)


def test_a_marker_chooses_another_directory_for_one_test(project: pytest.Pytester) -> None:
    ini(project, llmcheck_fixtures="recorded")
    record(project, "recorded", "one")
    record(project, "special", "two")
    project.makepyfile(
        ONE
        + """
    import pytest

    @pytest.mark.llmcheck_fixtures("special")
    def test_two(llmcheck_checker):
        assert llmcheck_checker.check("two") == "recorded two (replay)"
    """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_a_missing_directory_fails_the_test_and_says_how_to_record(
    project: pytest.Pytester,
) -> None:
    ini(project)
    project.makepyfile(ONE)
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ConfigError*--llmcheck-record*"])


# --- refusing calls


def test_calls_are_refused_from_the_first_fixture_to_the_last_except_in_live_tests(
    project: pytest.Pytester,
) -> None:
    ini(project)
    project.makepyfile(
        """
        import os
        import unittest
        import pytest

        def refused():
            return os.environ.get("LLMCHECK_REFUSE_CALLS") == "1"

        @pytest.fixture(scope="session", autouse=True)
        def whole_session():
            assert refused()
            yield

        @pytest.fixture
        def around():
            assert refused()
            yield
            assert refused()

        def test_plain(around):
            assert refused()

        class TestOld(unittest.TestCase):
            def test_method(self):
                assert refused()

        @pytest.mark.llmcheck_live
        def test_live():
            assert not refused()

        def test_after_live():
            assert refused()
        """
    )
    project.runpytest().assert_outcomes(passed=4)


def test_a_refusal_set_from_outside_holds_for_live_tests_too(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCHECK_REFUSE_CALLS", "1")
    ini(project)
    project.makepyfile(
        """
        import os
        import pytest

        @pytest.mark.llmcheck_live
        def test_live():
            assert os.environ["LLMCHECK_REFUSE_CALLS"] == "1"
        """
    )
    project.runpytest().assert_outcomes(passed=1)


# --- recording


def test_recording_lets_only_the_tests_with_a_checker_call_the_model(
    project: pytest.Pytester,
) -> None:
    ini(project, llmcheck_fixtures="recorded")
    project.makepyfile(
        """
        import os

        def test_with(llmcheck_checker):
            assert "LLMCHECK_REFUSE_CALLS" not in os.environ
            assert llmcheck_checker.check("one") == "one (model)"

        def test_without():
            assert os.environ["LLMCHECK_REFUSE_CALLS"] == "1"
        """
    )
    project.runpytest("--llmcheck-record").assert_outcomes(passed=2)
    replay = ReplayLLM(project.path / "recorded")
    assert replay.complete(make_call("one"), Answer).value.text == "one"


# --- strictness


@pytest.mark.parametrize("strict", [True, False])
def test_an_unused_recording_fails_a_strict_session_only(
    project: pytest.Pytester, strict: bool
) -> None:
    ini(project, llmcheck_strict=str(strict).lower(), llmcheck_fixtures="recorded")
    record(project, "recorded", "one", "two")
    project.makepyfile(ONE)
    result = project.runpytest()
    result.assert_outcomes(passed=1)
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if strict else pytest.ExitCode.OK)
    if strict:
        unused = f"recorded/ask.v1/{make_call('two').key[:16]}.json"
        result.stdout.fnmatch_lines(["FAILED llmcheck_strict: 1 recording*", f"*{unused}"])
    else:
        result.stdout.no_fnmatch_line("*llmcheck_strict*")


def test_a_strict_session_that_uses_every_recording_is_green(project: pytest.Pytester) -> None:
    ini(project, llmcheck_strict="true", llmcheck_fixtures="recorded")
    record(project, "recorded", "one", "two")
    project.makepyfile(ONE_AND_TWO)
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*llmcheck_strict*")


@pytest.mark.parametrize(
    "arguments",
    [["-k", "one"], ["--deselect", "suite/test_it.py::test_two"], ["suite/test_it.py::test_one"],
     ["suite/test_it.py"], ["-m", "not slow"], ["--lf"]],
    ids=["keyword", "deselect", "test", "file", "marker", "last-failed"],
)  # fmt: skip
def test_a_session_of_part_of_the_suite_is_not_judged_and_says_so(
    project: pytest.Pytester, arguments: list[str]
) -> None:
    ini(
        project,
        llmcheck_strict="true",
        llmcheck_fixtures="recorded",
        testpaths="suite",
        markers="slow",
    )
    record(project, "recorded", "one", "two", "three")
    project.mkdir("suite").joinpath("test_it.py").write_text(
        "import pytest\n"
        "def test_one(llmcheck_checker): llmcheck_checker.check('one')\n"
        "@pytest.mark.slow\n"
        "def test_two(llmcheck_checker): llmcheck_checker.check('two')\n"
    )
    result = project.runpytest(*arguments)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["llmcheck_strict: unused recordings were not looked for: *"])


@pytest.mark.parametrize(
    ("testpaths", "arguments"),
    [("suite", []), ("sui*", []), ("suite", ["suite"]), ("suite", ["."]),
     ("suite", ["other", "./suite/"]), ("", [])],
)  # fmt: skip
def test_arguments_that_take_in_the_whole_suite_are_judged(
    project: pytest.Pytester, testpaths: str, arguments: list[str]
) -> None:
    ini(project, llmcheck_strict="true", llmcheck_fixtures="recorded", testpaths=testpaths)
    record(project, "recorded", "one", "two")
    project.mkdir("other")
    project.mkdir("suite").joinpath("test_it.py").write_text(
        "def test_one(llmcheck_checker): llmcheck_checker.check('one')\n"
    )
    assert project.runpytest(*arguments).ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("how", ["pytest.mark.skip", "pytest.mark.xfail"])
def test_a_session_that_skipped_a_replaying_test_is_not_judged(
    project: pytest.Pytester, how: str
) -> None:
    ini(project, llmcheck_strict="true", llmcheck_fixtures="recorded")
    record(project, "recorded", "one", "two")
    project.makepyfile(
        ONE
        + f"""
    import pytest

    @{how}
    def test_two(llmcheck_checker):
        assert not llmcheck_checker
    """
    )
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*not looked for: a test that replays was skipped"])


def test_a_failing_session_keeps_its_own_reason(project: pytest.Pytester) -> None:
    ini(project, llmcheck_strict="true", llmcheck_fixtures="recorded")
    record(project, "recorded", "one", "two")
    project.makepyfile(ONE + "\n    def test_red(): assert False")
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.no_fnmatch_line("*llmcheck_strict*")


def test_a_distributed_session_is_not_judged_and_says_so(project: pytest.Pytester) -> None:
    ini(project, llmcheck_strict="true", llmcheck_fixtures="recorded")
    record(project, "recorded", "one", "two")
    project.makepyfile(ONE)
    project.makeconftest(
        """
        def pytest_configure(config):
            config.pluginmanager.register(object(), "dsession")  # as pytest-xdist does
        """
    )
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*not looked for: *xdist*"])


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    heavy = "{'pydantic', 'openai', 'diskcache', 'llmcheck.checker', 'llmcheck.llm'}"
    code = f"import sys, llmcheck.pytest_plugin; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

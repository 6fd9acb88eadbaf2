"""The command line: what goes to which stream, what it exits with, and what it loads.

The checker and what reads documents are stood in for, so that what is tested here is the
command line alone.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import builders
import pytest
from builders import claim, dispute, document, failure, info, position
from repository import ROOT

from llmcheck import Corpus
from llmcheck.cli.main import main
from llmcheck.cli.run import carry_out, exit_code
from llmcheck.cli.streams import ProgressLine, emit
from llmcheck.documents.formats import SUFFIXES
from llmcheck.errors import BudgetExceeded, ConfigError, DocumentError, FixtureMissing, PromptError
from llmcheck.llm.prompts import load_prompt
from llmcheck.llm.runner import Progress
from llmcheck.models import Dispute, Failure, Report, Ungrounded
from llmcheck.render.data import to_json
from llmcheck.settings import Settings

GATE = document("The gate weighs 90 tonnes.", "gate.txt", path="gate.txt")
LOCK = document("Log.\nThe gate weighs 70 tonnes. é", "lock.txt", path="lock.txt")
DISPUTE = dispute(
    position("90 t", "c1", "gate.txt"),
    position("70 t", "c2", "lock.txt"),
    question="What does the gate weigh?",
    rationale="One gate has one weight.",
)
FAILED = failure("What weighs?", "timed out\x1b[2J")
SPENT = failure("What floats?", "5 call(s) made", cause="budget")


def found(**more: Any) -> Report:
    fields: dict[str, Any] = {
        "prompts": {"survey.v1": "0" * 64, "judge.v4": "0" * 64},
        "documents": (info(GATE), info(LOCK)),
        "claims": (
            claim("c1", GATE.text, GATE, text="90 t"),
            claim("c2", LOCK.text[5:31], LOCK, text="70 t"),
        ),
    }
    return builders.report(DISPUTE, **{**fields, **more})


class Stage:
    """The stand-ins: what they were given, and what they are to do."""

    def __init__(self) -> None:
        self.paths: tuple[str, ...] = ()
        self.allow_private_urls = False
        self.input_format: str | None = None
        self.settings = Settings()
        self.verbs: list[str] = []
        self.lengths: list[str] = []
        self.act: Callable[[Callable[[Progress], None]], Report] = lambda _: found()
        self.documents: Callable[[], Corpus] = lambda: Corpus.from_texts([GATE, LOCK])

    def read(self, *paths: str, input_format: str | None, allow_private_urls: bool) -> Corpus:
        self.paths, self.input_format = paths, input_format
        self.allow_private_urls = allow_private_urls
        return self.documents()

    def checker(self, *, settings: Settings, on_progress: Callable[[Progress], None]) -> Any:
        self.settings = settings
        return Performer(self, on_progress)


class Performer(NamedTuple):
    """Stands in for a checker."""

    stage: Stage
    on_progress: Callable[[Progress], None]

    def check(self, corpus: Corpus) -> Report:
        return self._perform("check")

    def summarize(self, corpus: Corpus, *, length: str) -> Report:
        self.stage.lengths.append(length)
        return self._perform("summarize")

    def claims(self, corpus: Corpus) -> Report:
        return self._perform("claims")

    def padding(self, corpus: Corpus) -> Report:
        return self._perform("padding")

    def _perform(self, name: str) -> Report:
        self.stage.verbs.append(name)
        return self.stage.act(self.on_progress)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    stage = Stage()
    monkeypatch.setattr(
        "llmcheck.cli.run._run",
        partial(carry_out, make_checker=stage.checker, read=stage.read),
    )
    monkeypatch.chdir(tmp_path)
    return stage


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return run


# --- what is printed where ---


def test_check_prints_lint_lines_on_stdout_and_the_outcome_on_stderr(
    run: Callable[..., Ran], stage: Stage
) -> None:
    ran = run("check", "gate.txt", "-")

    assert ran.out == (
        "gate.txt:1:1: LC102 numeric: What does the gate weigh? 90 t; "
        "elsewhere: 70 t (lock.txt:2:1) [d]\n"
        "lock.txt:2:1: LC102 numeric: What does the gate weigh? 70 t; "
        "elsewhere: 90 t (gate.txt:1:1) [d]\n"
    )
    assert ran.err == ("llmcheck: 1 dispute in 2 documents; 0 model calls, 0 cached, 0 replayed\n")
    assert ran.code == 1
    assert stage.paths == ("gate.txt", "-")


def test_the_format_of_what_is_named_can_be_forced(run: Callable[..., Ran], stage: Stage) -> None:
    run("claims", "-", "--input-format", "jsonl")
    assert (stage.paths, stage.input_format) == (("-",), "jsonl")
    run("claims", "-")
    assert stage.input_format is None
    ran = run("claims", "-", "--input-format", "odt")
    assert ran.code == 2
    assert "'odt' is none of text, markdown, html, pdf" in " ".join(ran.err.split())
    assert all(name in run("claims", "--help").out for name in SUFFIXES)


@pytest.mark.parametrize(
    ("arguments", "verb", "begins"),
    [
        (["summarize"], "summarize", "Disputes (1)"),
        (["summarize", "--format", "markdown"], "summarize", "## Disputes (1)"),
        (["summarize", "--format", "json"], "summarize", "{"),
        (["summarize", "--format", "html"], "summarize", "<!doctype html>"),
        (["report"], "summarize", "<!doctype html>"),
        (["check", "--format", "html"], "check", "<!doctype html>"),
        (["check", "--format", "json"], "check", "{"),
        (["check", "--format", "csv"], "check", "dispute,code,"),
        (["check", "--format", "markdown"], "check", "## Disputes (1)"),
        (["claims"], "claims", '{"id":"c1"'),
        (["claims", "--format", "json"], "claims", "{\n"),
        (["claims", "--format", "csv"], "claims", "claim,text,"),
        (["claims", "--format", "text"], "claims", "gate.txt [1]"),
        (["padding"], "padding", "Padding"),
        (["padding", "--format", "json"], "padding", "{\n"),
    ],
)
def test_each_command_asks_for_its_own_report_and_prints_it_in_each_of_its_formats(
    run: Callable[..., Ran], stage: Stage, arguments: list[str], verb: str, begins: str
) -> None:
    ran = run(*arguments, "gate.txt")

    assert stage.verbs == [verb]
    assert ran.out.startswith(begins)
    assert ran.code == (1 if arguments[0] == "check" else 0)


@pytest.mark.parametrize("verb", ["summarize", "report"])
def test_a_summary_is_as_long_as_is_asked_for(
    run: Callable[..., Ran], stage: Stage, verb: str
) -> None:
    for length in ("short", "normal", "long"):
        run(verb, "x", "--length", length)
    run(verb, "x")
    assert stage.lengths == ["short", "normal", "long", "normal"]


def test_json_output_is_the_report(run: Callable[..., Ran]) -> None:
    assert Report.model_validate_json(run("check", "x", "--format", "json").out) == found()


def test_options_become_settings(run: Callable[..., Ran], stage: Stage) -> None:
    run(
        "check", "x", "--model", "small", "--base-url", "http://localhost:1", "--record", "r",
        "--cache", "c", "--max-calls", "5", "--max-cost", "0.5", "--concurrency", "2",
        "--table-tokens", "900", "--language", "de", "--select", "LC1,LC101", "--select", "LC102",
        "--ignore", "LC11", "--min-confidence", "0.5",
    )  # fmt: skip
    assert stage.settings == Settings(
        model="small",
        base_url="http://localhost:1",
        record=Path("r"),
        cache=Path("c"),
        max_calls=5,
        max_cost=0.5,
        concurrency=2,
        table_tokens=900,
        language="de",
        select=("LC1", "LC101", "LC102"),
        ignore=("LC11",),
        min_confidence=0.5,
    )
    run("check", "x", "--replay", "r", "--no-cache")
    assert stage.settings == Settings(replay=Path("r"), cache=None)


def test_an_intranet_is_fetched_from_when_that_is_asked_for(
    run: Callable[..., Ran], stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("check", "https://wiki.example/a")
    assert (stage.paths, stage.allow_private_urls) == (("https://wiki.example/a",), False)
    run("check", "https://wiki.example/a", "--allow-private-urls")
    assert stage.allow_private_urls
    monkeypatch.setenv("LLMCHECK_ALLOW_PRIVATE_URLS", "true")
    stage.allow_private_urls = False
    run("check", "x")
    assert stage.allow_private_urls


def test_nothing_is_fetched_in_a_replay(run: Callable[..., Ran], stage: Stage) -> None:
    ran = run("check", "a.txt", "https://wiki.example/a", "--replay", "r")
    assert (ran.code, stage.paths, ran.out) == (2, (), "")
    assert "nothing is fetched in a replay: save the pages" in ran.err


def test_a_page_is_80_columns_wide_and_plain_off_a_terminal(
    run: Callable[..., Ran], stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    wordy = DISPUTE.model_copy(update={"rationale": "weight " * 60})
    stage.act = lambda _: found(disputes=(wordy,))
    monkeypatch.delenv("COLUMNS", raising=False)

    def widest() -> int:
        out = run("summarize", "x").out
        assert "\x1b" not in out
        return max(map(len, out.splitlines()))

    assert 70 < widest() <= 80
    monkeypatch.setenv("COLUMNS", "100")
    assert 90 < widest() <= 100


# --- exit codes and errors ---


@pytest.mark.parametrize(
    ("failures", "disputes", "findings", "code"),
    [
        ((), (), True, 0),
        ((), (DISPUTE,), True, 1),
        ((), (DISPUTE,), False, 0),
        ((FAILED,), (DISPUTE,), True, 3),
        ((FAILED, SPENT), (DISPUTE,), True, 4),
    ],
)
def test_the_gravest_exit_code_wins(
    failures: tuple[Failure, ...], disputes: tuple[Dispute, ...], findings: bool, code: int
) -> None:
    report = found(failures=failures, disputes=disputes)
    assert exit_code(report, disputes_are_findings=findings) == code


def test_an_incomplete_run_prints_what_was_found_and_warns_of_each_cause(
    run: Callable[..., Ran], stage: Stage
) -> None:
    causes = [f"{FAILED.error} {n}" for n in range(12)]
    failures = [FAILED.model_copy(update={"error": cause}) for cause in causes]
    stage.act = lambda _: found(failures=tuple(failures))

    ran = run("check", "x")

    assert ran.code == 3
    assert ran.out.count("LC102") == 2
    warning = r"llmcheck: warning: judging of What weighs?: timed out\x1b[2J"
    assert ran.err.count(warning) == 10
    assert "llmcheck: warning: 2 more failures, listed by --format json" in ran.err

    stage.act = lambda _: found(failures=(FAILED,) * 12)
    err = run("check", "x").err
    assert err.count("warning") == 1
    assert r"judging of What weighs? and 11 more parts: timed out\x1b[2J" in err


def test_where_the_output_lists_failures_one_warning_is_enough(
    run: Callable[..., Ran], stage: Stage
) -> None:
    stage.act = lambda _: found(failures=(FAILED, SPENT))
    ran = run("summarize", "x")
    assert ran.code == 4
    assert ran.err == "llmcheck: warning: 2 parts of the run failed; the output says which\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("no model:\nset one"), 2),
        (PromptError("no prompt"), 2),
        (DocumentError("a\x1b.txt", "not there"), 2),
        (FixtureMissing("no recording", call_key="k", prompt="p"), 3),
        (BudgetExceeded("spent"), 4),
    ],
)
def test_an_error_is_one_line_without_a_traceback(
    run: Callable[..., Ran], stage: Stage, error: Exception, code: int
) -> None:
    def fail() -> Corpus:
        raise error

    stage.documents = fail
    ran = run("check", "x")
    assert ran.code == code
    assert ran.out == ""
    assert ran.err.startswith("llmcheck: error: ")
    assert ran.err.count("\n") == 1
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "x", "--nonsense"],
        ["check", "x", "--format", "jsonl"],
        ["check", "x", "--concurrency", "many"],
        ["check", "x", "--concurrency", "0"],
        ["check", "x", "--replay", "a", "--record", "b"],
        ["check", "x", "--cache", "a", "--no-cache"],
        ["check", "x", "--table-tokens", "99"],
        ["check", "x", "--language", "german"],
        ["check", "x", "--output", "no/such/folder/report"],
        ["summarize", "x", "--length", "endless"],
        ["check", "x", "--length", "short"],
        ["check", "x", "--select", "numeric"],
        ["check", "x", "--select", ""],
        ["check", "x", "--min-confidence", "80"],
        ["check", "x", "--statistics", "--format", "sarif"],
        ["summarize", "x", "--select", "LC102"],
        ["claims", "x", "--exit-zero"],
        ["prompts", "show"],
        ["prompts", "show", "no.v1"],
        ["prompts", "show", "judge.v4", "survey.v1"],
        ["nonsense"],
    ],
)
def test_wrong_usage_exits_2_before_anything_is_read(
    run: Callable[..., Ran], stage: Stage, arguments: list[str]
) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err
    assert "Traceback" not in ran.err
    assert stage.paths == ()


@pytest.mark.parametrize("fault", [KeyError("Ninety\x1b tonnes."), EOFError("Ninety")])
def test_a_fault_of_our_own_has_its_own_exit_code_and_quotes_nothing(
    run: Callable[..., Ran], stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail() -> Corpus:
        raise fault

    stage.documents = fail
    ran = run("check", "x")
    assert (ran.code, ran.out) == (70, "")
    assert "Ninety" not in ran.err
    assert "Traceback" not in ran.err
    assert f"{type(fault).__name__} at llmcheck/cli/run.py:" in ran.err
    assert "Please report it" in ran.err

    monkeypatch.setenv("LLMCHECK_DEBUG", "1")
    ran = run("check", "x")
    assert ran.code == 70
    assert "Traceback (most recent call last)" in ran.err
    assert "Ninety" in ran.err
    assert "\x1b" not in ran.err


def test_without_a_way_to_a_model_nothing_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["check", "nowhere.txt"])
    assert ended.value.code == 2
    assert "no API key, endpoint or recording is set" in capsys.readouterr().err


def test_ctrl_c_exits_130_and_says_what_is_kept(run: Callable[..., Ran], stage: Stage) -> None:
    def interrupt(_: object) -> Report:
        raise KeyboardInterrupt

    stage.act = interrupt
    ran = run("check", "x")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == (
        "llmcheck: interrupted; finished calls are cached, so the same command goes on from here\n"
    )
    assert "calls are lost" in run("check", "x", "--no-cache").err


# --- output files ---


def test_output_goes_to_the_file_whole_and_nothing_to_stdout(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = run("check", "x", "--format", "json", "--output", "report.json")
    assert ran.out == ""
    assert json.loads((tmp_path / "report.json").read_bytes())["schema_version"] == 1
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_write_that_fails_leaves_the_old_file_and_no_other_and_goes_to_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "report"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ConfigError, match=r"No space left.*went to standard output"):
        emit("new", target)
    assert capsys.readouterr().out == "new"
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["report"]


def test_output_follows_a_link_instead_of_replacing_it(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    emit("new", link)
    assert link.is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_output_to_a_device_does_not_replace_it() -> None:
    emit("gone", Path(os.devnull))
    assert not Path(os.devnull).is_file()


def test_a_run_that_is_recorded_says_once_what_the_recording_will_hold(
    run: Callable[..., Ran],
) -> None:
    assert run("check", "x", "--quiet", "--record", "kept").err.count("will hold sentences") == 1
    assert "hold sentences" not in run("check", "x", "--quiet").err


# --- progress ---


class Terminal(list[str]):
    """A stream that says it is a terminal (or not) and keeps what is written."""

    def __init__(self, tty: bool) -> None:
        super().__init__()
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    def write(self, text: str) -> None:
        self.append(text)

    def flush(self) -> None:
        pass


STEPS = [Progress("judging", 3, made, 1, 0, failed) for made, failed in ((0, 0), (1, 0), (1, 1))]


def drawn(*, tty: bool) -> tuple[Terminal, ProgressLine]:
    """A stream, and the line that has shown all steps on it."""
    stream = Terminal(tty=tty)
    line = ProgressLine(stream)  # type: ignore[arg-type]
    for step in STEPS:
        line(step)
    return stream, line


def test_off_a_terminal_each_stage_gives_one_line_at_its_end() -> None:
    stream, line = drawn(tty=False)
    line.erase()
    assert stream == ["judging: 1 made, 1 cached, 0 left, 1 failed\n"]


def test_on_a_terminal_the_line_overwrites_and_at_last_erases_itself() -> None:
    stream, line = drawn(tty=True)
    line.erase()
    line.erase()
    assert stream[0] == "\r\x1b[2Kjudging: 0 made, 1 cached, 2 left, 0 failed"
    assert stream[-2:] == ["\r\x1b[2Kjudging: 1 made, 1 cached, 0 left, 1 failed", "\r\x1b[2K"]
    assert "\n" not in "".join(stream)


def test_on_a_terminal_all_stages_at_work_are_told_with_how_long_they_will_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal(tty=True)
    line = ProgressLine(stream)  # type: ignore[arg-type]
    line(Progress("reading", 90, 10, 0, 0, 0, seconds_left=4000.2))
    line(Progress("survey", 1, 1, 0, 0, 0))
    line(Progress("judging", 1, 1, 0, 0, 0))
    reading = "\r\x1b[2Kreading: 10 made, 0 cached, 80 left, 0 failed, 1:06:41 to go"
    assert stream == [
        reading,
        f"{reading}; survey: 1 made, 0 cached, 0 left, 0 failed",
        f"{reading}; judging: 1 made, 0 cached, 0 left, 0 failed",
    ]


def test_how_long_it_will_take_is_told_on_no_log() -> None:
    stream = Terminal(tty=False)
    line = ProgressLine(stream)  # type: ignore[arg-type]
    line(Progress("reading", 90, 10, 0, 0, 0, seconds_left=4000.2))
    line(Progress("reading", 90, 90, 0, 0, 0))
    assert stream == ["reading: 90 made, 0 cached, 0 left, 0 failed\n"]


def test_a_stage_without_calls_is_not_mentioned() -> None:
    stream = Terminal(tty=False)
    ProgressLine(stream)(Progress("judging", 0, 0, 0, 0, 0))  # type: ignore[arg-type]
    assert stream == []


def test_replayed_calls_are_counted_where_there_are_any() -> None:
    assert str(Progress("reading", 4, 0, 0, 3, 0)) == (
        "reading: 0 made, 0 cached, 3 replayed, 1 left, 0 failed"
    )


def test_quiet_silences_progress_but_no_warning(run: Callable[..., Ran], stage: Stage) -> None:
    def act(on_progress: Callable[[Progress], None]) -> Report:
        on_progress(STEPS[-1])
        logging.getLogger("llmcheck").warning("the cache was\x1b damaged")
        return found()

    stage.act = act
    warning = "llmcheck: warning: the cache was\\x1b damaged\n"
    loud, quiet = run("summarize", "x"), run("summarize", "x", "--quiet")

    assert loud.err == f"judging: 1 made, 1 cached, 0 left, 1 failed\n{warning}"
    assert quiet.err == warning
    assert loud.out == quiet.out


def test_verbose_tells_what_no_document_bears_out_and_changes_nothing_else(
    run: Callable[..., Ran], stage: Stage
) -> None:
    odd = Ungrounded(doc_id="a.txt", text="It is\x1b 9 m high.", reason="its passage lacks 9")
    lost = Ungrounded(doc_id="", text="It sank.", reason="1.7 was not shown")
    stage.act = lambda _: found().model_copy(update={"ungrounded": (odd, lost)})
    plain, verbose = run("summarize", "x"), run("summarize", "x", "--verbose")

    assert verbose.err.splitlines()[:2] == [
        "llmcheck: left out: a.txt: It is\\x1b 9 m high. (its passage lacks 9)",
        "llmcheck: left out: no document: It sank. (1.7 was not shown)",
    ]
    assert "left out" not in plain.err
    assert (verbose.out, verbose.code) == (plain.out, plain.code)


# --- prompts and cache ---


PROMPT = '+++\ndescription = "Ask"\n+++\n# system\nYou ask{how}.\n# user\n{{{{ it }}}}\n'


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that stands for the shipped prompts: two versions of ``ask``, one of ``tell``."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name, how in (("ask.v1", ""), ("ask.v2", " twice"), ("tell.v1", " nothing")):
        (folder / f"{name}.md").write_text(PROMPT.format(how=how))
    for module in ("llmcheck.llm.prompts", "llmcheck.installation"):
        monkeypatch.setattr(f"{module}.shipped", lambda _: folder)
    load_prompt.cache_clear()
    yield folder
    load_prompt.cache_clear()


def saved_report(path: Path, prompts: dict[str, str]) -> str:
    path.write_text(to_json(found(prompts=prompts)))
    return str(path)


def test_prompts_are_listed_with_digest_and_description_and_shown_as_they_are(
    run: Callable[..., Ran], shelf: Path
) -> None:
    assert run("prompts", "show", "ask.v1").out == (shelf / "ask.v1.md").read_text()
    name, digest, description = run("prompts").out.splitlines()[0].split()
    assert (name, len(digest), description) == ("ask.v1", 12, "Ask")
    assert run("prompts", "list").out == run("prompts").out


@pytest.mark.parametrize(
    "arguments", [["ask.v1", "ask.v2"], ["ask"], ["ask.v1", "ask"], ["shelf/ask.v1.md", "ask.v2"]]
)
def test_prompts_that_differ_are_shown_as_a_unified_diff_and_exit_1(
    run: Callable[..., Ran], shelf: Path, arguments: list[str]
) -> None:
    ran = run("prompts", "diff", *arguments)
    assert (ran.code, ran.err) == (1, "")
    old, new, hunk, *rest = ran.out.splitlines()
    assert old.startswith(f"--- {arguments[0].removesuffix('.v1')}")
    assert new == f"+++ ask.v2 {load_prompt('ask.v2').digest[:12]}"
    assert hunk.startswith("@@")
    assert [line for line in rest if line[0] != " "] == ["-You ask.", "+You ask twice."]


def test_equal_prompts_differ_in_nothing_and_exit_0(
    run: Callable[..., Ran], shelf: Path, tmp_path: Path
) -> None:
    source = (shelf / "ask.v2.md").read_text()
    (tmp_path / "draft.md").write_bytes(source.replace("\n", "\r\n").encode())
    assert run("prompts", "diff", "ask", "draft.md") == Ran(0, "", "")


def test_the_prompts_of_a_report_are_compared_with_those_of_today(
    run: Callable[..., Ran], shelf: Path, tmp_path: Path
) -> None:
    as_today = {name: load_prompt(name).digest for name in ("ask.v1", "ask.v2")}
    kept = saved_report(tmp_path / "kept.json", as_today)
    assert run("prompts", "diff", kept) == Ran(
        0, "ask.v1: unchanged; ask.v2 is the latest\nask.v2: unchanged\n", ""
    )

    saved_report(tmp_path / "old.json", {**as_today, "ask.v2": "0" * 64, "sing.v1\x1b": "0" * 64})
    assert run("prompts", "diff", "old.json") == Ran(
        1,
        "ask.v1: unchanged; ask.v2 is the latest\nask.v2: changed\nsing.v1\\x1b: gone\n",
        "",
    )


def test_the_prompts_of_two_reports_are_compared_with_each_other(
    run: Callable[..., Ran], shelf: Path, tmp_path: Path
) -> None:
    before = saved_report(tmp_path / "before.json", {"a.v1": "0", "b.v1": "0", "c.v1": "0"})
    after = saved_report(tmp_path / "after.json", {"a.v1": "0", "b.v1": "1", "d.v1": "0"})
    assert run("prompts", "diff", before, before).code == 0
    assert run("prompts", "diff", before, after) == Ran(
        1, "a.v1: unchanged\nb.v1: changed\nc.v1: gone\nd.v1: new\n", ""
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "which one? There are ask.v1, ask.v2, tell.v1"),
        (["tell"], "tell has one version only, tell.v1"),
        (["ask.v1"], "compare ask.v1 with what?"),
        (["ask.v3", "ask.v2"], "no prompt and no file 'ask.v3'; there are: ask.v1, "),
        (["ask.v1", "nowhere.md"], "no prompt and no file 'nowhere.md'"),
        (["ask.v1", "shelf"], "shelf: cannot be read (Is a directory)"),
        (["ask.v1", "notes.txt"], "prompt notes.txt: expected TOML front matter"),
        (["ask.v1", "latin.md"], "latin.md: is not UTF-8"),
        (["broken.json"], "broken.json: is no JSON ("),
        (["other.json"], "other.json: is no report; save one with --format json"),
        (["odd.json"], "odd.json: is no report"),
        (["empty.json"], "empty.json: the report names no prompts"),
        (["ask.v1", "kept.json"], "a report is compared with another report"),
        (["kept.json", "ask.v1"], "a report is compared with another report"),
    ],
)
def test_prompts_that_cannot_be_compared_exit_2_and_say_why(
    run: Callable[..., Ran], shelf: Path, tmp_path: Path, arguments: list[str], problem: str
) -> None:
    (tmp_path / "notes.txt").write_text("Ask twice.")
    (tmp_path / "latin.md").write_bytes("+++\né".encode("latin-1"))
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.json").write_text('{"claims": []}')
    (tmp_path / "odd.json").write_text('{"prompts": {"ask.v1": 1}}')
    saved_report(tmp_path / "empty.json", {})
    saved_report(tmp_path / "kept.json", {"ask.v1": load_prompt("ask.v1").digest})

    ran = run("prompts", "diff", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert problem in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


def test_the_cache_is_described_and_emptied(run: Callable[..., Ran], tmp_path: Path) -> None:
    assert run("cache", "path", "--cache", "kept").out == "kept\n"
    assert "0 stored answers, 0 bytes" in run("cache", "--cache", "kept").out
    assert "0 stored answers removed" in run("cache", "clear", "--cache", "kept").out
    assert not (tmp_path / "kept").exists()


def test_a_cache_that_is_switched_off_cannot_be_described(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCHECK_CACHE", "false")
    assert run("cache").code == 2


def test_the_version_is_printed(run: Callable[..., Ran]) -> None:
    ran = run("--version")
    assert ran.code == 0
    assert ran.out.startswith("llmcheck")


# --- baselines, silences, diff ---


def test_a_closed_stdout_is_an_error_and_no_finding(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(SystemExit) as ended:
        main(["cache", "path", "--cache", "kept"])
    assert ended.value.code == 2


def test_what_a_baseline_knows_is_no_finding(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(to_json(found()))
    ran = run("check", "x", "--baseline", "old.json")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("llmcheck: 0 new disputes (1 known) in 2 documents; ")


@pytest.mark.parametrize("format_name", ["markdown", "html"])
def test_pages_show_what_a_baseline_knows_as_set_aside(
    run: Callable[..., Ran], tmp_path: Path, format_name: str
) -> None:
    (tmp_path / "old.json").write_text(to_json(found()))
    ran = run("check", "x", "--baseline", "old.json", "--format", format_name, "--quiet")
    assert ran.code == 0
    assert DISPUTE.question in ran.out
    assert "ilenced: " in ran.out
    assert "known from the baseline" in ran.out


def test_a_report_of_claims_is_no_baseline(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "claims.json").write_text(to_json(found(prompts={"reading.v1": "0" * 64})))
    for arguments in (("check", "x", "--baseline"), ("diff", "claims.json")):
        ran = run(*arguments, "claims.json")
        assert (ran.code, ran.out) == (2, "")
        assert "claims.json: is of a run that looked for no disputes" in ran.err


def test_what_a_baseline_does_not_know_is_a_finding(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "old.json").write_text(to_json(found(disputes=())))
    ran = run("check", "x", "--baseline", "old.json")
    assert ran.code == 1
    assert ran.out.count("LC102") == 2
    assert "1 new dispute (0 known)" in ran.err


def test_a_report_made_with_a_baseline_can_be_the_next_one(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "old.json").write_text(to_json(found()))
    ran = run("check", "x", "--baseline", "old.json", "--format", "json")
    assert ran.code == 0
    assert Report.model_validate_json(ran.out) == found()


@pytest.mark.parametrize(
    "arguments",
    [["check", "x", "--baseline", "nowhere.json"], ["summarize", "x", "--baseline", "old.json"]],
)
def test_a_baseline_that_cannot_be_used_stops_before_the_run(
    run: Callable[..., Ran], stage: Stage, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "old.json").write_text(to_json(found()))
    ran = run(*arguments)
    assert (ran.code, ran.out, stage.paths) == (2, "", ())


def test_a_silenced_dispute_is_shown_but_no_finding(run: Callable[..., Ran], stage: Stage) -> None:
    silenced = DISPUTE.model_copy(update={"silenced": "weighed\x1b twice"})
    stage.act = lambda _: found(disputes=(silenced,))
    ran = run("check", "x")
    assert ran.code == 0
    assert ran.out == (
        "gate.txt:1:1: silenced LC102 numeric: What does the gate weigh?; weighed\\x1b twice [d]\n"
    )
    assert "0 disputes (1 silenced)" in ran.err
    page = run("summarize", "x").out
    assert "Disputes (0, 1 silenced)" in page
    assert "weighed\\x1b" in page
    markdown = run("check", "x", "--format", "markdown").out
    assert "## Silenced disputes (1)" in markdown
    assert "Silenced: weighed" in markdown


# --- selection ---

UNSURE = DISPUTE.model_copy(
    update={"id": "e", "kind": "causal", "confidence": 0.5, "question": "Why does it weigh?"}
)


@pytest.fixture
def two_kinds(stage: Stage) -> None:
    stage.act = lambda _: found(disputes=(DISPUTE, UNSURE))


@pytest.mark.usefixtures("two_kinds")
@pytest.mark.parametrize(
    "options", [["--select", "LC102"], ["--ignore", "LC107"], ["--min-confidence", "0.6"]]
)
@pytest.mark.parametrize("format_name", ["text", "csv", "sarif", "junit", "github"])
def test_what_is_not_selected_is_not_shown_where_findings_are_listed(
    run: Callable[..., Ran], options: list[str], format_name: str
) -> None:
    assert UNSURE.question in run("check", "x", "--format", format_name).out
    one = run("check", "x", *options, "--format", format_name)
    assert one.code == 1
    assert UNSURE.question not in one.out
    assert DISPUTE.question in one.out
    if format_name == "text":
        assert "1 dispute (1 not selected) in 2 documents" in one.err


@pytest.mark.usefixtures("two_kinds")
def test_where_nothing_is_selected_there_is_no_finding_and_json_has_it_all_the_same(
    run: Callable[..., Ran],
) -> None:
    options = ("--ignore", "LC102,LC107")
    assert run("check", "x", *options)[:2] == (0, "")
    ran = run("check", "x", *options, "--format", "json")
    assert ran.code == 0
    assert len(Report.model_validate_json(ran.out).disputes) == 2


@pytest.mark.usefixtures("two_kinds")
def test_a_file_selects_what_is_a_finding_and_an_option_overrides_it(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "llmcheck.toml").write_text('select = ["LC103"]\nmin_confidence = 0.2\n')
    assert run("check", "x").code == 0
    assert run("check", "x", "--select", "LC107").code == 1
    assert run("check", "x", "--select", "LC107", "--min-confidence", "0.6").code == 0


@pytest.mark.usefixtures("two_kinds")
def test_what_a_baseline_knows_is_known_whether_or_not_it_is_selected(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = run("check", "x", "--ignore", "LC107", "--format", "json", "--output", "old.json")
    assert ran.code == 1
    ran = run("check", "x", "--baseline", "old.json", "--select", "LC107")
    assert ran.code == 0
    assert "0 new disputes (2 known) in" in ran.err
    (tmp_path / "old.json").write_text(to_json(found()))
    ran = run("check", "x", "--baseline", "old.json", "--select", "LC102")
    assert ran.code == 0
    assert "0 new disputes (1 known, 1 not selected) in" in ran.err
    assert run("check", "x", "--baseline", "old.json", "--select", "LC107").code == 1


def test_a_silence_holds_for_what_is_selected_and_what_is_not_selected_is_no_silence(
    run: Callable[..., Ran], stage: Stage
) -> None:
    silenced = DISPUTE.model_copy(update={"silenced": "weighed twice"})
    stage.act = lambda _: found(disputes=(silenced, UNSURE))
    ran = run("check", "x", "--select", "LC102")
    assert ran.code == 0
    assert ran.out.count("silenced LC102") == 1
    assert "0 disputes (1 not selected, 1 silenced) in" in ran.err
    assert run("check", "x", "--select", "LC107").out.count("LC102") == 0


@pytest.mark.usefixtures("two_kinds")
def test_statistics_count_the_findings_of_each_code_in_their_place(
    run: Callable[..., Ran],
) -> None:
    ran = run("check", "x", "--statistics")
    assert (ran.code, ran.out) == (1, "1\tLC102\tnumeric\n1\tLC107\tcausal\n")
    assert "2 disputes in" in ran.err
    ran = run("check", "x", "--statistics", "--format", "json", "--select", "LC107")
    assert json.loads(ran.out) == [{"code": "LC107", "kind": "causal", "count": 1}]
    assert run("check", "x", "--statistics", "--ignore", "LC").out == ""


def test_statistics_say_on_stderr_what_failed(run: Callable[..., Ran], stage: Stage) -> None:
    stage.act = lambda _: found(failures=(FAILED,))
    ran = run("check", "x", "--statistics", "--format", "json")
    assert ran.code == 3
    assert "judging of What weighs?" in ran.err


@pytest.mark.parametrize(("failures", "code"), [((), 0), ((FAILED,), 3), ((SPENT,), 4)])
def test_exit_zero_forgives_disputes_and_no_failure(
    run: Callable[..., Ran], stage: Stage, failures: tuple[Failure, ...], code: int
) -> None:
    stage.act = lambda _: found(failures=failures)
    ran = run("check", "x", "--exit-zero")
    assert ran.code == code
    assert ran.out.count("LC102") == 2


# --- for machines, and diff ---


@pytest.mark.parametrize(
    ("format_name", "begins"),
    [("sarif", "{"), ("junit", "<?xml"), ("github", "::error file=gate.txt,line=1,")],
)
def test_check_prints_what_machines_read(
    run: Callable[..., Ran], format_name: str, begins: str
) -> None:
    ran = run("check", "x", "--format", format_name)
    assert ran.out.startswith(begins)
    assert ran.code == 1
    # Annotations are cut off where GitHub stops, so there stderr says how it went.
    assert ran.err.startswith("llmcheck: 1 dispute in 2" if format_name == "github" else "")


def test_diff_exits_with_1_when_a_dispute_is_new(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text(to_json(found(disputes=())))
    (tmp_path / "one.json").write_text(to_json(found()))
    ran = run("diff", "none.json", "one.json")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("Disputes: 1 new, 0 gone, 0 changed, 0 unchanged\n")
    assert run("diff", "one.json", "none.json").code == 0
    assert run("diff", "one.json", "one.json").code == 0
    as_json = json.loads(run("diff", "none.json", "one.json", "--format", "json").out)
    assert [dispute["id"] for dispute in as_json["new_disputes"]] == ["d"]
    assert run("diff", "none.json", "one.json", "--format", "markdown").out.startswith("## Disp")
    ran = run("diff", "none.json", "nowhere.json")
    assert (ran.code, ran.out) == (2, "")
    assert "nowhere.json: no such file" in ran.err


def test_a_new_dispute_that_is_silenced_is_no_finding_of_diff(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    silenced = DISPUTE.model_copy(update={"silenced": "weighed"})
    (tmp_path / "none.json").write_text(to_json(found(disputes=())))
    (tmp_path / "one.json").write_text(to_json(found(disputes=(silenced,))))
    ran = run("diff", "none.json", "one.json")
    assert ran.code == 0
    assert "(silenced: weighed)" in ran.out


# --- a process of its own ---

STAND_INS = """
import sys
from functools import partial

from llmcheck.cli import run
from llmcheck.cli.main import main
from llmcheck.models import DocumentInfo, Report

class Corpus:
    documents = ()

class Checker:
    def __init__(self, **_): pass
    def check(self, corpus, **_):
        return Report(model="m" * {size}, documents=(
            DocumentInfo(id="pont-lev\\u00e9", path=None, title=None, words=1, padding_share=0),))
    summarize = check

run._run = partial(run.carry_out, make_checker=Checker, read=lambda *_, **__: Corpus())
"""


def python(code: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environ},
        timeout=60,
        check=False,
    )


SLOW = {"openai", "instructor", "trafilatura", "rich", "pint", "genai_prices", "diskcache"}


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (["--help"], set()),
        (["check", "--help"], set()),
        (["check", "x"], set()),
        (["check", "x", "--format", "json"], set()),
        (["check", "x", "--format", "markdown"], set()),
        (["summarize", "x"], {"rich"}),
    ],
)
def test_only_what_a_command_needs_is_loaded(arguments: list[str], loaded: set[str]) -> None:
    code = STAND_INS.format(size=1) + (
        f"try:\n    main({arguments!r})\n"
        f"finally:\n    sys.stderr.write('loaded: ' + repr(set(sys.modules) & {SLOW!r}))"
    )
    ran = python(code)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.decode().endswith(f"loaded: {loaded!r}")


def test_output_is_utf8_whatever_the_locale() -> None:
    code = STAND_INS.format(size=1) + "main(['summarize', 'x'])"
    ran = python(code, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0, ran.stderr
    assert "pont-levé" in ran.stdout.decode("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pipe")
def test_a_reader_that_goes_away_is_no_error() -> None:
    code = STAND_INS.format(size=1_000_000) + "main(['summarize', 'x', '--format', 'json'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_help_loads_neither_pydantic_nor_the_models() -> None:
    heavy = "{'pydantic', 'platformdirs', 'llmcheck.models', 'llmcheck.settings'}"
    ran = python(
        "import sys; from llmcheck.cli.main import main\n"
        f"try:\n    main(['--help'])\nfinally:\n    sys.exit(len(set(sys.modules) & {heavy}))"
    )
    assert ran.returncode == 0, ran.stderr


def test_without_its_extra_the_verb_mcp_names_it(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.delitem(sys.modules, "mcp.server", raising=False)
    monkeypatch.delitem(sys.modules, "llmcheck.mcp.server", raising=False)
    ran = run("mcp", "--replay", "r")
    assert ran.code == 2
    assert "pip install 'llmcheck[mcp]'" in ran.err

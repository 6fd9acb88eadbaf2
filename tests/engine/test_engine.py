"""A run over worker processes: the same report, nothing asked twice, nothing found so far lost."""

from __future__ import annotations

import datetime
import gc
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import generate
import made_model
import pytest
import wire
from calls import Answer, asks, make_call
from repository import ROOT

from llmcheck import Checker, Corpus, Report, Settings
from llmcheck.cli.main import main
from llmcheck.documents.corpus import ReadFiles
from llmcheck.engine import EngineFiles, connect_engine, require_engine, stages_of
from llmcheck.engine.work import Row, run_workers
from llmcheck.errors import BudgetExceeded, ConfigError, DocumentError, EngineError, LLMError
from llmcheck.llm.endpoint.client import REFUSE_CALLS
from llmcheck.llm.port import Outcome, Reply
from llmcheck.llm.side_by_side import Ask, Ended

try:
    require_engine()
except ConfigError as error:
    pytest.skip(f"without the extra: {error}", allow_module_level=True)

import pyarrow as pa
import pyarrow.parquet as pq

# Daft leaves the pipes of its processes to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

SEEDS = ROOT / "seeds"
REPLAY = ROOT / "fixtures" / "seeds"
WORKERS = 2


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["check", *arguments])
    return int(str(ended.value.code))


def read_files(folder: Path) -> ReadFiles:
    return EngineFiles(folder, WORKERS)


class Made:
    """A made-up corpus, and the endpoint that answers about it."""

    def __init__(self, endpoint: wire.Endpoint, folder: Path) -> None:
        self.endpoint = endpoint
        self.folder = folder
        self.corpus = Corpus.read(folder / "docs")

    def settings(self, cache: str, **more: Any) -> Settings:
        return Settings(
            model="made", base_url=self.endpoint.url, api_key="none", table_tokens=1_000,
            cache=self.folder / cache, **more,
        )  # fmt: skip

    def check(self, settings: Settings) -> Report:
        checker = Checker(settings=settings, llm=connect_engine(settings, WORKERS))
        return checker.check(self.corpus)

    def ask_all(self, settings: Settings, users: Sequence[str]) -> list[Outcome[Answer]]:
        connection = connect_engine(settings, WORKERS)
        calls = [make_call(user) for user in users]
        outcomes: dict[str, Outcome[Answer]] = {}

        def note(ended: Ended[Answer]) -> Sequence[Ask[Answer]]:
            outcomes[ended.ask.call.key] = ended.outcome
            return ()

        connection.fan_out(connection.llm, asks(calls, Answer), settings.concurrency, note)
        return [outcomes[call.key] for call in calls]

    def ask(self, settings: Settings) -> Outcome[Answer]:
        (outcome,) = self.ask_all(settings, ["a question"])
        return outcome

    def asked(self) -> list[str]:
        """What was asked since the last time."""
        users = [request.message("user") for request in self.endpoint.requests]
        self.endpoint.requests.clear()
        return users


@pytest.fixture(autouse=True)
def _workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """They find what stands in tests, and are gone behind each."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    yield
    gc.collect()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """Its calls are real ones, over loopback."""
    monkeypatch.delenv(REFUSE_CALLS)
    generate.write(generate.made(60), tmp_path)
    with wire.Endpoint(
        lambda request: wire.Answer(made_model.completion(request.body))
    ) as endpoint:
        yield Made(endpoint, tmp_path)


# --- the same report ---


def test_the_report_of_a_replay_is_the_same_to_the_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = tmp_path / "one.json", tmp_path / "many.json"
    shared = [str(SEEDS), "--replay", str(REPLAY), "--cache", str(tmp_path / "cache")]
    assert run(*shared, "-o", str(paths[0])) == 1
    many = ["--engine", "daft", "--workers", str(WORKERS)]
    assert run(*shared, *many, "-o", str(paths[1])) == 1
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert capsys.readouterr().out == ""


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_over_an_endpoint_the_report_is_the_same_and_a_restart_asks_nothing(made: Made) -> None:
    one = Checker(settings=made.settings("one")).check(made.corpus)
    assert one.disputes
    assert one.agreements
    alone = made.asked()
    assert made.check(made.settings("many")) == one
    assert sorted(made.asked()) == sorted(alone)
    # Neither the answers nor the cache of this machine are needed.
    shutil.rmtree(made.folder / "many")
    again = made.check(made.settings("many"))
    assert made.asked() == []
    assert again.model_copy(update={"usage": one.usage}) == one
    assert (again.usage.calls, again.usage.cached) == (0, one.usage.calls)


def test_findings_are_written_as_parquet_by_the_suffix(tmp_path: Path) -> None:
    found = tmp_path / "found.parquet"
    report = Checker(replay=REPLAY).check(Corpus.read(SEEDS))
    assert run(str(SEEDS), "--replay", str(REPLAY), "-o", str(found), "--quiet") == 1
    rows = pq.read_table(found).to_pylist()
    disputed = [row for row in rows if row["finding"] == "dispute"]
    assert {row["id"] for row in disputed} == {dispute.id for dispute in report.disputes}
    assert {row["id"] for row in rows} - {row["id"] for row in disputed} == {
        agreement.id for agreement in report.agreements
    }
    texts = {Path(d.id).name: d.text for d in Corpus.read(SEEDS).documents}
    for row in rows:
        assert texts[Path(row["doc_id"]).name][row["start"] : row["end"]] == row["quote"]


# --- what is finished ---


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_call_that_failed_is_asked_again_and_an_answer_kept_for_the_same_wishes(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_model, "answer", lambda system, user: {"no": "text"})
    assert isinstance(made.ask(made.settings("many")), LLMError)
    monkeypatch.setattr(made_model, "answer", lambda system, user: {"text": "so tall"})
    made.asked()
    replies = [made.ask(made.settings("many")), made.ask(made.settings("many"))]
    replies += [made.ask(made.settings("many", extra={"top_k": 1}))]
    assert [reply.origin for reply in replies if isinstance(reply, Reply)] == [
        "model", "cache", "model"
    ]  # fmt: skip
    assert len(made.asked()) == 2


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_limit_on_calls_holds_over_all_workers(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_model, "answer", lambda system, user: {"text": "so tall"})
    settings = made.settings("many", max_calls=2)
    outcomes = made.ask_all(settings, [f"{number}" for number in range(8)])
    assert len(made.asked()) == 2
    assert sum(isinstance(outcome, BudgetExceeded) for outcome in outcomes) == 6


def test_a_damaged_stage_is_done_again(tmp_path: Path) -> None:
    expected = Corpus.read(SEEDS)
    stages = tmp_path / "stages"
    assert Corpus.read(SEEDS, read_files=read_files(stages)) == expected
    (part,) = (stages / "documents").iterdir()
    part.write_bytes(b"PAR1 of another kind")
    assert Corpus.read(SEEDS, read_files=read_files(stages)) == expected
    assert pq.read_table(part).num_rows == len(expected.documents)


def test_a_file_that_has_changed_is_read_again_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("It rained.")
    monkeypatch.chdir(tmp_path)
    files = read_files(tmp_path / "stages")
    Corpus.read("a.txt", "b.txt", read_files=files)
    (tmp_path / "b.txt").write_text("It snowed all day.")
    found = Corpus.read("a.txt", "b.txt", read_files=files)
    assert [document.text for document in found.documents] == ["It rained.", "It snowed all day."]
    sizes = [pq.read_table(part).num_rows for part in (tmp_path / "stages/documents").iterdir()]
    assert sorted(sizes) == [1, 2]


# --- documents ---


def test_files_of_all_formats_and_what_is_wrong_with_them_are_read_as_without_workers(
    tmp_path: Path,
) -> None:
    (tmp_path / "lone.jsonl").write_text('{"text": "A lone \\ud800."}\n{"no": "text"}\n')
    (tmp_path / "empty.txt").touch()
    given = [ROOT / "tests" / "data", tmp_path, tmp_path / "missing.txt"]
    assert Corpus.read(*given, read_files=read_files(tmp_path / "s")) == Corpus.read(*given)


def test_the_rows_of_parquet_are_documents(tmp_path: Path) -> None:
    rows = {
        "text": ["The dam held.\r\nIt rained.", "", "No water came."],
        "id": ["log", "none", None],
        "date": [datetime.date(2026, 5, 1), None, None],
        "url": ["https://example.org/log", None, "no address"],
    }
    path = tmp_path / "reports.parquet"
    pq.write_table(pa.table(rows), path)
    corpus = Corpus.read(path, read_files=read_files(tmp_path / "stages"))
    first, last = corpus.documents
    assert (first.id, first.date, first.url) == (
        f"{path}#log", "2026-05-01", "https://example.org/log"
    )  # fmt: skip
    assert (first.text, last.id, last.url) == ("The dam held.\nIt rained.", f"{path}#3", None)
    assert [failure.subject for failure in corpus.failures] == [f"{path}:2"]


@pytest.mark.parametrize("content", [None, b"PAR1 no more"])
def test_parquet_that_holds_no_documents_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "rows.parquet"
    if content is None:
        pq.write_table(pa.table({"body": ["It rained."]}), path)
    else:
        path.write_bytes(content)
    expected = "no column 'text'.*'body'" if content is None else "cannot be read as Parquet"
    with pytest.raises(DocumentError, match=expected):
        Corpus.read(path, read_files=read_files(tmp_path / "stages"))


# --- what goes wrong ---


def broken(rows: list[Row]) -> list[list[Row]]:
    raise ZeroDivisionError("of a worker")


def misled(rows: list[Row]) -> list[list[Row]]:
    raise ConfigError("no such recording here")


@pytest.mark.parametrize(
    ("function", "said"),
    [(broken, "ZeroDivisionError: of a worker"), (misled, "ConfigError: no such recording")],
)
def test_what_stops_a_worker_is_an_error_that_says_why(function: Any, said: str) -> None:
    schema = pa.schema([("key", pa.string())])
    with pytest.raises(EngineError, match=said):
        run_workers([{"key": "a"}], schema, function, schema, workers=2, batch=1)


def test_an_engine_without_a_cache_or_with_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="leave --no-cache away"):
        stages_of(Settings(cache=None))
    with pytest.raises(ConfigError, match="does not record"):
        connect_engine(Settings(model="made", record=tmp_path), WORKERS)

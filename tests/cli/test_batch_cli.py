"""``llmcheck batch``: from documents to a run without a call, by the batches of two providers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from batch_wire import ANTHROPIC, OPENAI, Answering, Batches, Kind, question, served
from repository import ROOT
from wire import Endpoint

from llmcheck.cli.main import main
from llmcheck.llm import connect as connecting
from llmcheck.llm.recording.files import call_files, read_fixture
from llmcheck.llm.store import ReplyStore
from llmcheck.settings import load_settings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
both = pytest.mark.parametrize("kind", [OPENAI, ANTHROPIC], ids=["openai", "anthropic"])

KEY = "sk-test-4f9d2c81aa"
SEEDS = str(ROOT / "seeds")
RECORDING = ROOT / "fixtures" / "seeds"
NOTHING = '{"disputes": [], "lookalikes": [], "agreements": []}'


class Ran(NamedTuple):
    code: object
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _prepared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")
    monkeypatch.setenv("LLMCHECK_API_KEY", KEY)
    monkeypatch.setattr(connecting, "has_extra", lambda extra: extra == "anthropic")
    monkeypatch.chdir(tmp_path)
    Path("dam.txt").write_text("The dam is 4 m high. It was built in 1931.\n")
    Path("map.txt").write_text("The dam is 5 m high. It stands north of Osk.\n")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        assert KEY not in said.out + said.err
        return Ran(ended.value.code, *said)

    return run


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Batches, Endpoint]]]:
    opened: list[Endpoint] = []

    def serve(answering: Answering, **changes: Any) -> tuple[Batches, Endpoint]:
        batches = Batches(answering, **changes)
        opened.append(Endpoint(batches).__enter__())
        served(opened[-1], batches, monkeypatch)
        return batches, opened[-1]

    yield serve
    for endpoint in opened:
        endpoint.__exit__()


def recorded() -> dict[str, str]:
    """The recorded answers by what was asked."""
    answers = {}
    for path in call_files(RECORDING):
        fixture, identity = read_fixture(path)
        answers[identity["user"]] = fixture.raw or json.dumps(fixture.reply)
    return answers


def write(run: Run, kind: Kind, *more: str, verb: str = "check") -> Ran:
    return run(
        "batch", "write", "dam.txt", "map.txt", "--verb", verb, "--model", kind.model,
        "-o", "batch", *more,
    )  # fmt: skip


def written(kind: Kind, number: int = 1) -> dict[str, Any]:
    return kind.requests(Path(f"batch/batch-{number}{kind.suffix}").read_text())


def results(kind: Kind, answering: Answering, number: int = 1) -> str:
    """A file of results for a file of requests."""
    Path("results.jsonl").write_text(Batches(answering).lines(written(kind, number)))
    return "results.jsonl"


def replies() -> int:
    return ReplyStore(load_settings().cache or "").info().replies


# --- from documents to a run without a call ---


@both
def test_the_articles_in_seeds_are_answered_stage_by_stage_until_a_run_needs_no_call(
    kind: Kind, run: Run, serve: Any
) -> None:
    answers = recorded()
    batches, endpoint = serve(lambda key, body: kind.good(answers[question(body)]))
    address = kind.arguments(endpoint)
    order = (SEEDS, "--model", kind.model, *address)
    stages = []
    for _ in range(9):
        ran = run("batch", "write", *order, "-o", "batch")
        assert (ran.code, ran.err) == (0, "")
        if "nothing is left" in ran.out:
            break
        stages.append(ran.out.splitlines()[0])
        assert run("batch", "submit", "batch", *address).code == 0
        assert "in_progress" in run("batch", "status", "batch", *address).out
        assert "completed" in run("batch", "status", "batch", *address).out or kind is ANTHROPIC
        ran = run("batch", "read", "batch", *address)
        assert ran.code == 0, ran.err
        assert "stored" in ran.out
    assert [stage.partition("(")[2] for stage in stages] == [
        "4 of reading.v1, 1 of survey.v1)",
        "1 of judge.v4)",
        "1 of judge.v4)",
        "1 of summary.v1)",
    ]
    assert f"llmcheck summarize {SEEDS} --model {kind.model}" in ran.out
    asked = sum(len(batch.requests) for batch in batches.batches.values())
    in_the_end = len(endpoint.requests)
    found = run("summarize", *order, "--format", "json")
    expected = run("summarize", SEEDS, "--replay", str(RECORDING), "--format", "json")
    report, replayed = json.loads(found.out), json.loads(expected.out)
    assert (report["usage"]["calls"], report["usage"]["cached"]) == (0, asked)
    assert len(endpoint.requests) == in_the_end
    for part in ("summary", "agreements", "padding", "failures"):
        assert report[part] == replayed[part]
    assert [d["id"] for d in report["disputes"]] == [d["id"] for d in replayed["disputes"]]


@both
def test_results_that_were_fetched_by_hand_are_read_from_a_file(
    kind: Kind, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCHECK_PRICE_IN", "1000000")
    monkeypatch.setenv("LLMCHECK_PRICE_OUT", "0")
    assert write(run, kind).code == 0
    ran = run("batch", "read", "batch", results(kind, lambda *_: kind.good(NOTHING)))
    assert (ran.code, ran.err) == (0, "")
    assert "1 answer stored · 40 tokens in, 9 out · $20.0000" in ran.out
    assert "nothing is left" in write(run, kind).out
    assert "0 calls" in write(run, kind).out


def test_the_price_is_half_of_that_of_single_calls(run: Run) -> None:
    prices = ("--price-in", "1000000", "--price-out", "0")
    plan = run(
        "check",
        "dam.txt",
        "map.txt",
        "--model",
        OPENAI.model,
        *prices,
        "--dry-run",
        "--format",
        "json",
    )
    whole = json.loads(plan.out)["runs"][0]["cost_usd"]
    assert f"~${whole / 2:.4f} in batches" in write(run, OPENAI, *prices).out


def test_without_a_key_the_files_are_written_and_results_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LLMCHECK_API_KEY")
    assert write(run, OPENAI).code == 0
    assert (
        run("batch", "read", "batch", results(OPENAI, lambda *_: OPENAI.good(NOTHING))).code == 0
    )
    again = write(run, OPENAI, verb="check")
    assert "nothing is left" in again.out
    ran = run("batch", "submit", "batch")
    assert ran.code == 2
    assert "OPENAI_API_KEY" in ran.err


# --- what does not come whole, or cannot be used ---


@both
def test_what_is_cut_off_is_asked_about_in_halves_in_the_next_round(kind: Kind, run: Run) -> None:
    write(run, kind)
    ran = run("batch", "read", "batch", results(kind, lambda *_: kind.cut_off()))
    assert "did not come whole" in ran.err
    before = written(kind)
    write(run, kind)
    halves = written(kind, 2)
    assert len(halves) == 2
    assert not before.keys() & halves.keys()
    run("batch", "read", "batch", results(kind, lambda *_: kind.good(NOTHING), 2))
    ran = write(run, kind)
    assert "0 calls" in ran.out
    assert replies() == 3


@both
def test_an_answer_that_does_not_fit_is_asked_for_again_and_then_in_halves(
    kind: Kind, run: Run
) -> None:
    misfit: Answering = lambda *_: kind.good('{"disputes": 7}')  # noqa: E731
    write(run, kind)
    ran = run("batch", "read", "batch", results(kind, misfit))
    assert ran.code == 3
    assert "cannot be used, and is asked for again: survey.v1" in ran.err
    assert replies() == 0
    write(run, kind)
    assert written(kind, 2) == written(kind, 1)
    ran = run("batch", "read", "batch", results(kind, misfit, 2))
    assert "did not come whole" in ran.err
    write(run, kind)
    assert len(written(kind, 3)) == 2


@both
def test_what_expired_or_met_a_busy_provider_is_asked_again(kind: Kind, run: Run) -> None:
    write(run, kind, verb="summarize")
    first, *_ = written(kind)

    def answering(key: str, body: Any) -> Any:
        return kind.expired if key == first else kind.error(529 if kind is ANTHROPIC else 503, "x")

    ran = run("batch", "read", "batch", results(kind, answering))
    assert ran.code == 3
    assert ran.err.count("was not answered, and is asked again") == 3
    write(run, kind, verb="summarize")
    assert written(kind, 2) == written(kind, 1)


@both
def test_what_a_model_does_not_take_is_left_out_from_the_next_round_on(
    kind: Kind, run: Run
) -> None:
    def answering(key: str, body: Any) -> Any:
        if "temperature" in body:
            return kind.error(400, "`temperature` is not supported with this model.")
        return kind.good(NOTHING)

    write(run, kind)
    assert "temperature" in next(iter(written(kind).values()))
    ran = run("batch", "read", "batch", results(kind, answering))
    assert "the next round asks otherwise" in ran.err
    write(run, kind)
    assert "temperature" not in next(iter(written(kind, 2).values()))
    run("batch", "read", "batch", results(kind, answering, 2))
    assert "0 calls" in write(run, kind).out
    assert "temperature" in json.loads(Path("batch/batch.json").read_text())["lessons"]["refused"]


def test_what_was_learnt_is_where_the_next_folder_begins(run: Run) -> None:
    def answering(key: str, body: Any) -> Any:
        return OPENAI.error(400, "no `seed` here") if "seed" in body else OPENAI.good(NOTHING)

    for number in (1, 2):
        write(run, OPENAI)
        run("batch", "read", "batch", results(OPENAI, answering, number))
    Path("dam.txt").write_text("The dam is 7 m high.\n")
    Path("batch").rename("before")
    write(run, OPENAI)
    assert "seed" not in next(iter(written(OPENAI).values()))


def test_a_call_that_is_refused_twice_is_left_to_the_run_and_holds_nothing_up(run: Run) -> None:
    refused: Answering = lambda *_: OPENAI.error(403, "this text is blocked by our policy")  # noqa: E731
    for number in (1, 2):
        write(run, OPENAI)
        ran = run("batch", "read", "batch", results(OPENAI, refused, number))
        assert "blocked by our policy" in ran.err
    ran = write(run, OPENAI)
    assert "with 1 call at the price of single ones" in ran.out


def test_what_later_stages_ask_waits_until_all_that_they_rest_on_is_answered(run: Run) -> None:
    write(run, OPENAI, verb="summarize")
    survey = next(k for k, b in written(OPENAI).items() if "disputes" in str(b["response_format"]))
    text = results(OPENAI, lambda *_: OPENAI.good('{"padding": [], "claims": []}'))
    lines = [x for x in Path(text).read_text().splitlines() if survey not in x]
    Path(text).write_text("\n".join(lines))
    assert run("batch", "read", "batch", text).code == 0
    write(run, OPENAI, verb="summarize")
    assert list(written(OPENAI, 2)) == [survey]


# --- hostile results ---


@both
def test_what_is_wrong_in_results_is_named_and_the_rest_is_taken(kind: Kind, run: Run) -> None:
    write(run, kind, verb="summarize")
    keys = list(written(kind))
    good = results(kind, lambda *_: kind.good(NOTHING))
    lines = Path(good).read_text().splitlines()
    survey = next(line for line in lines if keys[-1] in line)
    unknown = json.dumps({"custom_id": "0" * 64, **kind.good(NOTHING)})
    wrong = json.dumps({"custom_id": keys[0], **kind.good("[1]" if kind is OPENAI else "{}")})
    shapes: list[Any] = [[], {}, {"custom_id": 7}, {"custom_id": keys[1]}, "x", None]
    hostile = [survey, survey, unknown, wrong, "{nope", "[" * 100_000, *map(json.dumps, shapes)]
    Path(good).write_text("\n".join(hostile))
    ran = run("batch", "read", "batch", good)
    assert ran.code == 3
    assert "1 answer stored" in ran.out
    assert "is of no request of this folder: 0000" in ran.err
    assert f"has a result already; the first is taken: {keys[-1]}" in ran.err
    assert "cannot be used, and is asked for again: reading.v1" in ran.err
    assert "results.jsonl:5: " in ran.err
    assert ran.err.count("is no result") + ran.err.count("was not answered") >= 7
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        {},
        {"choices": "abc"},
        {"choices": [7]},
        {"choices": [{"message": 7}]},
        {"choices": [{"message": {"content": 7}, "finish_reason": []}], "usage": "many"},
        {"_fields_set": 1, "model_config": 2, "choices": []},
    ],
)
def test_a_completion_of_any_shape_is_one_that_cannot_be_used(body: Any, run: Run) -> None:
    write(run, OPENAI)
    line = {"response": {"status_code": 200, "body": body}}
    ran = run("batch", "read", "batch", results(OPENAI, lambda *_: line))
    assert ran.code == 3
    assert "0 answers stored" in ran.out
    assert "a fault" not in ran.err


@pytest.mark.parametrize(
    "message", [None, [], {}, {"content": 7}, {"content": [7]}, {"content": [{"type": "text"}]}]
)
def test_a_message_of_any_shape_is_one_that_cannot_be_used(message: Any, run: Run) -> None:
    write(run, ANTHROPIC)
    line = {"result": {"type": "succeeded", "message": message}}
    ran = run("batch", "read", "batch", results(ANTHROPIC, lambda *_: line))
    assert ran.code == 3
    assert "0 answers stored" in ran.out
    assert "a fault" not in ran.err


def test_results_for_documents_that_have_changed_are_left_aside(run: Run) -> None:
    write(run, OPENAI)
    text = results(OPENAI, lambda *_: OPENAI.good(NOTHING))
    Path("dam.txt").write_text("The dam is 6 m high.\n")
    ran = run("batch", "read", "batch", text)
    assert "1 result left aside" in ran.err
    assert replies() == 0


# --- the folder ---


@both
def test_what_is_submitted_and_not_read_is_not_written_again(
    kind: Kind, run: Run, serve: Any
) -> None:
    _, endpoint = serve(lambda *_: kind.good(NOTHING))
    address = kind.arguments(endpoint)
    write(run, kind, *address)
    run("batch", "submit", "batch", *address)
    ran = write(run, kind, *address)
    assert ran.code == 2
    assert "batch_1) is submitted and not read" in ran.err
    ran = run("batch", "submit", "batch", *address)
    assert "nothing to submit" in ran.err
    ran = run("batch", "read", "batch", *address)
    assert ran.code == 3
    assert "has not ended" in ran.err


def test_a_batch_that_failed_is_told_and_can_be_written_anew(run: Run, serve: Any) -> None:
    _, endpoint = serve(lambda *_: OPENAI.good(NOTHING), fails="Billing hard limit reached")
    address = OPENAI.arguments(endpoint)
    write(run, OPENAI, *address)
    run("batch", "submit", "batch", *address)
    assert "Billing hard limit" in run("batch", "status", "batch", *address).out
    ran = run("batch", "read", "batch", *address)
    assert (ran.code, "Billing hard limit" in ran.err) == (3, True)
    assert write(run, OPENAI, *address).code == 0
    assert run("batch", "submit", "batch", *address).out == "batch-1.jsonl: batch_2\n"


def test_a_folder_is_for_one_order(run: Run) -> None:
    write(run, OPENAI)
    ran = write(run, OPENAI, verb="claims")
    assert (ran.code, "another order" in ran.err) == (2, True)
    Path("full").mkdir()
    Path("full/mine.txt").write_text("mine")
    ran = run("batch", "write", "dam.txt", "--model", "x", "-o", "full")
    assert (ran.code, "holds other things" in ran.err) == (2, True)


def test_a_key_is_not_sent_to_an_address_that_only_the_folder_names(run: Run, serve: Any) -> None:
    _, endpoint = serve(lambda *_: OPENAI.good(NOTHING))
    write(run, OPENAI, *OPENAI.arguments(endpoint))
    for verb in ("submit", "status", "read"):
        ran = run("batch", verb, "batch")
        assert (ran.code, "give --base-url as it was" in ran.err) == (2, True)
    assert endpoint.requests == []
    assert KEY not in Path("batch/batch.json").read_text()


def test_answers_go_into_the_cache_that_the_order_was_written_with(run: Run, serve: Any) -> None:
    _, endpoint = serve(lambda *_: OPENAI.good(NOTHING), polls=0)
    address = OPENAI.arguments(endpoint)
    write(run, OPENAI, "--cache", "here", *address)
    assert run("batch", "submit", "batch", *address).code == 0
    assert run("batch", "status", "batch", *address).code == 0
    ran = run("batch", "read", "batch", *address)
    assert (ran.code, f"{Path('here').absolute()}: give --cache" in ran.err) == (2, True)
    assert run("batch", "read", "batch", "--cache", "here", *address).code == 0
    assert "--cache here" in write(run, OPENAI, "--cache", "here", *address).out


def test_no_file_outside_the_folder_is_submitted_or_replaced(run: Run) -> None:
    write(run, OPENAI)
    text = Path("batch/batch.json").read_text()
    Path("batch/batch.json").write_text(text.replace("batch-1.jsonl", "../dam.txt"))
    assert write(run, OPENAI).code == 2
    assert run("batch", "submit", "batch").code == 2
    assert Path("dam.txt").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}'])
def test_a_damaged_folder_is_told_by_name(text: str, run: Run) -> None:
    write(run, OPENAI)
    Path("batch/batch.json").write_text(text)
    ran = run("batch", "status", "batch")
    assert (ran.code, "batch/batch.json" in ran.err) == (2, True)


def test_requests_that_were_altered_are_told_by_name(run: Run) -> None:
    write(run, OPENAI)
    text = results(OPENAI, lambda *_: OPENAI.good(NOTHING))
    Path("batch/batch-1.jsonl").write_text('{"custom_id": 1}\n')
    ran = run("batch", "read", "batch", text)
    assert (ran.code, "batch/batch-1.jsonl" in ran.err) == (2, True)


def test_no_key_in_an_address_is_written_down(run: Run) -> None:
    secret = "s3cret-s3cret-s3cret-s3cret"
    for url in (f"http://me:{secret}@127.0.0.1:9/v1", f"http://127.0.0.1:9/v1?key={secret}"):
        ran = write(run, OPENAI, "--base-url", url)
        assert ran.code == 0
        assert secret not in Path("batch/batch.json").read_text()
        ran = run("batch", "submit", "batch", "--base-url", url)
        assert (ran.code, secret in ran.err) == (3, False)


# --- what cannot be ordered ---


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--model", "google/gemini-2.5-flash"), "OpenAI's or Anthropic's"),
        (("--model", "ollama/qwen2.5:7b"), "OpenAI's or Anthropic's"),
        ((), "no model is named"),
        (("--model", "gpt-5-mini", "--max-calls", "0"), "--max-calls 0"),
        (("--model", "gpt-5-mini", "--max-cost", "0"), "--max-cost 0"),
        (("--model", "nobody-knows", "--max-cost", "1"), "price of model"),
    ],
)
def test_what_cannot_be_ordered_is_told_and_nothing_is_written(
    arguments: tuple[str, ...], told: str, run: Run
) -> None:
    ran = run("batch", "write", "dam.txt", "map.txt", *arguments, "-o", "batch")
    assert ran.code in (2, 4)
    assert told in ran.err
    assert not Path("batch").exists()


def test_anthropics_batches_need_its_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "has_extra", lambda extra: False)
    ran = write(run, ANTHROPIC)
    assert (ran.code, "llmcheck[anthropic]" in ran.err) == (2, True)


def test_tests_refuse_to_submit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(run, OPENAI)
    monkeypatch.setenv("LLMCHECK_REFUSE_CALLS", "1")
    ran = run("batch", "submit", "batch")
    assert (ran.code, "LLMCHECK_REFUSE_CALLS" in ran.err) == (2, True)


@both
def test_a_provider_that_refuses_or_is_away_is_told(kind: Kind, run: Run, serve: Any) -> None:
    def breaks(key: str, body: Any) -> Any:
        raise AssertionError

    _, endpoint = serve(breaks)
    address = kind.arguments(endpoint)
    write(run, kind, *address)
    endpoint.__exit__()
    ran = run("batch", "submit", "batch", *address)
    assert (ran.code, "cannot connect to" in ran.err) == (3, True)

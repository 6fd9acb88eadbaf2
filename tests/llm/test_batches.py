"""Requests and results of batches, held against what the endpoint's client does."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_wire import OPENAI, question
from bridges import BRIDGE, GOOD, KEY, Bridge, Waits, call
from calls import make_call
from hypothesis import given
from hypothesis import strategies as st
from native_wire import ANTHROPIC
from pydantic import BaseModel
from repository import ROOT
from wire import Answer, Endpoint, Request, completion, failure

from llmcheck import Checker, Corpus, ReplayLLM, Report
from llmcheck.cli.batch_rounds import STAGES as STAGES_OF_A_RUN
from llmcheck.errors import BatchError, InvalidReply, LLMError, Pending
from llmcheck.llm.batch.answers import AnsweringLLM, Lines
from llmcheck.llm.batch.asking import Asking, CollectingLLM, pending
from llmcheck.llm.batch.formats import ANTHROPIC_BATCHES, OPENAI_BATCHES, Format
from llmcheck.llm.batch.service import BatchService
from llmcheck.llm.cache import CachedLLM
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.endpoint.lessons import Lessons
from llmcheck.llm.port import LLM, Call, Reply, T
from llmcheck.llm.store import ReplyStore
from llmcheck.settings import load_settings
from llmcheck.tokens import Tokens

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
formats = pytest.mark.parametrize(
    "fmt", [OPENAI_BATCHES, ANTHROPIC_BATCHES], ids=["openai", "anthropic"]
)
NAMES = {"scripted": "scripted-2"}
STAGES = (("spans.v1",), ("later.v1",))


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


def asking(fmt: Format = OPENAI_BATCHES, *kept: str) -> Asking:
    return Asking(fmt, NAMES, frozenset(kept))


def answered(
    line: Mapping[str, Any],
    question: Call | None = None,
    *,
    lessons: Lessons | None = None,
    tries: Mapping[str, int] | None = None,
) -> tuple[Any, AnsweringLLM]:
    """What a call comes to whose result says this, and the port that answered."""
    way, asked = asking(), question or call()
    begun = lessons or way.beginning
    bodies = {asked.key: way.body(asked, Bridge, begun)}
    lines = Lines()
    lines.add("results", json.dumps({"custom_id": asked.key, **line}), bodies, OPENAI_BATCHES)
    port = AnsweringLLM(way, begun, lines.results, bodies, tries or {})
    try:
        return port.complete(asked, Bridge), port
    except LLMError as error:
        return error, port


# --- requests ---


@formats
@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": 0, "seed": 1},
        {"temperature": 0, "max_tokens": 300, "logprobs": True, "top_logprobs": 8},
        {"reasoning_effort": "low", "stop": ["x"]},
    ],
)
def test_a_request_is_what_the_endpoints_client_sends(
    fmt: Format, parameters: Mapping[str, Any]
) -> None:
    asked = call("Ein Brücke,\nso lang wie „zwei“.", parameters=parameters)
    good = ANTHROPIC.good(GOOD) if fmt is ANTHROPIC_BATCHES else completion(GOOD)
    with Endpoint([good]) as e:
        url = e.url.removesuffix("/v1") if fmt is ANTHROPIC_BATCHES else e.url
        client = EndpointLLM(base_url=url, api_key=KEY, sleep=Waits(), names=NAMES, api=fmt.api)
        assert client.complete(asked, Bridge).value == BRIDGE
        sent = e.requests[0].body
    way = asking(fmt)
    written = way.body(asked, Bridge, way.beginning)
    assert json.loads(json.dumps(written)) == sent
    assert written["model"] == "scripted-2"


@formats
def test_files_are_read_back_as_they_were_written(fmt: Format) -> None:
    bodies = {f"{n:064}": {"text": 'a "b",\n{}\u2028', "n": n} for n in range(5)}
    lines = [
        json.dumps(fmt.request(key, body), ensure_ascii=False) for key, body in bodies.items()
    ]
    (text,) = fmt.files(lines)
    assert fmt.requests(text) == bodies
    if fmt is ANTHROPIC_BATCHES:
        assert len(json.loads(text)["requests"]) == 5


@formats
@given(
    sizes=st.lists(st.integers(1, 60), max_size=40),
    most_requests=st.integers(1, 9),
    most_bytes=st.integers(100, 400),
)
def test_no_file_passes_the_limits_and_no_request_is_lost(
    fmt: Format, sizes: list[int], most_requests: int, most_bytes: int
) -> None:
    small = fmt._replace(most_requests=most_requests, most_bytes=most_bytes)
    requests = [json.dumps({"é" * size: at}, ensure_ascii=False) for at, size in enumerate(sizes)]
    texts = list(small.files(requests))
    found = [text.removeprefix(fmt.opening).removesuffix(fmt.closing) for text in texts]
    lines = [line for text in found for line in text.split(fmt.between)]
    assert lines == requests
    for text, held in zip(texts, found, strict=True):
        count = len(held.split(fmt.between))
        assert count <= most_requests
        assert count == 1 or len(text.encode()) <= most_bytes


def test_a_key_is_an_id_that_both_providers_take() -> None:
    assert len(call().key) <= 64
    assert call().key.isalnum()


def test_what_a_later_stage_asks_is_not_written_while_an_earlier_one_waits() -> None:
    port = CollectingLLM(asking(), asking().beginning, STAGES, {})
    early, side, late = call("a"), call("b"), call("c", prompt="later.v1")
    for each in (early, late, side):
        with pytest.raises(Pending):
            port.complete(each, Bridge)
    assert set(port.requests) == {early.key, side.key}
    assert port.prompts == {"spans.v1": 2}


def test_a_call_that_was_answered_twice_with_what_cannot_be_used_is_no_longer_written() -> None:
    port = CollectingLLM(asking(), asking().beginning, STAGES, {call().key: 2})
    with pytest.raises(LLMError, match="cannot be used") as caught:
        port.complete(call(), Bridge)
    assert not isinstance(caught.value, Pending)
    late = call("c", prompt="later.v1")
    with pytest.raises(Pending):
        port.complete(late, Bridge)
    assert set(port.requests) == {late.key}


# --- results ---


def test_an_answer_comes_with_its_tokens_and_without_what_was_thought() -> None:
    usage = {"prompt_tokens": 40, "completion_tokens": 9}
    answer = completion(f"<think>So long?</think>```json\n{GOOD}\n```", usage=usage)
    reply, port = answered({"response": {"status_code": 200, "body": answer.body}})
    assert (reply.value, reply.tokens, reply.origin) == (BRIDGE, Tokens(40, 9), "model")
    assert port.tally.stored == 1
    assert port.lessons.answered


class Verdict(BaseModel):
    verdict: str


def test_a_probability_of_a_choice_is_kept() -> None:
    schema = {"properties": {"verdict": {"enum": ["yes", "no"], "type": "string"}}}
    asked = make_call(schema=schema, model="scripted")
    tokens = [{'{"verdict": "': 0.0}, {"yes": -0.1, "no": -2.4}, {'"}': 0.0}]
    answer = completion('{"verdict": "yes"}', tokens=tokens)
    way = asking()
    bodies = {asked.key: way.body(asked, Verdict, way.beginning)}
    lines = Lines()
    line = {"custom_id": asked.key, "response": {"status_code": 200, "body": answer.body}}
    lines.add("results", json.dumps(line), bodies, OPENAI_BATCHES)
    reply = AnsweringLLM(way, way.beginning, lines.results, bodies, {}).complete(asked, Verdict)
    assert reply.probabilities["verdict"]["yes"] == pytest.approx(0.9, abs=0.02)


def test_thinking_that_left_no_room_is_given_more_in_the_next_round() -> None:
    usage = {"prompt_tokens": 40, "completion_tokens": 300}
    answer = completion("", finish_reason="length", usage=usage)
    error, port = answered({"response": {"status_code": 200, "body": answer.body}})
    assert isinstance(error, Pending)
    assert port.tally.tries == {}
    assert asking().parameters(call(), port.lessons)["max_tokens"] > 8_000


def test_the_first_result_to_teach_something_is_not_taken_for_a_further_lesson() -> None:
    said = "max_tokens is too large: the most is 200"
    way, asked = asking(), [call("a"), call("b")]
    bodies = {each.key: way.body(each, Bridge, way.beginning) for each in asked}
    lines = Lines()
    for each in asked:
        line = {"custom_id": each.key, **OPENAI.error(400, said)}
        lines.add("results", json.dumps(line), bodies, OPENAI_BATCHES)
    port = AnsweringLLM(way, way.beginning, lines.results, bodies, {})
    for each in asked:
        with pytest.raises(Pending):
            port.complete(each, Bridge)
    assert dict(port.lessons.most) == {"max_tokens": 200}
    assert port.lessons.refused == frozenset()


@pytest.mark.parametrize(
    ("said", "way"),
    [
        ("response_format json_schema is not supported by this model", "tools"),
        ("no words", "response_format"),
    ],
)
def test_a_way_of_asking_that_is_refused_is_left_for_the_next(said: str, way: str) -> None:
    error, port = answered(OPENAI.error(400, said))
    assert isinstance(error, Pending)
    body = asking().body(call(), Bridge, port.lessons)
    assert way in body
    assert ("temperature" in body) == (way == "tools")


@pytest.mark.parametrize("splittable", [True, False])
def test_a_text_that_is_too_long_is_asked_about_in_parts_where_there_are_any(
    splittable: bool,
) -> None:
    line = OPENAI.error(400, "This model's maximum context length is 8192 tokens.")
    error, port = answered(line, call(splittable=splittable))
    assert isinstance(error, Pending) is not splittable
    assert bool(port.tally.halved) is splittable
    assert bool(port.tally.unusable) is not splittable


def test_a_refusal_of_the_models_is_no_answer() -> None:
    answer = completion(None, refusal="I would rather not.")
    error, port = answered(
        {"response": {"status_code": 200, "body": answer.body}}, call(splittable=True)
    )
    assert isinstance(error, InvalidReply)
    assert "I would rather not." in port.tally.halved[0]


def test_results_may_be_longer_than_one_answer() -> None:
    line = json.dumps({"custom_id": "k", "error": "x" * 33_000_000})

    def answer(request: Request) -> Answer:
        if request.path.endswith("/content"):
            return Answer(line)
        return Answer({"id": "b", "output_file_id": "f", "error_file_id": None})

    with Endpoint(answer) as e:
        service = BatchService(EndpointLLM(base_url=e.url, api_key=KEY), OPENAI_BATCHES)
        assert service.fetch("b") == f"{line}\n"


@pytest.mark.parametrize(
    "body", ["<html>Log in</html>", {}, {"id": None}, {"id": 7}, [], {"id": "b", "status": {}}]
)
def test_what_is_no_batch_is_an_error_that_names_the_file(body: Any, tmp_path: Path) -> None:
    file = tmp_path / "batch-1.jsonl"
    file.write_text("{}\n")
    with Endpoint(lambda request: Answer(body)) as e:
        service = BatchService(EndpointLLM(base_url=e.url, api_key=KEY), OPENAI_BATCHES)
        if body == {"id": "b", "status": {}}:
            assert service.state("b").ended is False
            return
        with pytest.raises(BatchError, match=r"batch-1\.jsonl: .*no batch"):
            service.submit(file)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_refusal_of_the_providers_is_told_in_its_words_without_the_key(status: int) -> None:
    with Endpoint(lambda request: failure(status, f"not with {KEY}")) as e:
        service = BatchService(EndpointLLM(base_url=e.url, api_key=KEY), OPENAI_BATCHES)
        with pytest.raises(BatchError, match=rf"answered {status} \(not with \[key\]\)"):
            service.state("batch_1")


# --- a whole run ---


class _Given:
    """Answers these calls from a recording, and lets all others wait."""

    def __init__(self, replay: ReplayLLM, keys: Collection[str]) -> None:
        self._replay = replay
        self._keys = keys

    def complete(self, call: Call, schema: type[T]) -> Reply[T]:
        if call.key not in self._keys:
            raise pending(call)
        return replace(self._replay.complete(call, schema), origin="model")


@pytest.mark.parametrize(
    ("recording", "documents", "table_tokens", "rounds"),
    [
        # Of a model of 1.5B parameters, whose answers did not all come whole.
        ("small-model", "tests/data/ferry", 120, ["survey", "survey", "merge", "judge", "judge"]),
        ("seeds", "seeds", 24_000, ["survey", "judge", "judge"]),
    ],
)
def test_the_rounds_ask_what_a_recorded_run_asked_and_nothing_else(
    recording: str, documents: str, table_tokens: int, rounds: list[str], tmp_path: Path
) -> None:
    replay = ReplayLLM(ROOT / "fixtures" / recording)
    corpus = Corpus.read(ROOT / documents)
    store = ReplyStore(tmp_path / "cache")
    settings = load_settings(table_tokens=table_tokens, concurrency=1, cache=False)

    def run(llm: LLM) -> Report:
        checker = Checker(replay.model, settings=settings, llm=CachedLLM(llm, store))
        return checker.check(corpus)

    asked = []
    while True:
        port = CollectingLLM(asking(), asking().beginning, STAGES_OF_A_RUN, {})
        report = run(port)
        if not port.requests:
            break
        asked += [name.partition(".")[0] for name in port.prompts]
        run(_Given(replay, port.requests))
    assert asked == rounds
    expected = Checker(llm=replay, table_tokens=table_tokens).check(corpus)
    assert (report.failures, report.disputes) == ((), expected.disputes)
    of_a_check = ("survey", "merge", "judge")
    assert [p for p in replay.unused() if p.parent.name.startswith(of_a_check)] == []


def test_batches_ask_what_a_run_asks_where_answers_do_not_come_whole(tmp_path: Path) -> None:
    corpus = Corpus.from_texts({str(n): f"The dam is {n} m high. It leaks." for n in range(2, 7)})

    def whole(body: Any) -> bool:
        return question(body).count("It leaks.") < 3

    def answer(request: Request) -> Answer:
        nothing = '{"disputes": [], "lookalikes": [], "agreements": []}'
        if whole(request.body):
            return completion(nothing)
        return completion('{"disp', finish_reason="length")

    with Endpoint(answer) as e:
        inner = EndpointLLM(base_url=e.url, api_key=KEY, sleep=Waits())
        Checker("scripted", llm=CachedLLM(inner, ReplyStore(tmp_path / "run"))).check(corpus)
        asked = {json.dumps(request.body, sort_keys=True) for request in e.requests}
    store = ReplyStore(tmp_path / "batches")
    way = Asking(OPENAI_BATCHES, {}, frozenset())
    written: set[str] = set()
    while True:
        port = CollectingLLM(way, way.beginning, (("survey.v1",),), {})
        Checker("scripted", llm=CachedLLM(port, store)).check(corpus)
        if not port.requests:
            break
        bodies = {key: json.loads(line)["body"] for key, line in port.requests.items()}
        lines = Lines()
        for key, body in bodies.items():
            written.add(json.dumps(body, sort_keys=True))
            result = answer(Request("", {}, body)).body
            line = {"custom_id": key, "response": {"status_code": 200, "body": result}}
            lines.add("results", json.dumps(line), bodies, OPENAI_BATCHES)
        answering = AnsweringLLM(way, way.beginning, lines.results, bodies, {})
        Checker("scripted", llm=CachedLLM(answering, store)).check(corpus)
    assert written == asked
    assert len(asked) > 3

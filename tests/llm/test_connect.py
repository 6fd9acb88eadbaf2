"""From settings to a model: what is said when none is set, and what stands round the port."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from calls import Answer, Spending, echo, make_call

import llmcheck.llm.connect
from llmcheck.errors import BudgetExceeded, ConfigError, FixtureMissing
from llmcheck.llm.budget import Ledger
from llmcheck.llm.connect import connect
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.recording.record import RecordingLLM
from llmcheck.llm.rows import StoredReply
from llmcheck.llm.store import ReplyStore
from llmcheck.settings import Settings
from llmcheck.tokens import Tokens


class Wire:
    """Stands where the endpoint would: keeps how it was reached and what was asked."""

    def __init__(self) -> None:
        self.llm = echo()
        self.reached: list[dict[str, Any]] = []

    def __call__(self, *, ledger: Ledger, **reached: Any) -> Spending:
        self.reached.append(reached)
        return Spending(self.llm, ledger)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    stand_in = Wire()
    monkeypatch.setattr("llmcheck.llm.endpoint.client.EndpointLLM", stand_in)
    return stand_in


def settings(**given: Any) -> Settings:
    return Settings(
        **{"model": "tiny", "base_url": "http://localhost:1/v1", "cache": None} | given
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"base_url": None}, "no API key, endpoint or recording is set"),
        ({"base_url": None, "model": None}, "no API key, endpoint or recording is set"),
        ({"model": None}, "no model is named"),
        ({"model": None, "base_url": None, "api_key": "k"}, "no model is named"),
    ],
)
def test_without_a_model_or_a_way_to_it_the_error_names_three_ways(
    wire: Wire, given: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        connect(settings(**given))

    assert str(caught.value).startswith(problem)
    for mention in ("OPENAI_API_KEY", "--model", "--base-url", "--replay fixtures/seeds"):
        assert mention in str(caught.value)
    assert wire.reached == []


@pytest.mark.parametrize(
    "given", [{"base_url": None, "api_key": "k"}, {"base_url": "http://localhost:1/v1"}]
)
def test_a_key_or_an_endpoint_is_enough(wire: Wire, given: dict[str, Any]) -> None:
    chosen = settings(timeout=7.0, **given)
    connection = connect(chosen)

    assert connection.model == "tiny"
    assert connection.llm.complete(make_call(), Answer).origin == "model"
    (reached,) = wire.reached
    assert reached.items() >= {"api_key": chosen.api_key, "timeout": 7.0}.items()
    assert reached["base_url"] == (chosen.base_url or "https://api.openai.com/v1")


def record(folder: Path, model: str = "recorded") -> None:
    inner = FakeLLM(lambda call: Answer(text="old"))
    RecordingLLM(inner, folder).complete(make_call(model=model), Answer)


def test_a_replay_answers_as_the_recorded_model_whatever_the_settings_name(
    wire: Wire, tmp_path: Path
) -> None:
    record(tmp_path)
    connection = connect(settings(replay=tmp_path, api_key="k", max_calls=0))

    assert connection.model == "recorded"
    reply = connection.llm.complete(make_call(model=connection.model), Answer)
    assert (reply.value.text, reply.origin) == ("old", "replay")
    with pytest.raises(FixtureMissing):
        connection.llm.complete(make_call("How long is it?", model="recorded"), Answer)
    assert wire.reached == [], "a replay reaches no endpoint"


def test_a_replay_needs_no_model_key_or_endpoint(tmp_path: Path) -> None:
    record(tmp_path)
    assert connect(Settings(replay=tmp_path, cache=None)).model == "recorded"


def test_a_recording_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        connect(settings(replay=tmp_path / "nowhere"))


def test_a_recording_that_ships_with_llmcheck_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path / "shipped" / "boats")
    monkeypatch.setattr(llmcheck.llm.connect, "shipped", lambda name: tmp_path / "shipped")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert connect(settings(replay=Path("fixtures/boats"))).model == "recorded"

    record(tmp_path / "elsewhere" / "fixtures" / "boats", model="my own")
    assert connect(settings(replay=Path("fixtures/boats"))).model == "my own"


def test_what_the_cache_knows_is_free_and_is_recorded_all_the_same(
    wire: Wire, tmp_path: Path
) -> None:
    first = connect(settings(cache=tmp_path / "cache", max_calls=1))
    assert first.llm.complete(make_call(), Answer).origin == "model"

    second = connect(
        settings(cache=tmp_path / "cache", max_calls=0, record=tmp_path / "recording")
    )
    assert second.llm.complete(make_call(), Answer).origin == "cache"
    with pytest.raises(BudgetExceeded):
        second.llm.complete(make_call("How long is it?"), Answer)

    replay = connect(settings(replay=tmp_path / "recording"))
    assert replay.llm.complete(make_call(), Answer).origin == "replay"
    assert len(wire.llm.calls) == 1


def test_an_endpoint_is_made_once_and_not_before_something_is_asked(
    wire: Wire, tmp_path: Path
) -> None:
    connection = connect(settings(cache=tmp_path / "cache"))
    assert wire.reached == []
    for text in ("How wide is it?", "How long is it?"):
        connection.llm.complete(make_call(text), Answer)
    assert len(wire.reached) == 1


def test_without_a_cache_every_call_is_made_and_without_limits_none_is_refused(wire: Wire) -> None:
    connection = connect(settings())
    for _ in range(3):
        connection.llm.complete(make_call(), Answer)
    assert len(wire.llm.calls) == 3


def test_a_cost_limit_on_a_model_without_a_price_is_refused(wire: Wire) -> None:
    with pytest.raises(ConfigError, match="price of model 'tiny' is unknown"):
        connect(settings(max_cost=1.0))


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8081/v1", False),
        ("http://127.0.0.1:8080/v1", "http://localhost:8080/v1", False),
        ("http://127.0.0.1:8080/one/v1", "http://127.0.0.1:8080/two/v1", False),
        ("http://models.example/v1", "http://user:secret@MODELS.example:80/v1/", True),
        (None, "https://api.openai.com/v1", True),
        (None, "https://openai.example/v1", False),
    ],
)
def test_answers_of_one_endpoint_are_not_those_of_another_under_the_same_name(
    wire: Wire, tmp_path: Path, first: str | None, second: str, shared: bool
) -> None:
    def asked_at(base_url: str | None) -> str:
        given = settings(base_url=base_url, api_key="k", cache=tmp_path / "cache")
        return connect(given).llm.complete(make_call(), Answer).origin

    assert [asked_at(first), asked_at(first)] == ["model", "cache"]
    assert asked_at(second) == ("cache" if shared else "model")
    # And the second's answers are not in the place of the first's.
    assert asked_at(first) == "cache"


def test_rows_of_a_known_provider_are_found_by_the_key_of_their_call_alone(
    wire: Wire, tmp_path: Path
) -> None:
    store = ReplyStore(tmp_path / "cache")
    store.write(make_call(), StoredReply('{"text": "94 m"}', Tokens()))
    store.close()
    connection = connect(settings(base_url=None, api_key="k", cache=tmp_path / "cache"))
    assert connection.llm.complete(make_call(), Answer).value == Answer(text="94 m")
    assert wire.llm.calls == []


def test_who_names_no_endpoint_finds_the_answer_that_any_gave_last(
    wire: Wire, tmp_path: Path
) -> None:
    for port, text in ((8080, "94 m"), (8081, "97 m")):
        store = ReplyStore(tmp_path / "cache", f"http://127.0.0.1:{port}/v1")
        store.write(make_call(), StoredReply(f'{{"text": "{text}"}}', Tokens()))
        store.close()
    store = ReplyStore(tmp_path / "cache", endpoint=None)
    found = store.read(make_call())
    assert found is not None
    assert found.raw == '{"text": "97 m"}'
    assert store.read(make_call("How long is it?")) is None
    store.close()

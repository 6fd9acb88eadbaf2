"""Providers by the name of a model or by an address: where it is asked, with whose key."""

from __future__ import annotations

from pathlib import Path

import pytest
from bridges import BRIDGE, GOOD, Bridge, call, client
from wire import Answer, Endpoint, Request, completion, failure, tool_call

from llmcheck import providers
from llmcheck.errors import ConfigError
from llmcheck.llm import connect as connecting
from llmcheck.llm.connect import connect, endpoint_of
from llmcheck.llm.wire import Wire
from llmcheck.providers import OPENAI, PROVIDERS, place_of
from llmcheck.settings import load_settings, sourced_settings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

KEYS = {
    "OPENAI_API_KEY": "of-openai",
    "ANTHROPIC_API_KEY": "of-anthropic",
    "GEMINI_API_KEY": "of-gemini",
    "GOOGLE_API_KEY": "of-google",
    "OPENROUTER_API_KEY": "of-openrouter",
}


@pytest.mark.parametrize(
    ("model", "url", "name", "key"),
    [
        ("gpt-4o-mini", "https://api.openai.com/v1", "gpt-4o-mini", "of-openai"),
        ("openai/gpt-5", "https://api.openai.com/v1", "gpt-5", "of-openai"),
        ("anthropic/claude-x", "https://api.anthropic.com/v1", "claude-x", "of-anthropic"),
        (
            "google/gemini-x",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "gemini-x",
            "of-gemini",
        ),
        (
            "gemini/gemini-x",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "gemini-x",
            "of-gemini",
        ),
        (
            "openrouter/anthropic/claude-x",
            "https://openrouter.ai/api/v1",
            "anthropic/claude-x",
            "of-openrouter",
        ),
        ("ollama/qwen2.5:7b", "http://127.0.0.1:11434/v1", "qwen2.5:7b", None),
        ("nobody/known", "https://api.openai.com/v1", "nobody/known", "of-openai"),
    ],
)
def test_a_name_says_where_a_model_is_and_whose_key_it_takes(
    model: str, url: str, name: str, key: str | None, tmp_path: Path
) -> None:
    settings = load_settings(tmp_path, KEYS, model=model)
    place = place_of(settings.model, settings.base_url)
    assert (place.base_url, place.model, settings.api_key) == (url, name, key)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.anthropic.com/v1/", "of-anthropic"),
        ("https://openrouter.ai/api/v1", "of-openrouter"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "of-gemini"),
        ("https://gateway.example/v1", "of-openai"),
        ("http://127.0.0.1:11434/v1", "of-openai"),
        ("http://openrouter.ai/api/v1", "of-openai"),
        ("https://openrouter.ai.example/api/v1", "of-openai"),
    ],
)
def test_an_address_says_whose_key_it_takes_and_leaves_the_name_whole(
    url: str, key: str, tmp_path: Path
) -> None:
    settings = load_settings(tmp_path, KEYS, model="anthropic/claude-x", base_url=url)
    assert settings.api_key == key
    assert place_of(settings.model, settings.base_url).model == "anthropic/claude-x"


def test_a_providers_key_has_its_source_and_gives_way_to_our_own(tmp_path: Path) -> None:
    given = {"model": "google/gemini-x"}
    google = {"GOOGLE_API_KEY": "k"}
    assert sourced_settings(tmp_path, google, **given).sources["api_key"] == "GOOGLE_API_KEY"
    own = load_settings(tmp_path, KEYS | {"LLMCHECK_API_KEY": "own"}, **given)
    assert own.api_key == "own"


def test_a_key_for_openai_goes_to_no_other_provider(tmp_path: Path) -> None:
    openai = {"OPENAI_API_KEY": "of-openai"}
    for model in ("anthropic/claude-x", "google/gemini-x", "openrouter/x/y", "ollama/x"):
        assert load_settings(tmp_path, openai, model=model).api_key is None


def test_a_provider_that_a_file_names_gets_its_own_key_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "llmcheck.toml").write_text('base_url = "https://openrouter.ai/api/v1"')
    assert load_settings(tmp_path, KEYS).api_key == "of-openrouter"
    (tmp_path / "llmcheck.toml").write_text('base_url = "http://openrouter.ai/api/v1"')
    assert load_settings(tmp_path, KEYS).api_key is None


@pytest.mark.parametrize("provider", [each for each in PROVIDERS if each.keys])
def test_a_key_that_is_missing_is_asked_for_by_its_name(
    provider: providers.Provider, tmp_path: Path
) -> None:
    settings = load_settings(tmp_path, {}, model=f"{provider.names[0]}/x", cache=False)
    with pytest.raises(ConfigError, match=provider.keys[0]):
        connect(settings)


def anthropic(request: Request) -> Answer:
    """Reads no response_format, as its documentation says; takes tools, and knows no logprobs."""
    if request.body["model"] != "claude-x":
        return failure(404, "model: not_found_error")
    return tool_call(GOOD) if "tools" in request.body else completion("The bridge is long.")


def gemini(request: Request) -> Answer:
    """Refuses penalties and probabilities in a list; counts what it thinks in the total alone."""
    for name, word in (("frequency_penalty", "Penalty"), ("logprobs", "Logprobs")):
        if name in request.body:
            error = {"code": 400, "message": f"{word} is not enabled for this model"}
            return Answer([{"error": error}], 400)
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 95}
    return completion(GOOD, usage=usage)


@pytest.mark.parametrize(
    ("name", "behaviour", "requests", "output"),
    [("anthropic/claude-x", anthropic, 1, None), ("google/gemini-x", gemini, 2, 85)],
)
def test_a_shaped_endpoint_for_openais_protocol_answers(
    name: str,
    behaviour: object,
    requests: int,
    output: int | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")
    monkeypatch.setattr(connecting, "has_extra", lambda extra: False)
    with Endpoint(behaviour) as e:  # type: ignore[arg-type]
        served = tuple(
            each._replace(base_url=e.url) if name.partition("/")[0] in each.names else each
            for each in PROVIDERS
        )
        monkeypatch.setattr(providers, "PROVIDERS", served)
        llm = endpoint_of(load_settings(tmp_path, KEYS, model=name))
        reply = llm.complete(
            call(model=name, parameters={"temperature": 0, "logprobs": True, "top_logprobs": 8}),
            Bridge,
        )
        assert len(e.requests) == requests
    assert reply.value == BRIDGE
    assert e.requests[0].body["model"] == name.partition("/")[2]
    assert e.requests[0].headers["authorization"] == f"Bearer {KEYS[_key_of(name)]}"
    assert output is None or reply.tokens.output == output


def test_a_schema_of_our_own_can_be_asked_for_as_a_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    class Span(Wire):
        """A bridge and its span."""

        name: str
        metres: int

    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")
    refusal = failure(400, "response_format is not supported")
    with Endpoint([refusal, tool_call(GOOD)]) as e:
        question = call(schema=Span.model_json_schema())
        assert client(e).complete(question, Span).value.metres == 214
        function = e.requests[1].body["tools"][0]["function"]
    assert (function["name"], function["description"]) == ("Span", "A bridge and its span.")
    assert "title" not in str(function)


def _key_of(name: str) -> str:
    return {"anthropic": "ANTHROPIC_API_KEY", "google": "GEMINI_API_KEY"}[name.partition("/")[0]]


def test_openai_is_the_provider_where_nothing_else_is_said() -> None:
    assert place_of(None, None).provider is OPENAI
    assert place_of("openai/", None).model == "openai/"

"""``llmcheck doctor``: what it says of settings, endpoint, extras and servers on this machine."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from repository import ROOT
from wire import Answer, Endpoint, completion, failure, tool_call

from llmcheck import installation
from llmcheck.cli.diagnosis import Diagnosis, diagnose
from llmcheck.cli.doctor import exit_code, text_page
from llmcheck.cli.main import main
from llmcheck.installation import Extra
from llmcheck.llm import connect
from llmcheck.llm.endpoint import local_servers
from llmcheck.settings import sourced_settings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

KEY = "sk-secret-3c1f"
YES = '{"answer": "yes"}'
SURE = completion(
    YES, tokens=[{'{"answer": "': 0}, {"yes": math.log(0.9), "no": math.log(0.05)}, {'"}': 0}]
)


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")
    monkeypatch.chdir(tmp_path)


def examined(
    tmp_path: Path,
    environ: Mapping[str, str] | None = None,
    *,
    call: bool = True,
    ports: Mapping[str, int] | None = None,
    **given: Any,
) -> Diagnosis:
    sourced = sourced_settings(tmp_path, environ or {}, cache=str(tmp_path / "kept"), **given)
    return diagnose(sourced, call=call, ports=ports or {})


def tried(tmp_path: Path, answers: Iterable[Answer]) -> tuple[Diagnosis, Endpoint]:
    with Endpoint(answers) as endpoint:
        found = examined(tmp_path, base_url=endpoint.url, model="tiny", api_key=KEY)
    return found, endpoint


def port_of(endpoint: Endpoint) -> int:
    return int(endpoint.url.rpartition(":")[2].removesuffix("/v1"))


# --- settings ---


def test_every_setting_is_told_with_its_source_and_no_key_is_shown(tmp_path: Path) -> None:
    (tmp_path / "llmcheck.toml").write_text('concurrency = 2\nmodel = "other"')
    environ = {"OPENAI_API_KEY": KEY, "LLMCHECK_TIMEOUT": "30"}
    found = examined(
        tmp_path, environ, call=False, model="tiny", base_url="https://me:pw@host.example/v1?k=1"
    )

    told = {choice.name: (choice.value, choice.source) for choice in found.settings}
    assert told["model"] == ("tiny", "argument")
    assert told["api_key"] == ("set", "OPENAI_API_KEY")
    assert told["timeout"] == ("30.0", "LLMCHECK_TIMEOUT")
    assert told["concurrency"] == ("2", str(tmp_path / "llmcheck.toml"))
    assert told["max_calls"] == (None, "default")
    assert told["base_url"][0] == "https://host.example/v1"
    page = text_page(found, 80)
    assert "api_key: set (from OPENAI_API_KEY)" in page
    for secret in (KEY, "pw@"):
        assert secret not in page + found.model_dump_json()
    assert exit_code(found) == 0


def test_without_a_model_it_says_what_to_do_and_names_a_server_found(tmp_path: Path) -> None:
    models = Answer({"object": "list", "data": [{"id": "small\x1b[2J"}, {"id": "large"}]})
    with Endpoint([models]) as endpoint:
        found = examined(tmp_path, ports={"Ollama": port_of(endpoint)})

    assert exit_code(found) == 2
    assert [server.models for server in found.servers] == [("small\x1b[2J", "large")]
    assert [(r.path, r.body) for r in endpoint.requests] == [("/v1/models", None)]
    page = text_page(found, 80)
    assert "configuration: no API key, endpoint or recording is set" in page
    assert f"Ollama answers here: give --base-url {endpoint.url}" in page
    assert "\x1b" not in page


def test_a_key_that_is_held_back_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    (tmp_path / "llmcheck.toml").write_text('base_url = "http://127.0.0.1:9/v1"\nmodel = "m"')
    found = examined(tmp_path, {"OPENAI_API_KEY": KEY}, call=False)
    assert "OPENAI_API_KEY is not sent" in found.problems[0].text
    assert exit_code(found) == 0


@pytest.mark.parametrize(
    ("installed", "api", "address", "hints"),
    [
        (True, "anthropic, by its own SDK", "https://api.anthropic.com", 0),
        (False, "OpenAI's protocol", "https://api.anthropic.com/v1", 1),
    ],
)
def test_the_api_that_is_asked_is_told_and_the_extra_for_a_providers_own(
    installed: bool,
    api: str,
    address: str,
    hints: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connect, "has_extra", lambda extra: installed)
    environ = {"ANTHROPIC_API_KEY": KEY}
    found = examined(tmp_path, environ, call=False, model="anthropic/claude-x")
    page = text_page(found, 80)
    assert f"API: {api}\n" in page
    assert f"base_url: {address} (" in page
    assert [problem.concerns for problem in found.problems] == ["hint"] * hints
    assert ("pip install 'llmcheck[anthropic]'" in found.model_dump_json()) == bool(hints)
    assert exit_code(found) == 0


def test_a_cache_and_a_recording_that_cannot_be_used_are_problems(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "cache.db").touch()
    (tmp_path / "kept").symlink_to(tmp_path / "elsewhere")
    found = examined(tmp_path, replay=tmp_path / "absent")
    assert exit_code(found) == 2
    said = " ".join(problem.text for problem in found.problems)
    assert "kept cannot be used: it is a symbolic link" in said
    assert str(tmp_path / "absent") in said


def test_a_recording_is_named_with_its_model_and_nothing_is_asked(tmp_path: Path) -> None:
    found = examined(tmp_path, replay=ROOT / "fixtures" / "seeds")
    assert found.recording is not None
    assert found.recording.model in text_page(found, 80)
    assert (found.trial, found.problems, exit_code(found)) == (None, (), 0)


# --- the trial call ---


def test_the_trial_call_says_how_the_endpoint_answered(tmp_path: Path) -> None:
    found, endpoint = tried(tmp_path, [SURE])
    assert found.trial is not None
    assert (found.trial.mode, found.trial.probabilities) == ("JSON schema", True)
    assert len(endpoint.requests) == 1
    assert endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert found.cache is not None
    assert found.cache.answers == 0
    assert exit_code(found) == 0
    assert "the endpoint tells how sure it was" in " ".join(text_page(found, 80).split())


def test_an_endpoint_without_schemas_or_probabilities_is_described(tmp_path: Path) -> None:
    no_schema = failure(400, "response_format json_schema is not supported")
    no_logprobs = failure(400, "logprobs is not supported", param="logprobs")
    found, _ = tried(tmp_path, [no_logprobs, no_schema, tool_call(YES)])
    assert found.trial is not None
    assert (found.trial.mode, found.trial.probabilities) == ("tools", False)


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (failure(401, f"bad key {KEY}"), "check the API key"),
        (failure(500, "out of memory"), "gave up after 1 request"),
        (completion('{"answer": "ye', finish_reason="length"), "was cut off"),
    ],
)
def test_an_endpoint_that_fails_exits_3_with_advice(
    tmp_path: Path, answer: Answer, advice: str
) -> None:
    found, endpoint = tried(tmp_path, [answer])
    assert exit_code(found) == 3
    assert advice in found.problems[0].text
    assert len(endpoint.requests) == 1
    assert KEY not in found.model_dump_json()


def test_nobody_listening_exits_3(tmp_path: Path) -> None:
    with Endpoint([]) as endpoint:
        url = endpoint.url
    found = examined(tmp_path, base_url=url, model="tiny")
    assert exit_code(found) == 3
    assert "is the server running there" in found.problems[0].text


def test_a_model_that_the_server_does_not_have_is_answered_with_those_it_has(
    tmp_path: Path,
) -> None:
    models = Answer({"data": [{"id": "large"}]})
    with Endpoint([models, failure(404, "no such model")]) as endpoint:
        found = examined(
            tmp_path, base_url=endpoint.url, model="tiny", ports={"vLLM": port_of(endpoint)}
        )
    assert exit_code(found) == 3
    assert found.problems[-1].text.endswith("lists no model 'tiny': give --model large")


# --- extras and servers ---


def test_extras_come_from_the_metadata_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    about = Message()
    for name in ("pdf", "all", "old"):
        about["Provides-Extra"] = name
    requires = [
        "pytest",
        "no-such-reader>=2; extra == 'pdf'",
        "pytest>=1; extra == 'pdf'",
        "pytest>=900; extra == 'old'",
        "no-such-thing; python_version < '3' and extra == 'old'",
        "llmcheck[pdf,old]; extra == 'all'",
    ]
    monkeypatch.setattr(metadata, "metadata", lambda _: about)
    monkeypatch.setattr(metadata, "requires", lambda _: requires)
    assert installation.extras() == [
        Extra(name="all", missing=("pytest>=900", "no-such-reader>=2")),
        Extra(name="old", missing=("pytest>=900",)),
        Extra(name="pdf", missing=("no-such-reader>=2",)),
    ]


def test_an_extra_that_is_missing_is_told_with_the_command_that_installs_it(
    tmp_path: Path,
) -> None:
    found = examined(tmp_path, call=False).model_copy(
        update={"extras": (Extra(name="pdf", missing=("reader>=2",)), Extra(name="mcp"))}
    )
    page = text_page(found, 80)
    assert "pdf: pip install 'llmcheck[pdf]' (needs reader>=2)" in page
    assert "mcp: installed" in page


@pytest.mark.parametrize(
    "answer",
    [
        Answer("<html>hello</html>"),
        Answer({"data": 3}),
        Answer({"data": [{"name": "x"}]}),
        Answer([]),
        failure(401, "no"),
        Answer("", status=302, headers={"Location": "http://192.0.2.1/v1/models"}),
    ],
)
def test_what_lists_no_models_is_no_model_server(answer: Answer) -> None:
    with Endpoint([answer]) as endpoint:
        assert local_servers.local_servers({"Ollama": port_of(endpoint)}) == []


def test_no_proxy_is_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:3128")
    with Endpoint([Answer({"data": []})]) as endpoint:
        (server,) = local_servers.local_servers({"LM Studio": port_of(endpoint)})
    assert (server.base_url, server.models) == (endpoint.url, ())


# --- the command ---


@pytest.mark.parametrize("width", [40, 80])
def test_lines_keep_to_the_width_but_for_what_is_to_be_copied(tmp_path: Path, width: int) -> None:
    found = examined(tmp_path, call=False)
    for line in text_page(found, width).splitlines():
        assert len(line) <= width or len(line.split()[-1]) > width - 10


def test_the_command_prints_text_or_json_and_exits_with_the_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("llmcheck.cli.diagnosis.local_servers", lambda _: [])

    def run(*arguments: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            main(["doctor", *arguments])
        return ended.value.code, capsys.readouterr().out

    code, out = run("--format", "json")
    assert code == 2
    assert Diagnosis.model_validate_json(out).problems[0].concerns == "configuration"
    code, out = run("--replay", "fixtures/seeds", "--no-cache")
    assert code == 0
    assert "cache: none (from argument)" in out
    assert out.endswith("a check can run: llmcheck summarize PATHS\n")
    assert json.loads(run("--format", "json", "--no-call", "--model", "m")[1])["trial"] is None

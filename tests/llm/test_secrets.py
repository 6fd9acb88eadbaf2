"""An endpoint that repeats the keys it is given, wherever it can: they end up nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from bridges import GOOD, WRONG_VALUE, Bridge, ask
from wire import Answer, Endpoint, Request, completion, tool_call

from llmcheck.cli.main import main
from llmcheck.errors import InvalidReply, LLMError
from llmcheck.llm.endpoint.secrets import Secrets

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

KEY = "sk-live/4f9d2c81aa+0123456789abcdefgh"
QUERY = "AIzaSyQuery0123456789abcdefghijkl"
HEADER = "gw-pass-0123456789abcdefghijkl"
# None is to be found whole; half of a key is what a cut in the wrong place leaves.
TRACES = ("sk-live", "4f9d2c81aa", "AIzaSyQuery", "gw-pass-01")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")
    monkeypatch.setenv("LLMCHECK_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Gateway: Token {HEADER}")
    monkeypatch.chdir(tmp_path)
    Path("gate.txt").write_text("The gate weighs 90 tonnes.")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What every logger says, those of libraries too, down to the last detail."""
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keeper, root = Keeper(), logging.getLogger()
    level = root.level
    root.addHandler(keeper)
    root.setLevel(1)
    yield lines
    root.removeHandler(keeper)
    root.setLevel(level)


def echo(request: Request) -> str:
    """All that a request holds of keys, and how it may be written."""
    assert KEY in request.headers["authorization"]
    assert QUERY in request.path
    assert HEADER in request.headers["x-gateway"]
    heads = (request.headers["authorization"], request.headers["x-gateway"])
    shown = f"{heads} {request.path} {quote(KEY, safe='')} {KEY.upper()}"
    return f"{KEY}{KEY} {shown} " + KEY.replace("/", "\\/")


def in_answer(request: Request) -> Answer:
    claim = {"sentences": [1], "claim": echo(request), "source": echo(request)}
    return completion(json.dumps({"padding": [], "claims": [claim]}))


def in_tool(request: Request) -> Answer:
    if "tools" not in request.body:
        return Answer({"error": {"message": f"response_format unsupported {echo(request)}"}}, 400)
    claim = {"sentences": [1], "claim": echo(request), "source": "s"}
    return tool_call(json.dumps({"padding": [], "claims": [claim]}))


def in_a_wrong_answer(request: Request) -> Answer:
    return completion(json.dumps({"padding": echo(request), echo(request): 1}))


def in_no_answer(request: Request) -> Answer:
    return completion(echo(request))


def in_a_refusal(request: Request) -> Answer:
    # Where it would be cut, the key stands on the edge.
    return completion(None, refusal="no " * 62 + echo(request))


def in_an_error(status: int) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        said = "x" * 180 + echo(request)
        return Answer({"error": {"message": said, "code": KEY, "param": KEY}}, status)

    return answer


def in_a_page(request: Request) -> Answer:
    return Answer(f"<p>{echo(request)}</p>", 200)


def in_half_json(request: Request) -> Answer:
    return Answer(f'{{"{echo(request)}', 200, {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    "behaviour",
    [
        in_answer, in_tool, in_a_wrong_answer, in_no_answer, in_a_refusal, in_a_page, in_half_json,
        *[in_an_error(status) for status in (200, 400, 401, 403, 404, 422)],
    ],
)  # fmt: skip
def test_no_key_that_an_endpoint_repeats_is_shown_logged_or_kept(
    behaviour: Callable[[Request], Answer],
    logged: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def answer(request: Request) -> Answer:
        given = behaviour(request)
        heads = {"X-Echo": f"{KEY} {HEADER}", "X-Request-Id": QUERY, **given.headers}
        return Answer(given.body, given.status, heads)

    with Endpoint(answer) as e, pytest.raises(SystemExit):
        main(
            [
                "claims", "gate.txt", "--format", "json", "--output", "report.json", "--verbose",
                "--base-url", f"{e.url}?key={QUERY}", "--model", "tiny",
                "--cache", "kept", "--record", "recorded",
            ]
        )  # fmt: skip
    assert e.requests
    places = dict(zip(("stdout", "stderr"), capsys.readouterr(), strict=True))
    places["logs"] = "\n".join(logged)
    for path in Path.cwd().rglob("*"):
        if path.is_file():
            places[str(path)] = path.read_bytes().decode("latin-1")
    assert "report.json" in " ".join(places)
    assert "cache.db" in " ".join(places)
    found = [(t, place) for place, said in places.items() for t in TRACES if t in said.lower()]
    found += [(t, place) for place, said in places.items() for t in TRACES if t in said]
    assert found == []


def test_an_answer_is_otherwise_what_it_was(logged: list[str]) -> None:
    answer = json.dumps({"name": f"Bridge {KEY}", "metres": 214})
    with Endpoint([completion(answer)]) as e:
        reply = ask(e, api_key=KEY)
    assert reply.value == Bridge(name="Bridge [key]", metres=214)
    assert json.loads(reply.raw) == {"name": "Bridge [key]", "metres": 214}


def test_a_word_that_serves_as_a_key_for_a_server_without_one_stays_in_answers() -> None:
    with Endpoint([completion(GOOD.replace("Orrin", "ollama"))]) as e:
        assert ask(e, api_key="ollama").value.name == "ollama Bridge"


def test_what_an_error_was_raised_from_repeats_no_key_either() -> None:
    wrong = WRONG_VALUE.replace("Orrin", KEY)
    with Endpoint([completion(wrong)] * 2) as e, pytest.raises(InvalidReply) as caught:
        ask(e, api_key=KEY)
    error: BaseException | None = caught.value
    while error is not None:
        assert "4f9d2c81aa" not in f"{error} {error!r}"
        error = error.__cause__


def test_a_password_in_the_address_counts_as_a_key() -> None:
    secrets = Secrets("https://me:p%40ss-word-19@models.example/v1", "")
    assert secrets.out_of("p@ss-word-19, p%40ss-word-19, bWU6cEBzcy13b3JkLTE5") == (
        "[key], [key], [key]"
    )


def test_without_keys_nothing_is_changed() -> None:
    secrets = Secrets("http://127.0.0.1:8080/v1?version=2", "")
    assert secrets.out_of("version 2 of none") == "version 2 of none"


def test_the_error_is_told_all_the_same() -> None:
    refused = Answer({"error": {"message": f"bad key {KEY}!"}}, 401)
    with (
        Endpoint([refused]) as e,
        pytest.raises(LLMError, match=r"bad key \[key\]!.*LLMCHECK_API_KEY"),
    ):
        ask(e, api_key=KEY)

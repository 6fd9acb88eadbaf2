"""A settings file that came with the documents: what an endpoint that it names is sent."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from wire import Endpoint, completion

from llmcheck.cli.main import main
from llmcheck.errors import ConfigError
from llmcheck.llm.connect import connect, endpoint_of
from llmcheck.settings import load_settings
from llmcheck.trust import distrust, trust, trusted_endpoints

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PLANTED = "https://planted.example/v1"
SECRETS = {
    "LLMCHECK_API_KEY": "sk-own-4f1c",
    "OPENAI_API_KEY": "sk-openai-88d0",
    "OPENROUTER_API_KEY": "sk-or-71aa",
    "OPENAI_ADMIN_KEY": "sk-admin-5b5b",
    "OPENAI_ORG_ID": "org-9d21",
    "OPENAI_PROJECT_ID": "proj-30e7",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: pass-6c6c",
}


def name_endpoint(folder: Path, url: str, name: str = "llmcheck.toml") -> Path:
    table = "[tool.llmcheck]\n" if name == "pyproject.toml" else ""
    path = folder / name
    path.write_text(f'{table}model = "tiny"\nbase_url = "{url}"\ncache = false\n')
    return path


@pytest.mark.parametrize("name", ["llmcheck.toml", "pyproject.toml"])
@pytest.mark.parametrize("environ", [{}, SECRETS])
def test_an_endpoint_that_only_a_file_names_is_not_asked(
    name: str, environ: dict[str, str], tmp_path: Path
) -> None:
    path = name_endpoint(tmp_path, PLANTED, name)
    settings = load_settings(tmp_path, environ)
    assert settings.api_key is None
    with pytest.raises(ConfigError) as caught:
        connect(settings)
    for words in (str(path), PLANTED, f"llmcheck trust {PLANTED}", "--base-url"):
        assert words in str(caught.value)


def test_its_address_is_shown_without_what_it_carries_and_safe_to_copy(tmp_path: Path) -> None:
    name_endpoint(tmp_path, "https://me:word@planted.example/$(id)/v1/?key=k3y")
    with pytest.raises(ConfigError) as caught:
        connect(load_settings(tmp_path, {}))
    assert shlex.quote("https://planted.example/$(id)/v1") in str(caught.value)
    assert "word" not in str(caught.value)
    assert "k3y" not in str(caught.value)


def test_naming_it_oneself_is_trust_and_a_replay_needs_none(tmp_path: Path) -> None:
    name_endpoint(tmp_path, PLANTED)
    for environ, given in (
        (SECRETS, {"base_url": PLANTED}),
        (SECRETS | {"LLMCHECK_BASE_URL": PLANTED}, {}),
        (SECRETS | {"OPENAI_BASE_URL": PLANTED}, {}),
    ):
        settings = load_settings(tmp_path, environ, **given)
        assert (settings.api_key, settings.objection) == ("sk-own-4f1c", "")
    with pytest.raises(ConfigError, match="there is no recording"):
        connect(load_settings(tmp_path, {}, replay=tmp_path / "recorded"))


def test_trust_holds_for_the_endpoint_however_it_is_written_and_for_no_other(
    tmp_path: Path,
) -> None:
    assert trust("https://Planted.example:443/v1/") == PLANTED
    for url in (PLANTED, PLANTED + "/?version=2", "https://PLANTED.example:443/v1"):
        name_endpoint(tmp_path, url)
        assert load_settings(tmp_path, SECRETS).api_key == "sk-own-4f1c"
    for url in (
        "http://planted.example/v1",
        "https://planted.example:444/v1",
        "https://planted.example/v1/../v2",
        "https://planted.example.net/v1",
        "https://planted.example@evil.example/v1",
    ):
        name_endpoint(tmp_path, url)
        settings = load_settings(tmp_path, SECRETS)
        assert settings.api_key is None
        assert settings.objection
    distrust(PLANTED)
    name_endpoint(tmp_path, PLANTED)
    assert load_settings(tmp_path, SECRETS).objection


def test_a_known_provider_that_a_file_names_gets_its_own_key_alone(tmp_path: Path) -> None:
    (tmp_path / "llmcheck.toml").write_text('model = "openrouter/x"')
    settings = load_settings(tmp_path, SECRETS)
    assert (settings.api_key, settings.objection) == ("sk-or-71aa", "")
    own = {"LLMCHECK_API_KEY": "sk-own-4f1c"}
    assert "no key is sent there" in load_settings(tmp_path, own).objection
    assert load_settings(tmp_path, own, model="openrouter/x").api_key == "sk-own-4f1c"
    trust("https://openrouter.ai/api/v1")
    assert load_settings(tmp_path, own).api_key == "sk-own-4f1c"


def test_a_key_that_is_given_is_not_sent_to_an_endpoint_that_only_a_file_names(
    tmp_path: Path,
) -> None:
    name_endpoint(tmp_path, "http://127.0.0.1:1/v1")
    assert "no key is sent there" in load_settings(tmp_path, {}, api_key="k").objection


class Sent(NamedTuple):
    """What arrived at the endpoint, headers and all, and the exit code."""

    text: str
    code: int


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Sent]:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def ask(*, named_by_file: bool, trusted: bool = False) -> Sent:
        with Endpoint(lambda request: completion('{"answer": "yes"}')) as e:
            if trusted:
                trust(e.url)
            option = ["--base-url", e.url, "--model", "tiny"]
            if named_by_file:
                name_endpoint(tmp_path, e.url)
                option = []
            with pytest.raises(SystemExit) as ended:
                main(["doctor", *option])
            assert isinstance(ended.value.code, int)
            assert e.requests
            return Sent("\n".join(map(repr, e.requests)), ended.value.code)

    return ask


def test_a_server_on_this_machine_that_a_file_names_is_asked_with_nothing_of_the_environment(
    ask: Callable[..., Sent], capsys: pytest.CaptureFixture[str]
) -> None:
    sent = ask(named_by_file=True)
    assert sent.code == 0
    assert [name for name, value in SECRETS.items() if value.split()[-1] in sent.text] == []
    assert "LLMCHECK_API_KEY is not sent" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("named_by_file", [True, False])
def test_a_server_that_the_user_trusts_or_names_gets_the_key_and_the_account(
    ask: Callable[..., Sent], named_by_file: bool
) -> None:
    sent = ask(named_by_file=named_by_file, trusted=named_by_file)
    assert sent.code == 0
    for part in ("Bearer sk-own-4f1c", "org-9d21", "proj-30e7", "pass-6c6c"):
        assert part in sent.text
    assert "sk-admin" not in sent.text


def test_the_account_at_openai_is_told_to_no_other_provider(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def headers(model: str) -> str:
        return str(endpoint_of(load_settings(model=model))._sender.connect().default_headers)

    assert "org-9d21" in headers("gpt-x")
    for part in ("org-9d21", "proj-30e7", "pass-6c6c"):
        assert part not in headers("openrouter/x")


# --- the verb


def test_trust_is_given_listed_and_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["trust", *arguments])
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    assert run() == (0, "", "")
    assert run(PLANTED + "/")[0] == 0
    assert run() == (0, f"{PLANTED}\n", "")
    assert run(PLANTED, "--remove")[0] == 0
    assert run() == (0, "", "")
    for wrong, words in (
        (("planted.example",), "is no address"),
        (("https://planted.example:x",), "is no address"),
        ((PLANTED, "--remove"), "not among the trusted"),
        (("--remove",), "needs the URL"),
    ):
        code, _, err = run(*wrong)
        assert code == 2
        assert words in " ".join(err.split())


def test_a_list_that_cannot_be_read_or_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "llmcheck").mkdir()
    (tmp_path / "llmcheck" / "trusted-endpoints.txt").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="trusted-endpoints"):
        trusted_endpoints()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigError, match="cannot"):
        trust(PLANTED)

"""What the environment says of the network: used where it can be, named where it cannot."""

from __future__ import annotations

import builtins
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest
from bridges import BRIDGE, GOOD, Bridge, ask, call
from wire import Endpoint, completion

from llmcheck.cli.main import main
from llmcheck.errors import ConfigError
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.providers import is_loopback

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ELSEWHERE = "https://models.example/v1"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.lower, PROXIES), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


@pytest.fixture
def _no_socks(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any, **more: Any) -> Any:
        if name == "socksio":
            raise ModuleNotFoundError("No module named 'socksio'", name=name)
        return real(name, *others, **more)

    monkeypatch.setattr(builtins, "__import__", without)


UNUSABLE = [
    ("ALL_PROXY", "socks://me:secret@127.0.0.1:1080", "ALL_PROXY=socks://127.0.0.1:1080"),
    ("all_proxy", "socks://127.0.0.1:1080/", "all_proxy=socks://127.0.0.1:1080/"),
    ("HTTPS_PROXY", "ftp://127.0.0.1:21", "HTTPS_PROXY=ftp://127.0.0.1:21"),
    ("ALL_PROXY", "socks5://127.0.0.1:1080", r"pip install 'llmcheck\[socks\]'"),
    ("HTTPS_PROXY", "socks5h://127.0.0.1:1080", r"HTTPS_PROXY=.*pip install 'llmcheck\[socks\]'"),
    ("SSL_CERT_FILE", "/gone/ca.pem", r"SSL_CERT_FILE=/gone/ca.pem .*there is no such file"),
    ("SSL_CERT_FILE", __file__, r"SSL_CERT_FILE=.*cannot be used"),
]


@pytest.mark.usefixtures("_no_socks")
@pytest.mark.parametrize(("name", "value", "said"), UNUSABLE)
def test_what_cannot_be_used_is_named_and_no_password_shown(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    llm = EndpointLLM(base_url=ELSEWHERE, api_key="k")
    with pytest.raises(ConfigError, match=said) as caught:
        llm.complete(call(), Bridge)
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("_no_socks")
@pytest.mark.parametrize(("name", "value", "said"), UNUSABLE)
@pytest.mark.parametrize(
    "verb", [["check", "a.txt", "b.txt", "--no-cache"], ["doctor", "--no-call"]]
)
def test_it_is_wrong_configuration_in_every_verb_and_in_doctor(
    name: str,
    value: str,
    said: str,
    verb: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("llmcheck.cli.diagnosis.local_servers", lambda _: [])
    for document in ("a.txt", "b.txt"):
        Path(document).write_text("The Orrin Bridge spans 214 m.\n")
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main([*verb, "--base-url", ELSEWHERE, "--model", "m"])
    assert ended.value.code == 2
    printed = "".join(capsys.readouterr())
    assert name in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks://127.0.0.1:9"])
def test_a_server_on_this_machine_is_asked_without_a_proxy(
    name: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("SSL_CERT_FILE", "/gone/ca.pem")
    with Endpoint([completion(GOOD)]) as e:
        assert ask(e).value == BRIDGE


def test_a_proxy_that_can_be_used_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint([completion(GOOD)]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        llm = EndpointLLM(base_url="http://models.example/v1", api_key="k")
        assert llm.complete(call(), Bridge).value == BRIDGE
    assert proxy.requests[0].path == "http://models.example/v1/chat/completions"


def test_no_proxy_for_all_leaves_those_set_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1080")
    monkeypatch.setenv("NO_PROXY", "*")
    EndpointLLM(base_url=ELSEWHERE, api_key="k").connect()


def test_certificates_of_ones_own_are_taken_on_this_machine_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
        EndpointLLM(base_url="https://127.0.0.1:9/v1", api_key="k").connect()
    certificates = ssl.create_default_context().get_ca_certs(binary_form=True)
    kept = tmp_path / "ca.pem"
    kept.write_text("".join(map(ssl.DER_cert_to_PEM_cert, certificates[:1])))
    monkeypatch.setenv("SSL_CERT_FILE", str(kept))
    if certificates:
        EndpointLLM(base_url="https://127.0.0.1:9/v1", api_key="k").connect()


def test_a_library_that_is_missing_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ConfigError, match="install llmcheck again"):
        EndpointLLM(base_url="http://127.0.0.1:9/v1", api_key=None).complete(call(), Bridge)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("api.localhost", True),
        ("models.example", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
        (None, False),
    ],
)
def test_which_hosts_are_this_machine(host: str | None, here: bool) -> None:
    assert is_loopback(host) is here

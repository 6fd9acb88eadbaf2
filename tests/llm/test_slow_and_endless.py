"""Answers that drip, do not end or lead elsewhere, from real sockets on loopback."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from socket import create_server, socket

import pytest
from bridges import BRIDGE, GOOD, KEY, Bridge, Waits, call
from wire import Answer, Endpoint, completion

from llmcheck.errors import ProviderError
from llmcheck.llm.endpoint.bounds import MOST_BYTES, TooSlow, bounded_client
from llmcheck.llm.endpoint.client import EndpointLLM
from llmcheck.llm.endpoint.lines import Lines

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = json.dumps(completion(GOOD).body)


@pytest.fixture(autouse=True)
def _calls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLMCHECK_REFUSE_CALLS")


@contextmanager
def served(*scripts: Callable[[socket], None]) -> Iterator[str]:
    """A base URL where one connection after the other is served by its script, on bytes."""
    with create_server(("127.0.0.1", 0)) as listening:

        def serve(connection: socket, script: Callable[[socket], None]) -> None:
            with connection:
                while b"metres" not in connection.recv(100_000):
                    pass
                with contextlib.suppress(OSError):  # The client has had enough.
                    script(connection)

        def run() -> None:
            for script in scripts:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection, script), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def dripping(start: str, rest: str) -> Callable[[socket], None]:
    def script(connection: socket) -> None:
        connection.sendall(start.encode())
        for character in rest:
            time.sleep(0.02)
            connection.sendall(character.encode())

    return script


def whole(connection: socket) -> None:
    connection.sendall(f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n{BODY}".encode())


def asked(url: str, **options: object) -> Bridge:
    llm = EndpointLLM(base_url=url, api_key=KEY, sleep=Waits(), **options)  # type: ignore[arg-type]
    return llm.complete(call(), Bridge).value


@pytest.mark.parametrize(
    "script",
    [
        dripping(f"{HEAD}Content-Length: 9000\r\n\r\n", " " * 9000),
        dripping(HEAD, "X: " + "x" * 9000),
        dripping("", f"{HEAD}X: {'x' * 9000}"),
    ],
    ids=["body", "headers", "all"],
)
def test_one_byte_after_the_other_is_no_answer_in_time(script: Callable[[socket], None]) -> None:
    late = r"did not answer within 0\.3 s"
    with served(script) as url, pytest.raises(ProviderError, match=late):
        asked(url, timeout=0.3, max_attempts=1)


def dripping_handshake(connection: socket) -> None:
    """A record of TLS that says it is long, byte by byte."""
    connection.recv(100_000)
    with contextlib.suppress(OSError):
        for byte in b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"a" * 9000:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)


def without_certificates(side: ssl.Purpose) -> ssl.SSLContext:
    """TLS between two that need not know who the other is, so no key has to be made."""
    context = ssl.SSLContext(
        ssl.PROTOCOL_TLS_SERVER if side is ssl.Purpose.CLIENT_AUTH else ssl.PROTOCOL_TLS_CLIENT
    )
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


@contextmanager
def listening(script: Callable[[socket], None]) -> Iterator[str]:
    """A host and port where every connection is served by the script from its first byte on."""
    with create_server(("127.0.0.1", 0)) as server:

        def serve(connection: socket) -> None:
            with contextlib.suppress(OSError), connection:
                script(connection)

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_handshake_that_drips_is_cut_at_the_deadline() -> None:
    begun = time.monotonic()
    with (
        listening(dripping_handshake) as place,
        pytest.raises(ProviderError, match=r"did not answer within 0\.5 s"),
    ):
        asked(f"https://{place}/v1", timeout=0.5, max_attempts=1)
    assert time.monotonic() - begun < 4


def test_a_handshake_that_drips_behind_a_proxy_with_tls_is_cut_at_the_deadline() -> None:
    import httpx2

    def proxy(connection: socket) -> None:
        context = without_certificates(ssl.Purpose.CLIENT_AUTH)
        with context.wrap_socket(connection, server_side=True) as inner:
            inner.recv(100_000)
            inner.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            dripping_handshake(inner)

    with listening(proxy) as place:
        through = httpx2.Proxy(
            f"https://{place}", ssl_context=without_certificates(ssl.Purpose.SERVER_AUTH)
        )
        client = bounded_client(
            httpx2.Client, 1.0, lambda _: None, proxy=through, timeout=1.0, trust_env=False
        )
        begun = time.monotonic()
        with client, pytest.raises(TooSlow):
            client.post("https://a.example/v1", content=b"{}")
        assert 0.9 < time.monotonic() - begun < 4


def test_an_answer_that_drips_once_is_asked_for_again() -> None:
    with served(dripping(HEAD, "X: " + "x" * 9000), whole) as url:
        assert asked(url, timeout=0.5) == BRIDGE


def test_an_answer_that_comes_in_parts_within_its_time_is_read() -> None:
    with served(dripping(f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n{BODY[:-5]}", BODY[-5:])) as u:
        assert asked(u, timeout=30.0) == BRIDGE


def endless(connection: socket) -> None:
    connection.sendall(f"{HEAD}\r\n".encode())
    while True:
        connection.sendall(b" " * 65_536)


def test_a_body_without_end_is_left_at_the_limit_and_not_asked_for_again() -> None:
    with served(endless, whole) as url, pytest.raises(ProviderError, match=r"more than .* MB"):
        asked(url)


def test_a_small_body_that_is_large_when_decompressed_is_left_at_the_limit() -> None:
    bomb = gzip.compress(b" " * (MOST_BYTES + 1))

    def script(connection: socket) -> None:
        head = f"{HEAD}Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        connection.sendall(head.encode() + bomb)

    with served(script) as url, pytest.raises(ProviderError, match=r"more than .* MB"):
        asked(url)


def test_a_compressed_answer_is_read() -> None:
    packed = gzip.compress(BODY.encode())

    def script(connection: socket) -> None:
        head = f"{HEAD}Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
        connection.sendall(head.encode() + packed)

    with served(script) as url:
        assert asked(url) == BRIDGE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_text_follows_a_redirect(status: int) -> None:
    with Endpoint([completion(GOOD)]) as elsewhere:
        lead = Answer("", status, {"Location": f"{elsewhere.url}/chat/completions"})
        with Endpoint(itertools.repeat(lead)) as e:
            llm = EndpointLLM(base_url=e.url, api_key=KEY, sleep=Waits())
            for user in ("1", "2"):
                with pytest.raises(ProviderError, match=f"{status}.*{elsewhere.url}.*--base-url"):
                    llm.complete(call(user), Bridge)
            assert len(e.requests) == 1
        assert elsewhere.requests == []


def test_connections_are_kept_between_calls() -> None:
    """What bounds an answer must not cost a new connection for each."""
    opened: list[socket] = []

    def script(connection: socket) -> None:
        opened.append(connection)
        whole(connection)
        received = b""
        while b"metres" not in received:  # In the schema, hence in the body.
            received += connection.recv(100_000)
        whole(connection)

    with served(script, script) as url:
        llm = EndpointLLM(base_url=url, api_key=KEY, sleep=Waits(), timeout=5.0)
        for user in ("1", "2"):
            assert llm.complete(call(user), Bridge).value == BRIDGE
    assert len(opened) == 1


def test_calls_at_once_open_a_connection_each_and_later_ones_none() -> None:
    opened: list[socket] = []
    together = threading.Barrier(4)

    def script(connection: socket) -> None:
        opened.append(connection)
        together.wait(timeout=10)
        whole(connection)
        while b"metres" not in connection.recv(100_000):
            pass
        together.wait(timeout=10)
        whole(connection)

    with served(*[script] * 4) as url, ThreadPoolExecutor(4) as pool:
        llm = EndpointLLM(base_url=url, api_key=KEY, sleep=Waits(), timeout=10.0)
        for _ in range(2):
            replies = list(pool.map(lambda n: llm.complete(call(str(n)), Bridge), range(4)))
            assert [reply.value for reply in replies] == [BRIDGE] * 4
    assert len(opened) == 4


class Line:
    """Stands where the transport of one connection would."""

    def __init__(self) -> None:
        self.closed = False

    def handle_request(self, request: object) -> object:
        return request

    def close(self) -> None:
        self.closed = True


def test_connections_of_a_burst_are_closed_when_they_have_lain_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Line] = []

    def make() -> Line:
        made.append(Line())
        return made[-1]

    lines, together = Lines(make), threading.Barrier(4)

    def use(number: int) -> None:
        with lines.for_one():
            lines.handle_request(number)
            together.wait(timeout=10)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(4)))
    monkeypatch.setattr("llmcheck.llm.endpoint.lines.IDLE", -1.0)
    with lines.for_one():
        lines.handle_request("later")
    assert [line.closed for line in made] == [True] * 4


def test_a_connection_in_use_is_closed_once_it_is_free() -> None:
    line = Line()
    lines = Lines(lambda: line)
    with lines.for_one():
        lines.handle_request("under way")
        lines.close()
        assert not line.closed
    assert line.closed

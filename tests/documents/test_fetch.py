"""Pages over real HTTP, from a server on loopback: what is fetched, what is refused, and why."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.documents.corpus import Corpus
from llmcheck.documents.web import fetch
from llmcheck.documents.web.addresses import is_public, place_of
from llmcheck.documents.web.fetch import Fetcher, user_agent
from llmcheck.errors import DocumentError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

PAGE = b"<!doctype html><title>Linden bakes</title><p>The bakery at Linden opened on Friday.</p>"
SLOWLY = 0.05

Respond = Callable[[BaseHTTPRequestHandler], None]


def answer(body: bytes = PAGE, status: int = 200, **headers: str) -> Respond:
    """An answer; its headers by name, with ``_`` for ``-``."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        given = {"Content_Type": "text/html", "Content_Length": str(len(body)), **headers}
        for name, value in given.items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def moved(to: str, status: int = 302) -> Respond:
    return answer(b"", status, Location=to)


def dripping(*before: bytes) -> Respond:
    """Sends so much at once, and then a byte now and then without end."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"".join(before))
        while True:
            handler.wfile.write(b"a")
            time.sleep(SLOWLY)

    return respond


def raw(*parts: bytes) -> Respond:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"".join(parts))

    return respond


class Site:
    """Serves ``pages`` by path while the context is open, and keeps what was asked for."""

    def __init__(self, pages: dict[str, Respond], tls: ssl.SSLContext | None = None) -> None:
        self.pages = pages
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.port = self._server.server_port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                respond = site.pages.get(self.path, answer(b"no", 404))
                with contextlib.suppress(OSError):  # who is refused goes away
                    respond(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/": answer()}) as served:
        yield served


def fetched(url: str) -> fetch.Fetched:
    return Fetcher(allow_private=True).fetch(url)


def refused(url: str) -> str:
    with pytest.raises(DocumentError) as caught:
        fetched(url)
    assert caught.value.path == url
    return caught.value.reason


# What is fetched


def test_a_page_is_read_as_a_document_of_its_url(site: Site) -> None:
    site.pages["/news?id=3"] = answer()
    url = site.url("/news?id=3#top")
    (document,) = Corpus.read(url, url, allow_private_urls=True).documents
    assert (document.id, document.path) == (url, url)
    assert (document.title, document.text) == (
        "Linden bakes",
        "The bakery at Linden opened on Friday.",
    )
    assert [path for path, _ in site.asked] == ["/robots.txt", "/news?id=3"]


def test_who_asks_is_said_and_the_connection_is_not_kept(site: Site) -> None:
    fetched(site.url())
    for _, headers in site.asked:
        assert headers["user-agent"] == user_agent()
        assert headers["user-agent"].startswith("llmcheck/")
        assert headers["host"] == f"127.0.0.1:{site.port}"
        assert headers["connection"] == "close"


def test_a_redirect_is_followed_and_the_document_tells_where_to(site: Site) -> None:
    utf8 = site.url("/ü", "localhost").encode().decode("latin-1")
    site.pages |= {"/a": moved("/b c", 301), "/b%20c": moved(utf8)}
    site.pages["/%C3%BC"] = answer()
    (document,) = Corpus.read(site.url("/a"), allow_private_urls=True).documents
    assert document.id == site.url("/a")
    assert document.url == site.url("/ü", "localhost")


def test_an_address_beyond_ascii_is_sent_as_its_encoding(site: Site) -> None:
    site.pages["/sm%C3%B8rrebr%C3%B8d?q=%C3%A5"] = answer()
    assert fetched(site.url("/smørrebrød?q=å")).data == PAGE
    assert fetched(site.url("/sm%C3%B8rrebr%C3%B8d?q=%C3%A5")).data == PAGE


def test_a_compressed_page_is_unpacked(site: Site) -> None:
    site.pages["/"] = answer(gzip.compress(PAGE), Content_Encoding="gzip", Content_Length="")
    assert fetched(site.url()).data == PAGE


def test_a_page_in_chunks_is_put_together(site: Site) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (PAGE[:9], PAGE[9:]))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.pages["/"] = raw(head, chunks, b"0\r\n\r\n")
    assert fetched(site.url()).data == PAGE


@pytest.mark.parametrize(
    ("path", "kind", "format_name"),
    [
        ("/a.md", "text/plain; charset=utf-8", "markdown"),
        ("/a", "text/plain", "text"),
        ("/a", "", None),
        ("/a.txt", "Text/HTML", "html"),
        ("/a.PDF", "", "pdf"),
        ("/a", "application/pdf", "pdf"),
    ],
)
def test_the_media_type_says_what_is_read_and_else_the_address(
    site: Site, path: str, kind: str, format_name: str | None
) -> None:
    site.pages[path] = answer(b"# Linden\n\nThe bakery opened.", Content_Type=kind)
    assert fetched(site.url(path)).format_name == format_name


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("windows-1252", "£4 for a loaf".encode("cp1252")),
        ("utf-8", "£4 for a loaf".encode("cp1252")),  # which it is not
        ("klingon", "£4 for a loaf".encode()),
        ("iso-8859-1", "£4 for a loaf".encode()),
    ],
)
def test_a_charset_in_the_header_helps_and_a_wrong_one_does_no_harm(
    site: Site, charset: str, body: bytes
) -> None:
    site.pages["/"] = answer(body, Content_Type=f"text/plain; charset={charset}")
    (document,) = Corpus.read(site.url(), allow_private_urls=True).documents
    assert document.text == "£4 for a loaf"


def test_the_charset_of_the_header_holds_for_feeds_too(site: Site) -> None:
    feed = "<rss version='2.0'><channel><item><title>Koń</title></item></channel></rss>"
    site.pages["/"] = answer(
        feed.encode("iso-8859-2"), Content_Type="application/rss+xml; charset=iso-8859-2"
    )
    (document,) = Corpus.read(site.url(), allow_private_urls=True).documents
    assert document.title == "Koń"


@pytest.mark.parametrize("end", ["?file=a.pdf", "#a.pdf", "?u=http://h.example/a.csv"])
def test_how_a_query_ends_tells_no_format(site: Site, end: str) -> None:
    site.pages["/" + end.partition("#")[0]] = answer(
        b"The ferry sails.", Content_Type="text/plain"
    )
    (document,) = Corpus.read(site.url("/" + end), allow_private_urls=True).documents
    assert document.text == "The ferry sails."


def test_a_format_that_is_given_holds_whatever_the_media_type(site: Site) -> None:
    row = b'{"id": "x", "text": "The ferry sails."}'
    site.pages["/"] = answer(row, Content_Type="application/octet-stream")
    assert "--input-format" in refused(site.url())
    (document,) = Corpus.read(site.url(), allow_private_urls=True, input_format="jsonl").documents
    assert document.text == "The ferry sails."


def test_the_charset_of_the_header_goes_before_that_of_the_page(site: Site) -> None:
    body = "<html><meta charset=windows-1251><p>£4 für Brötchen".encode("cp1252")
    site.pages["/"] = answer(body, Content_Type="text/html; charset=windows-1252")
    (document,) = Corpus.read(site.url(), allow_private_urls=True).documents
    assert document.text == "£4 für Brötchen"


# What is refused: too much, too slow, broken


def test_what_cannot_be_fetched_is_a_failure_and_the_rest_is_read(site: Site) -> None:
    corpus = Corpus.read(site.url("/gone"), site.url(), allow_private_urls=True)
    assert [document.id for document in corpus.documents] == [site.url()]
    (failure,) = corpus.failures
    assert (failure.stage, failure.subject) == ("documents", site.url("/gone"))
    assert failure.error == "is not there (status 404): check the address"


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (403, {}, "not open to everyone (status 403): save the page"),
        (429, {"Retry_After": "30"}, "try again in 30 s"),
        (429, {"Retry_After": "\u00b2"}, "try again later"),
        (500, {}, "its server fails (status 500): try again later"),
        (204, {}, "answered with status 204"),
        (304, {}, "answered with status 304"),
    ],
)
def test_a_status_says_what_to_do(
    site: Site, status: int, headers: dict[str, str], says: str
) -> None:
    site.pages["/"] = answer(b"", status, **headers)
    assert says in refused(site.url())


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/octet-stream"])
def test_what_holds_no_text_is_refused_before_it_is_read(site: Site, kind: str) -> None:
    site.pages["/"] = answer(b"", Content_Type=kind, Content_Length="9000000000")
    assert refused(site.url()).startswith(f"is {kind}, not a format that is read")


def test_a_page_that_says_it_is_too_large_is_not_read(site: Site) -> None:
    site.pages["/"] = answer(b"", Content_Length=str(fetch.MAX_BYTES + 1))
    assert "is larger than 20 MB" in refused(site.url())


def test_a_page_without_end_is_cut_off_at_the_limit(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MAX_BYTES", 100_000)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            handler.wfile.write(b"bread " * 1000)

    site.pages["/"] = endless
    assert "is larger than 0.1 MB" in refused(site.url())


def test_a_bomb_is_not_unpacked_beyond_the_limit(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = gzip.compress(bytes(100_000_000), 1)
    monkeypatch.setattr(fetch, "MAX_BYTES", 2_000_000)
    site.pages["/"] = answer(bomb, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        assert "is larger than 2 MB" in refused(site.url())
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


HEAD = b"HTTP/1.0 200 OK\r\n"
KIND = b"Content-Type: text/plain\r\n"
CHUNKED = HEAD.replace(b"1.0", b"1.1") + KIND + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "before",
    [HEAD + KIND + b"\r\n", HEAD + b"X: ", b"HTTP/1.0 2", CHUNKED, CHUNKED + b"5;x="],
    ids=["body", "header", "status", "chunk", "chunk-size"],
)
def test_a_slow_drip_ends_at_the_time_limit(
    site: Site, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    monkeypatch.setattr(fetch, "MAX_SECONDS", 0.5)
    site.pages["/"] = dripping(before)
    began = time.monotonic()
    assert "took too long (at most 0.5 s)" in refused(site.url())
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("respond", "says"),
    [
        (answer(PAGE, Content_Length=str(len(PAGE) + 9)), "broke off 9 bytes before its end"),
        (raw(CHUNKED, b"ff\r\n", b"short"), "IncompleteRead"),
        (raw(b"SSH-2.0-bread\r\n"), "SSH-2.0-bread"),
        (raw(), "closed connection without response"),
        (raw(HEAD, b"A: b\r\n" * 200, b"\r\n"), "more than 100 headers"),
        (answer(PAGE, Content_Encoding="gzip"), "Not a gzipped file"),
        (answer(gzip.compress(PAGE)[:-9], Content_Encoding="gzip"), "end-of-stream marker"),
        (answer(PAGE, Content_Encoding="br"), "compressed as br, which was not asked for"),
    ],
    ids=["cut", "chunk", "no http", "nothing", "headers", "gzip", "cut gzip", "br"],
)
def test_what_comes_broken_is_refused_whole(site: Site, respond: Respond, says: str) -> None:
    site.pages["/"] = respond
    assert says in refused(site.url())


def test_nobody_there_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "refused" in refused(f"http://127.0.0.1:{port}/")


# Redirects


def test_a_circle_of_redirects_ends(site: Site) -> None:
    site.pages |= {"/a": moved("/b"), "/b": moved("/a")}
    assert refused(site.url("/a")).startswith("redirects more than 5 times")
    assert len(site.asked) == 1 + 1 + fetch.MAX_REDIRECTS


def test_a_redirect_to_a_private_address_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")
    site.pages["/"] = moved("http://169.254.169.254/latest/meta-data")
    with pytest.raises(DocumentError, match=r"169\.254\.169\.254, which is no public address"):
        Fetcher().fetch(site.url())


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("ftp://127.0.0.1/bread", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("//baker:secret@127.0.0.1/", "nothing is fetched with credentials"),
        ("http://[::1/", "redirects to what is no URL"),
    ],
)
def test_a_redirect_is_checked_as_the_url_is(site: Site, location: str, says: str) -> None:
    site.pages["/"] = moved(location)
    assert says in refused(site.url())


def test_what_is_moved_without_saying_where_is_refused(site: Site) -> None:
    site.pages["/"] = answer(b"", 302)
    assert "status 302" in refused(site.url())


# URLs and addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
    ],
)
def test_nothing_is_sent_to_a_private_address_by_any_of_its_names(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("a connection was tried"))
    with pytest.raises(DocumentError, match="is no public address: --allow-private-urls"):
        Fetcher().fetch(url)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:53aa:64c::",
        "2001:db8::1",
        "fc00::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001::64", "64:ff9b::808:808"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_judged_as_itself(address: Any) -> None:
    number = int(address)
    for outer in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(outer) == is_public(str(address))
    assert is_public(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1") == is_public(str(address))


def test_the_address_that_was_checked_is_connected_to_under_the_name_that_was_asked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    def rebinding(host: str, port: int, **_: object) -> list[Any]:
        looked_up.append(host)
        # Public, as far as the check can see; the second answer would be another machine.
        address = "127.0.0.1" if len(looked_up) < 3 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")
    Fetcher().fetch(site.url("/", "news.example"))
    assert looked_up == ["news.example"] * 2, "once a connection: robots.txt and the page"
    assert [headers["host"] for _, headers in site.asked] == [f"news.example:{site.port}"] * 2


def test_private_ones_among_the_addresses_of_a_name_are_passed_over(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(host: str, port: int, **_: object) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("10.0.0.1", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")
    assert Fetcher().fetch(site.url("/", "news.example")).data == PAGE


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(DocumentError) as caught:
        Corpus.read("https://baker:secret@news.example/a")
    assert "nothing is fetched with credentials" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "http://a:b", "http://a b/", "http://a\\@b", "http://é..x"]
)
def test_what_is_no_url_is_told_as_such(url: str) -> None:
    with pytest.raises(DocumentError, match=r"is no URL|names no host"):
        Corpus.read(url)


def test_an_unknown_host_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(DocumentError, match=r"the host is not known .*: check address"):
        Fetcher().fetch("http://news.example/")


@given(st.text().map("http://127.0.0.1:1/{}".format) | st.text().map("http://{}".format))
def test_any_url_is_refused_or_taken_apart_into_ascii(url: str) -> None:
    try:
        place = place_of(url)
    except ValueError:
        return
    f"{place.named}{place.target}".encode("ascii")
    assert not set(place.target) & set(" \r\n#")


# robots.txt


def robots(rules: str, status: int = 200) -> Respond:
    return answer(rules.encode(), status, Content_Type="text/plain")


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nUser-agent: llmcheck\nAllow: /", True),
        ("User-agent: LLMcheck\nDisallow: /news/", False),
        ("User-agent: llmcheck\nDisallow: /*/a.html$", False),
        ("User-agent: *\nDisallow: /\nAllow: /news/", True),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("<html>Not here", True),
    ],
)
def test_robots_txt_is_obeyed(site: Site, rules: str, allowed: bool) -> None:
    site.pages |= {"/robots.txt": robots(rules), "/news/a.html": answer()}
    if allowed:
        assert fetched(site.url("/news/a.html")).data == PAGE
    else:
        assert "/robots.txt keeps programs off this page" in refused(site.url("/news/a.html"))
        assert [path for path, _ in site.asked] == ["/robots.txt"]


def test_robots_txt_is_asked_for_once_a_site_and_at_redirects_too(site: Site) -> None:
    site.pages |= {"/robots.txt": robots("User-agent: *\nDisallow: /b"), "/a": moved("/b")}
    fetcher = Fetcher(allow_private=True)
    fetcher.fetch(site.url())
    with pytest.raises(DocumentError, match="keeps programs off"):
        fetcher.fetch(site.url("/a"))
    assert [path for path, _ in site.asked] == ["/robots.txt", "/", "/a"]


@pytest.mark.parametrize(
    ("status", "allowed"), [(403, True), (410, True), (429, False), (503, False)]
)
def test_a_site_that_cannot_say_is_left_alone(site: Site, status: int, allowed: bool) -> None:
    site.pages["/robots.txt"] = robots("", status)
    if allowed:
        assert fetched(site.url()).data == PAGE
    else:
        assert f"robots.txt cannot be had (status {status})" in refused(site.url())


def test_of_a_long_robots_txt_the_beginning_is_read(site: Site) -> None:
    long = "User-agent: *\nDisallow: /bread\n" + "# crumbs\n" * 100_000
    site.pages["/robots.txt"] = robots(long)
    assert fetched(site.url()).data == PAGE
    assert "keeps programs off" in refused(site.url("/bread"))


# TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of its own authority, for localhost alone."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    path = tmp_path / "both.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", path, "-out", tmp_path / "cert.pem", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    return path


def test_a_certificate_is_verified_for_the_name_and_the_deadline_holds_under_tls(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    named: list[str | None] = []
    context.sni_callback = lambda sock, name, _: named.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetch._tls.cache_clear()
    try:
        with Site({"/": answer(), "/slow": dripping(HEAD, KIND, b"\r\n")}, context) as site:
            url = site.url("/", "localhost").replace("http:", "https:")
            assert fetched(url).data == PAGE
            assert named[-1] == "localhost"
            by_address = url.replace("localhost", "127.0.0.1")
            assert "its certificate cannot be verified (IP address mismatch" in refused(by_address)
            monkeypatch.setattr(fetch, "MAX_SECONDS", 0.5)
            assert "took too long" in refused(f"{url}slow")
            monkeypatch.delenv("SSL_CERT_FILE")
            fetch._tls.cache_clear()
            assert "SSL_CERT_FILE names a file" in refused(url)
    finally:
        fetch._tls.cache_clear()

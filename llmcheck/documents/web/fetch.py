"""Fetches web pages: http and https URLs to bytes, within limits and from public addresses only.

The standard library's http.client does the talking, because it takes a connected socket as it
comes. So the address that was checked is the one that is connected to (a second look-up may
give another: DNS rebinding) while Host, SNI and certificate stay those of the name; and one
deadline covers everything down to the last header, where the timeouts of httpx and urllib3
begin anew with every byte. For the same reason no proxy is used: it would connect in our place.
"""

from __future__ import annotations

import gzip
import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from protego import Protego

from llmcheck.documents.formats import format_of, format_of_media_type
from llmcheck.documents.web.addresses import Place, is_public, place_of, shown
from llmcheck.errors import DocumentError

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_BYTES = 20_000_000
"""Of a page, after decompression."""
MAX_SECONDS = 60.0
"""For a page with its redirects and its robots.txt; the look-up of names has the system's own
limit."""
MAX_REDIRECTS = 5
MAX_ROBOTS_BYTES = 500_000
"""What lies beyond in a robots.txt is not read (RFC 9309 asks for 500 KiB)."""

_ROBOT = "llmcheck"
_CONNECT_SECONDS = 10.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HINT = "save the page from a browser and name the file"


class Fetched(NamedTuple):
    """A page as it came."""

    url: str
    """Where it was found, after redirects."""
    data: bytes
    format_name: str | None
    """The format that its media type tells, or else its address; None when neither does."""
    charset: str | None
    """As its header declares it."""


class Fetcher:
    """Fetches pages, and remembers the robots.txt of their sites."""

    def __init__(self, *, allow_private: bool = False) -> None:
        """With ``allow_private``, addresses that are not public are connected to as well."""
        self._allow_private = allow_private
        self._robots: dict[str, Protego] = {}

    def fetch(self, url: str, *, any_type: bool = False) -> Fetched:
        """The page at a URL. Raises DocumentError, saying why and what to do, when there is none.

        Refused are other schemes than http and https, credentials in the URL, addresses that are
        not public, what robots.txt forbids, media types that are not read (but with
        ``any_type``), and whatever takes too long, is too large or redirects too often; at each
        redirect anew.
        """
        deadline = time.monotonic() + MAX_SECONDS
        try:
            return self._page(url, deadline, any_type)
        except TimeoutError as error:
            reason = f"took too long (at most {MAX_SECONDS:g} s): try again later, or {_HINT}"
            raise DocumentError(shown(url), reason) from error
        except ssl.SSLCertVerificationError as error:
            reason = (
                f"its certificate cannot be verified ({error.verify_message}): check the address; "
                "SSL_CERT_FILE names a file of authorities to trust"
            )
            raise DocumentError(shown(url), reason) from error
        except socket.gaierror as error:
            reason = f"the host is not known ({error.strerror}): check address and connection"
            raise DocumentError(shown(url), reason) from error
        except (HTTPException, OSError, EOFError, zlib.error) as error:
            what = str(error) or type(error).__name__
            reason = f"cannot be fetched ({what}): try again later, or {_HINT}"
            raise DocumentError(shown(url), reason) from error
        except ValueError as error:
            raise DocumentError(shown(url), str(error)) from error

    def _page(self, url: str, deadline: float, any_type: bool) -> Fetched:
        with self._following(url, deadline, obey=True) as (place, response):
            if response.status not in (200, 203):
                raise ValueError(_refusal(response))
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            format_name = format_of_media_type(kind)
            if kind and not format_name and not any_type:
                raise ValueError(
                    f"is {kind[:80]}, not a format that is read: --input-format tells another"
                )
            if format_name in (None, "text"):  # servers call much text/plain
                format_name = format_of(urlsplit(place.url).path) or format_name
            # What it says of its size spares reading it, and may be false.
            large = (response.length or 0) > MAX_BYTES
            data = b"" if large else _body(response, MAX_BYTES)
            if large or len(data) > MAX_BYTES:
                raise ValueError(f"is larger than {MAX_BYTES / 1e6:g} MB: save it and split it")
            charset = response.headers.get_content_charset()
            return Fetched(place.url, data, format_name, charset)

    @contextmanager
    def _following(
        self, url: str, deadline: float, *, obey: bool
    ) -> Iterator[tuple[Place, HTTPResponse]]:
        """The first answer that is no redirect, and where it came from."""
        for _ in range(MAX_REDIRECTS + 1):
            place = place_of(url)
            if obey:
                self._obey_robots(place, deadline)
            with self._answer(place, deadline) as response:
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or location is None:
                    yield place, response
                    return
            # http.client reads headers as Latin-1, whatever they are.
            raw = location.strip().encode("latin-1", "replace").decode("utf-8", "replace")
            try:
                url = urljoin(place.url, raw.replace(" ", "%20"))
            except ValueError as error:
                raise ValueError(f"redirects to what is no URL ({error}): {_HINT}") from error
        raise ValueError(f"redirects more than {MAX_REDIRECTS} times: name the page it leads to")

    def _obey_robots(self, place: Place, deadline: float) -> None:
        site = f"{place.scheme}://{place.named}"
        if site not in self._robots:
            self._robots[site] = self._read_robots(site, deadline)
        if not self._robots[site].can_fetch(place.url, _ROBOT):
            raise ValueError(f"{site}/robots.txt keeps programs off this page: {_HINT}")

    def _read_robots(self, site: str, deadline: float) -> Protego:
        with self._following(f"{site}/robots.txt", deadline, obey=False) as (_, response):
            if response.status == 200:
                data = _body(response, MAX_ROBOTS_BYTES)[:MAX_ROBOTS_BYTES]
                return Protego.parse(data.decode("utf-8-sig", "replace"))
            if 400 <= response.status < 500 and response.status != 429:
                return Protego.parse("")
            raise ValueError(
                f"{site}/robots.txt cannot be had (status {response.status}), so programs are to "
                "keep off for now: try again later"
            )

    @contextmanager
    def _answer(self, place: Place, deadline: float) -> Iterator[HTTPResponse]:
        with self._connected(place, deadline) as sock:
            connection = HTTPConnection(place.host, place.port)
            connection.sock = _Wire(sock, deadline)
            headers = {
                "Host": place.named,
                "User-Agent": user_agent(),
                "Accept": "text/html, application/xhtml+xml, text/*;q=0.9, */*;q=0.5",
                "Accept-Encoding": "gzip",
                "Connection": "close",
            }
            connection.request("GET", place.target, headers=headers)
            with connection.getresponse() as response:
                yield response

    def _connected(self, place: Place, deadline: float) -> socket.socket:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        fit = [info for info in found if self._allow_private or is_public(str(info[4][0]))]
        if not fit:
            raise ValueError(
                f"{place.host} is at {found[0][4][0]}, which is no public address: "
                "--allow-private-urls (or allow_private_urls) lets it be fetched"
            )
        for number, (family, kind, protocol, _, address) in enumerate(fit, 1):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(min(_CONNECT_SECONDS, _left(deadline)))
                sock.connect(address)
                if place.scheme == "https":
                    # Bounded as a whole, as the connection is.
                    sock = _tls().wrap_socket(sock, server_hostname=place.host)
                return sock
            except BaseException as error:
                sock.close()
                if number == len(fit) or not isinstance(error, OSError):
                    raise
        raise AssertionError("a name without an address is an error of the look-up")


@cache
def user_agent() -> str:
    """What pages are fetched as: ``llmcheck/VERSION``, with the project's address, if any."""
    try:
        about = metadata("llmcheck")
    except PackageNotFoundError:
        return _ROBOT
    homes = [line.partition(", ")[2] for line in about.get_all("Project-URL") or ()]
    return f"{_ROBOT}/{about['Version']}" + (f" (+{homes[0]})" if homes else "")


class _Wire:
    """A socket, as far as http.client needs one; whatever it does ends by the deadline."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self._deadline))
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._sock, self._deadline))

    def close(self) -> None:
        """Nothing: http.client closes before it reads, and the socket is the opener's."""


class _Incoming(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._sock.settimeout(_left(self._deadline))
        return self._sock.recv_into(memoryview(buffer))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _body(response: HTTPResponse, limit: int) -> bytes:
    """The body, decompressed; of one beyond the limit no more than shows that it is."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in ("gzip", "x-gzip"):
        data = gzip.GzipFile(fileobj=response, mode="rb").read(limit + 1)
    elif coding == "identity":
        data = response.read(limit + 1)
    else:
        raise ValueError(f"comes compressed as {coding[:40]}, which was not asked for: {_HINT}")
    if len(data) <= limit and response.length:
        # Half a page must not pass for a page, and http.client says nothing.
        raise ValueError(f"broke off {response.length:,} bytes before its end: try again")
    return data


def _refusal(response: HTTPResponse) -> str:
    status = response.status
    if status in (401, 402, 403, 451):
        return f"is not open to everyone (status {status}): {_HINT}"
    if status in (404, 410):
        return f"is not there (status {status}): check the address"
    if status == 429:
        wait = response.headers.get("Retry-After", "")
        when = f"in {wait} s" if wait.isdecimal() and len(wait) < 7 else "later"
        return f"is asked for too often (status 429): try again {when}"
    if status >= 500:
        return f"its server fails (status {status}): try again later"
    return f"is answered with status {status}, not with a page: check the address"

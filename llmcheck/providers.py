"""Providers that a model's name or an address stands for: where they are, whose key they take.

``--model anthropic/claude-sonnet-4-5`` is the model ``claude-sonnet-4-5`` at Anthropic. All of
them speak OpenAI's protocol at an address of their own, so no SDK but openai's is needed; for some
an extra brings the SDK of their own API.
"""

from __future__ import annotations

import ipaddress
from typing import Literal, NamedTuple
from urllib.parse import urlsplit, urlunsplit

Mode = Literal["JSON_SCHEMA", "TOOLS", "MD_JSON"]
"""A way of asking for JSON, as instructor names it."""


class Native(NamedTuple):
    """A provider's own API."""

    extra: str
    """The extra of llmcheck that it needs."""
    base_url: str


class Provider(NamedTuple):
    """Someone who serves models."""

    names: tuple[str, ...]
    """What stands before the slash of a model's name; the first is the usual one."""
    base_url: str
    keys: tuple[str, ...]
    """The variables that hold its key, the first that is set counts; none where none is needed."""
    mode: Mode = "JSON_SCHEMA"
    """How it is asked for JSON first."""
    native: Native | None = None
    """Its own API, where llmcheck speaks that, too."""

    @property
    def origin(self) -> tuple[str, str | None, int | None]:
        """Scheme, host and port of its address."""
        return _origin(self.base_url)


OPENAI = Provider(("openai",), "https://api.openai.com/v1", ("OPENAI_API_KEY",))

PROVIDERS = (
    OPENAI,
    # It leaves response_format unread, so schemas go out as tools.
    Provider(
        ("anthropic",),
        "https://api.anthropic.com/v1",
        ("ANTHROPIC_API_KEY",),
        "TOOLS",
        Native("anthropic", "https://api.anthropic.com"),
    ),
    Provider(
        ("google", "gemini"),
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        native=Native("google", "https://generativelanguage.googleapis.com"),
    ),
    Provider(("openrouter",), "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
    Provider(("ollama",), "http://127.0.0.1:11434/v1", ()),
)


class Place(NamedTuple):
    """Where a model is asked, and under which name."""

    provider: Provider | None
    """None where the address is of nobody known."""
    base_url: str
    model: str | None
    """The name without the provider's, where that decided the place."""


def place_of(model: str | None, base_url: str | None) -> Place:
    """Where to ask for ``model``: at ``base_url``, else where its name says, else at OpenAI.

    With a base URL the name stays whole, since gateways have names with a slash of their own.
    """
    if base_url is not None:
        known = (each for each in PROVIDERS if each.keys and _origin(base_url) == each.origin)
        return Place(next(known, None), base_url, model)
    first, slash, rest = (model or "").partition("/")
    for provider in PROVIDERS:
        if slash and rest and first in provider.names:
            return Place(provider, provider.base_url, rest)
    return Place(OPENAI, OPENAI.base_url, model)


def endpoint_name(place: Place) -> str:
    """What tells an endpoint from others that have models of the same names: its address. Empty
    for a known provider, whose models are its own.

    >>> endpoint_name(place_of("any", "HTTP://127.0.0.1:8080/v1/"))
    'http://127.0.0.1:8080/v1'
    >>> endpoint_name(place_of("gpt-4o-mini", None))
    ''
    """
    return one_spelling(place.base_url) if place.provider is None else ""


def one_spelling(base_url: str) -> str:
    """An address as it is always spelt, without user and password."""
    url = urlsplit(base_url)
    scheme, host, port = _origin(base_url)
    standard = {"http": 80, "https": 443}.get(scheme)
    at = f"[{host}]" if ":" in (host or "") else f"{host}"
    at += f":{port}" if port not in (None, standard) else ""
    return urlunsplit((scheme, at, url.path.rstrip("/"), url.query, ""))


def is_loopback(host: str | None) -> bool:
    """Whether a host is this very machine, by its name or number."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost" or (host or "").endswith(".localhost")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    # The scheme, too: a key meant for https is not to be sent in the clear.
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port

"""The connection to an endpoint: an SDK's client, with what the environment says of the network.

Proxies and certificates come from variables that were set for other programs, and are often
stale. What cannot be used is a ConfigError that names the variable, never a traceback.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from llmcheck.errors import ConfigError
from llmcheck.llm.endpoint.api import Api
from llmcheck.llm.endpoint.bounds import MOST_BYTES, bounded_client
from llmcheck.llm.endpoint.errors import Endpoint
from llmcheck.providers import OPENAI, is_loopback

_SCHEMES = ("http", "https", "socks5", "socks5h")


def connected(
    endpoint: Endpoint,
    api: Api,
    heard: Callable[[Mapping[str, str]], None],
    most_bytes: int = MOST_BYTES,
) -> Any:
    """A client of the API's SDK that repeats nothing by itself, tells ``heard`` the headers of
    every answer, and takes so many bytes of one. Connects to nothing yet.

    A server on this machine is never asked through a proxy. Raises ConfigError when the key, the
    environment or the installation will not do.
    """
    endpoint.check_key()
    try:
        import instructor  # noqa: F401 - so that what is missing is known at once
        import openai

        client = api.connect(
            endpoint.base_url,
            endpoint.api_key,
            endpoint.timeout,
            _http_client(endpoint, heard, most_bytes),
        )
    except ImportError as error:
        raise ConfigError(
            f"a library that llmcheck calls models with cannot be loaded ({error}): "
            "install llmcheck again"
        ) from error
    if isinstance(client, openai.OpenAI) and not _takes_account(endpoint):
        client.organization = client.project = None
        client._custom_headers = {}
    return client


def _takes_account(endpoint: Endpoint) -> bool:
    """Whether what openai's client reads of an account from the environment may go there:
    OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_CUSTOM_HEADERS.

    They go with a key: to a server on this machine, which a file may name, not without one.
    """
    if endpoint.provider not in (None, OPENAI):
        return False
    return bool(endpoint.api_key) or not is_loopback(urlsplit(endpoint.base_url).hostname)


def _http_client(
    endpoint: Endpoint, heard: Callable[[Mapping[str, str]], None], most_bytes: int
) -> Any:
    import openai

    bounded = partial(
        bounded_client, openai.DefaultHttpxClient, endpoint.timeout, heard, most_bytes
    )
    url = urlsplit(endpoint.base_url)
    if is_loopback(url.hostname):
        trusted: Any = True if url.scheme == "http" else _certificates(endpoint)
        return bounded(trust_env=False, verify=trusted)
    _check_proxies()
    try:
        return bounded()
    except (OSError, ValueError, ImportError) as error:
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            if isinstance(error, OSError) and os.environ.get(name):
                raise _unusable(name, os.environ[name], str(error)) from error
        raise ConfigError(
            f"the environment's settings for the network cannot be used ({error}): look at "
            "SSL_CERT_FILE, HTTPS_PROXY, ALL_PROXY and NO_PROXY"
        ) from error


def _certificates(endpoint: Endpoint) -> ssl.SSLContext:
    file = os.environ.get("SSL_CERT_FILE")
    try:
        return ssl.create_default_context(cafile=file or None)
    except OSError as error:
        raise _unusable("SSL_CERT_FILE", file or "", str(error)) from error


def _check_proxies() -> None:
    """Raises ConfigError for a proxy that cannot be used, naming its variable."""
    proxies = getproxies()
    for kind in ("all", "https", "http"):
        proxy = proxies.get(kind, "")
        scheme, known, rest = proxy.partition("://")
        if not known or proxies.get("no") == "*":
            continue  # A host and a port, or nothing that is used.
        names = (f"{kind}_proxy", f"{kind}_proxy".upper())
        name = next((name for name in names if os.environ.get(name) == proxy), names[1])
        # Not the whole of it: a proxy's password may stand there.
        shown = f"{scheme}://{rest.rpartition('@')[2]}"
        if scheme.lower() not in _SCHEMES:
            reason = f"{scheme}:// is none of {', '.join(_SCHEMES)}; a SOCKS proxy is socks5://"
            raise _unusable(name, shown, reason)
        if scheme.lower().startswith("socks"):
            _check_socks(name, shown)


def _check_socks(name: str, shown: str) -> None:
    try:
        import socksio  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"{name}={shown} needs an extra: pip install 'llmcheck[socks]', or unset the variable"
        ) from error


def _unusable(name: str, value: str, reason: str) -> ConfigError:
    if name.startswith("SSL") and not Path(value).exists():
        reason = "there is no such file"
    return ConfigError(f"{name}={value} cannot be used ({reason}): correct it or unset it")

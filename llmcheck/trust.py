"""Endpoints that the user trusts although a settings file names them, remembered for the user.

Such a file may have come with the documents. What is sent to an endpoint are those and a key, so
the user says once, by its address, that it may have them.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from llmcheck.errors import ConfigError
from llmcheck.providers import Place, is_loopback
from llmcheck.whole_files import write_whole

_DEFAULT_PORTS = {"http": 80, "https": 443}


def endpoint_name(url: str) -> str:
    """The address by which an endpoint is trusted: without user, password and query.

    Raises ConfigError when ``url`` is no address of an endpoint.

    >>> endpoint_name("https://Me:pass@Models.Example:443/v1/?key=k")
    'https://models.example/v1'
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"{url}: is no address of an endpoint ({error})") from error
    if parts.scheme not in _DEFAULT_PORTS or not host or not host.isprintable():
        raise ConfigError(f"{url}: is no address of an endpoint, such as https://host/v1")
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def trusted_endpoints() -> list[str]:
    """The endpoints that are trusted, sorted. Raises ConfigError when the list cannot be read."""
    try:
        return sorted(set(_list().read_text(encoding="utf-8").split()))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ConfigError(f"{_list()} cannot be read ({error}): correct or delete it") from error


def trust(url: str) -> str:
    """Remember that an endpoint is trusted, and return its name. Raises ConfigError."""
    name = endpoint_name(url)
    _write({*trusted_endpoints(), name})
    return name


def distrust(url: str) -> str:
    """Forget that an endpoint is trusted, and return its name.

    Raises ConfigError when it is not trusted, or the list cannot be written.
    """
    name, known = endpoint_name(url), trusted_endpoints()
    if name not in known:
        raise ConfigError(f"{name} is not among the trusted endpoints (llmcheck trust lists them)")
    _write({*known} - {name})
    return name


def is_trusted(url: str) -> bool:
    """Whether the user trusts the endpoint. Raises ConfigError when the list cannot be read."""
    return endpoint_name(url) in trusted_endpoints()


def objection(file: Path, place: Place, *, carries_key: bool) -> str:
    """Why nothing is to be sent to a place that only ``file`` names; empty where it may be.

    ``carries_key`` says whether a key would go there that was not made for it. A provider whose
    address is known, and a server on this machine, are asked without one.
    """
    known = place.provider is not None or is_loopback(urlsplit(place.base_url).hostname)
    if known and not carries_key:
        return ""
    name = endpoint_name(place.base_url)
    what = "no key" if known else "nothing"
    return (
        f"{file} names the endpoint {name}, and may have come with the documents: {what} is sent "
        f"there before you trust it (run: llmcheck trust {shlex.quote(name)}) or name it yourself "
        "(--base-url, LLMCHECK_BASE_URL)"
    )


def _list() -> Path:
    return platformdirs.user_config_path("llmcheck") / "trusted-endpoints.txt"


def _write(names: set[str]) -> None:
    path = _list()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, "".join(f"{name}\n" for name in sorted(names)).encode())
    except OSError as error:
        raise ConfigError(f"cannot write to {path}: {error.strerror or error}") from error

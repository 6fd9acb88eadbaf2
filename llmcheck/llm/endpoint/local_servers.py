"""Finds model servers on this machine: what answers ``GET /v1/models`` on the usual ports."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

from llmcheck.models import Frozen

USUAL_PORTS: Mapping[str, int] = MappingProxyType(
    {"Ollama": 11434, "llama.cpp": 8080, "LM Studio": 1234, "vLLM": 8000}
)
"""Where servers listen unless told otherwise."""

_HOST = "127.0.0.1"
_SECONDS = 0.7
_MOST_BYTES = 1_000_000


class LocalServer(Frozen):
    """A server that lists its models."""

    name: str
    """Whose port it is on; another server may have taken it."""
    base_url: str
    models: tuple[str, ...]


def local_servers(ports: Mapping[str, int] = USUAL_PORTS) -> list[LocalServer]:
    """The servers that answer on ``ports`` (by name) of 127.0.0.1, in this order."""
    with ThreadPoolExecutor(max_workers=max(1, len(ports))) as pool:
        found = pool.map(_server, ports, ports.values())
        return [server for server in found if server is not None]


def _server(name: str, port: int) -> LocalServer | None:
    # http.client, which asks no proxy and follows no redirect: nothing leaves this machine.
    connection = http.client.HTTPConnection(_HOST, port, timeout=_SECONDS)
    try:
        connection.request("GET", "/v1/models", headers={"Accept": "application/json"})
        response = connection.getresponse()
        body = response.read(_MOST_BYTES)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    models = _models(body) if response.status == http.HTTPStatus.OK else None
    if models is None:
        return None
    return LocalServer(name=name, base_url=f"http://{_HOST}:{port}/v1", models=tuple(models))


def _models(body: bytes) -> list[str] | None:
    """The ids in a list of models; None when it is something else."""
    try:
        listed: Any = json.loads(body)["data"]
        return [str(model["id"]) for model in listed]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None

"""That tests cannot reach the network, the user's settings or the user's cache."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest
from wire import Endpoint

from llmcheck.settings import load_settings


def test_the_network_is_refused_and_so_is_looking_up_a_host() -> None:
    with pytest.raises(Exception, match="A test tried to use socket"):
        socket.create_connection(("127.0.0.1", 9))
    with pytest.raises(Exception, match="A test tried to use socket"):
        socket.socket()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_where_a_test_asks_for_loopback_it_gets_no_more() -> None:
    with Endpoint([]) as endpoint:
        port = int(endpoint.url.rpartition(":")[2].removesuffix("/v1"))
        socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(Exception, match="A test tried to use socket"):
        socket.create_connection(("192.0.2.1", 9))


def test_an_event_loop_runs_without_the_network() -> None:
    assert asyncio.run(asyncio.to_thread(lambda: "done")) == "done"


def test_nothing_of_the_user_reaches_a_test(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert (settings.model, settings.base_url, settings.api_key) == (None, None, None)
    assert settings.cache is not None
    assert settings.cache.is_relative_to(tmp_path.parent)


def test_the_pytest_plugin_refuses_model_calls_in_this_suite() -> None:
    assert os.environ["LLMCHECK_REFUSE_CALLS"] == "1"

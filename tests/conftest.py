"""What holds for every test: no network, no clock, no settings from outside, its own home."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# Wall clocks fail on a busy machine; what must be fast is held to a limit of processor time.
settings.register_profile(
    "llmcheck", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("llmcheck")

# Set by llmcheck's own pytest plugin, which is active here: it stays, so that no test, and no
# process that a test starts, makes a real call.
_REFUSE_CALLS = "LLMCHECK_REFUSE_CALLS"
_PREFIXES = ("LLMCHECK_", "OPENAI_", "ANTHROPIC_", "GEMINI_", "GOOGLE_", "XDG_")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Refuse the network, before pytest-socket looks at its options.

    A test that serves on loopback asks for it: ``pytest.mark.allow_hosts(["127.0.0.1"])``.
    """
    config.option.disable_socket = True
    # An event loop wakes itself through a pair of these; they reach no other machine.
    config.option.allow_unix_socket = True


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No settings or keys of the user's, and an empty home, where caches would go."""
    for name in os.environ:
        if name.startswith(_PREFIXES) and name != _REFUSE_CALLS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))

"""A headless Chromium for tests, driven over a pipe: no socket, no package, no download.

It speaks the browser's own protocol (https://chromedevtools.github.io/devtools-protocol/):
JSON messages that end in a NUL, on file descriptors 3 (in) and 4 (out) of the browser.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EXECUTABLE = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
"""The browser; None where there is none."""

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-sync "
    "--disable-component-update --disable-dev-shm-usage --no-first-run --remote-debugging-pipe"
).split()
_SECONDS = 60.0
# Moves the pipes to where the browser looks for them, then becomes it.
_MOVED = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Tab:
    """The one tab of a browser, and what happened in it."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._buffer = b""
        self._calls = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers. Raises AssertionError when it refuses or stays silent."""
        self._calls += 1
        message: dict[str, Any] = {"id": self._calls, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._calls:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, url: str, width: int = 1280, height: int = 800, dark: bool = False) -> None:
        """Go to a page, at a size and in a colour scheme, and wait until it is loaded."""
        self.resize(width, height, dark)
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._next()

    def resize(self, width: int, height: int, dark: bool) -> None:
        """Lay the page out anew."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call("Emulation.setEmulatedMedia", features=[scheme, still])

    def run(self, script: str) -> Any:
        """The value of an expression in the page (of the promise, if it is one)."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def requests(self) -> list[str]:
        """The addresses that the page asked for, its own first."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """What the console shows: messages, refusals, exceptions."""
        shown = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(e["params"]) for e in self.events if e["method"] in shown]

    def picture(self, whole: bool = False) -> bytes:
        """A PNG of what is seen, or of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def printed(self) -> bytes:
        """A PDF of the page on A4."""
        sheet = self.call(
            "Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True
        )
        return base64.b64decode(sheet["data"])

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + _SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], deadline - time.monotonic())
            assert ready, "the browser says nothing"
            chunk = os.read(self._from, 1 << 20)
            assert chunk, "the browser went away"
            self._buffer += chunk
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        if "method" in message:
            self.events.append(message)
        return message


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Tab]:
    """A tab of a browser that keeps its files in ``profile``, an empty folder."""
    assert EXECUTABLE is not None
    command_out, command_in = os.pipe()
    answer_out, answer_in = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _MOVED,
            str(command_out),
            str(answer_in),
            EXECUTABLE,
            *_FLAGS,
            f"--user-data-dir={profile}",
        ],
        pass_fds=(command_out, answer_in),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(command_out)
    os.close(answer_in)
    try:
        yield Tab(command_in, answer_out)
    finally:
        os.close(command_in)
        os.close(answer_out)
        # Nothing of it is kept, so its whole family may go at once.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

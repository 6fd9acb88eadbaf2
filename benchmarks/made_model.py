"""A made-up model for the made-up corpora of generate.py, behind HTTP: it takes time, and no GPU.

    python benchmarks/made_model.py --port 8099 [--latency 0.5]

It speaks the protocol of OpenAI's chat completions, knows the wordings of generate.py's facts and
finds what documents say alike or otherwise of a thing of one name; of look-alikes it says nothing.
So runs of any size end in findings, and what they take without a model can be measured.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_LINE = re.compile(r"^(\d+)\.(\d+) (.+)$", re.M)
_PASSAGE = re.compile(r"^PASSAGE (\d+) .*?>>(.+?)<<", re.M)
_PAIR = re.compile(r"^PAIR (\d+): passages (\d+) and (\d+)\.", re.M)
_NAME = re.compile(r"\b(?!The\b|They\b|At\b|Last\b)[A-Z][a-z]+")
_VALUE = re.compile(r"\d+")


def answer(system: str, user: str) -> dict[str, Any]:
    """What it answers to a prompt of the survey, the judge or the merging."""
    if "PASSAGE 1 " in user:
        return {"pairs": list(_judged(user))}
    if "DOCUMENT 1: " in user:
        return _surveyed(user)
    return {"same": []}


def _surveyed(user: str) -> dict[str, Any]:
    said: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for part, number, line in _LINE.findall(user):
        found = _VALUE.search(line), _NAME.search(line)
        if found[0] and found[1] and not line.startswith("In "):
            said[found[1][0]][found[0][0]].append(f"{part}.{number}")
    disputes, agreements = [], []
    for name, values in said.items():
        positions = [{"answer": value, "sentences": at} for value, at in values.items()]
        if len(positions) > 1:
            disputes.append(
                {"question": f"Which figure is right for {name}?", "positions": positions}
            )
        elif len(positions[0]["sentences"]) > 1:
            (value,) = values
            statement = f"The figure for {name} is {value}."
            agreements.append({"statement": statement, "sentences": positions[0]["sentences"]})
    return {"disputes": disputes, "lookalikes": [], "agreements": agreements}


def _judged(user: str) -> Any:
    shown = dict(_PASSAGE.findall(user))
    for number, *sides in _PAIR.findall(user):
        a, b = ((_VALUE.search(shown[side]) or [""])[0] for side in sides)
        yield {
            "pair": int(number), "a": a, "b": b, "why": "The figures differ.",
            "verdict": "contradiction" if a != b else "agreement",
            "kind": "numeric" if a != b else "none",
        }  # fmt: skip


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """The body of the answer to a request's body."""
    said = {message["role"]: message["content"] for message in request["messages"]}
    content = json.dumps(answer(said["system"], said["user"]))
    message = {"role": "assistant", "content": content}
    sent, made = (len(text) // 4 for text in ("".join(said.values()), content))
    return {
        "id": "made", "object": "chat.completion", "created": 0, "model": request["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made},
    }  # fmt: skip


def serve(port: int, latency: float) -> ThreadingHTTPServer:
    """A server on loopback that waits ``latency`` seconds before each answer; not yet running."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.dumps(completion(json.loads(self.rfile.read(length)))).encode()
            time.sleep(latency)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--latency", type=float, default=0.5, metavar="SECONDS")
    options = parser.parse_args()
    serve(options.port, options.latency).serve_forever()


if __name__ == "__main__":
    main()

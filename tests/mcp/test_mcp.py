"""The MCP server, driven by the official client over stdio as a process of its own."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from builders import Script
from repository import ROOT
from wire import Answer, Endpoint, completion

pytest.importorskip("mcp", reason="needs the extra mcp")

from mcp import Client, StdioServerParameters

from llmcheck import Checker, Corpus, RecordingLLM, Settings
from llmcheck.cli.main import main
from llmcheck.llm.port import Call

TEXTS = {
    "gazette.txt": "The pier at Lindby cost 40 million crowns. It opened in May.\n\nShare this.\n",
    "courier.txt": "They paid 52 million crowns for the pier. It opened in May.\n",
}
REPLAY = ("--replay", "recorded")

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "0"},
    },
}

R = TypeVar("R")


def read(call: Call) -> Any:
    """Every sentence is one claim, or padding."""
    shown = re.findall(r"^(\d+) (.*)$", call.user, re.MULTILINE)
    idle = [int(number) for number, line in shown if line == "Share this."]
    return {
        "padding": [{"first": n, "last": n, "kind": "site_chrome"} for n in idle],
        "claims": [
            {"sentences": [int(number)], "claim": "", "source": ""}
            for number, _ in shown
            if int(number) not in idle
        ],
    }


def survey(call: Call) -> Any:
    """What the pier cost is in dispute."""
    costs = re.findall(r"^(\d+\.\d+) .*?(\d+ million)", call.user, re.MULTILINE)
    positions = [{"answer": answer, "sentences": [number]} for number, answer in costs]
    opened = re.findall(r"^(\d+\.\d+) It opened", call.user, re.MULTILINE)
    return {
        "disputes": [{"question": "What did the pier cost?", "positions": positions}],
        "lookalikes": [],
        "agreements": [{"statement": "It opened in May.", "sentences": opened}],
    }


JUDGED = {
    "pairs": [
        {"pair": 1, "a": "", "b": "", "why": "-", "verdict": "contradiction", "kind": "numeric"}
    ]
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents under ``docs`` and a recording of all that is asked of them."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "docs").mkdir()
    for name, text in TEXTS.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    script = Script(reading=read, survey=survey, judge=JUDGED)
    llm = RecordingLLM(script, folder / "recorded", synthetic=True)
    checker = Checker("tiny", settings=Settings(), llm=llm)
    corpus = Corpus.read(folder / "docs")
    assert checker.check(corpus).disputes
    assert checker.claims(corpus).padding
    return folder


def drive(
    use: Callable[[Client], Awaitable[R]], *arguments: str, cwd: Path = ROOT, **environ: str
) -> R:
    """Start the server with ``arguments`` and let ``use`` talk to it."""

    async def session() -> R:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "llmcheck", "mcp", *arguments],
            env={"HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT), **environ},
            cwd=cwd,
        )
        async with Client(server) as client:
            return await use(client)

    return asyncio.run(session())


def call(tool: str, given: dict[str, Any], *arguments: str, **more: Any) -> Any:
    return drive(lambda client: client.call_tool(tool, given), *arguments, **more)


def error_of(result: Any) -> str:
    assert result.is_error
    return str(result.content[0].text)


def test_the_tools_are_listed_with_typed_arguments_and_results(desk: Path) -> None:
    async def listed(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in drive(listed, *REPLAY, cwd=desk)}

    assert set(tools) == {"check", "claims", "padding"}
    for tool in tools.values():
        assert set(tool.input_schema["properties"]) == {"paths", "texts"}
        assert tool.annotations.read_only_hint
        assert tool.description
        assert "complete" in tool.output_schema["properties"]
    positions = tools["check"].output_schema["$defs"]["PositionResult"]["properties"]
    assert positions["passages"]["description"].startswith("Where they give it")


def test_check_gives_disputes_with_the_exact_words_of_the_documents_and_tells_how_far_it_is(
    desk: Path,
) -> None:
    told: list[tuple[float, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async def check(client: Client) -> Any:
        return await client.call_tool("check", {"paths": ["docs"]}, progress_callback=note)

    result = drive(check, *REPLAY, cwd=desk)

    assert not result.is_error
    found = result.structured_content
    assert found["complete"], found["failures"]
    assert found["cut"] is None
    (dispute,) = found["disputes"]
    assert {p["answer"] for p in dispute["positions"]} == {"40 million", "52 million"}
    for position in dispute["positions"]:
        (passage,) = position["passages"]
        text = (desk / passage["document"]).read_text(encoding="utf-8")
        assert text[passage["start"] : passage["end"]] == passage["quote"]
        assert position["answer"] in passage["quote"]
    assert [a["statement"] for a in found["agreements"]] == ["It opened in May."]
    assert "replayed" in found["usage"]
    assert json.loads(result.content[0].text) == found

    counts = [count for count, _ in told]
    assert counts == sorted(set(counts))
    stages = [str(message).partition(":")[0] for _, message in told]
    assert stages == ["survey", "judging"]


def test_claims_and_padding_take_paths_and_texts(desk: Path) -> None:
    name, text = "gazette.txt", TEXTS["gazette.txt"]

    async def both(client: Client) -> Any:
        return [
            await client.call_tool("claims", {"paths": [name]}),
            await client.call_tool("claims", {"texts": {"here": text}}),
            await client.call_tool("padding", {"paths": [name], "texts": {"here": text}}),
        ]

    by_path, by_text, padding = (
        r.structured_content for r in drive(both, *REPLAY, "--root", "docs", cwd=desk)
    )
    assert [c["claim"] for c in by_path["claims"]] == [c["claim"] for c in by_text["claims"]]
    assert {c["passage"]["document"] for c in by_path["claims"]} == {name}
    assert {c["passage"]["document"] for c in by_text["claims"]} == {"here"}
    assert [d["copy_of"] for d in padding["documents"]] == [None, name]
    assert {p["passage"]["quote"] for p in padding["padding"]} == {"Share this."}


def test_errors_of_use_are_tool_errors_that_say_what_to_do(tmp_path: Path, desk: Path) -> None:
    (tmp_path / "a.txt").write_text("The pier opened in May.")

    async def ask(client: Client) -> list[Any]:
        return [
            await client.call_tool("check", given)
            for given in (
                {"paths": ["a.txt"]},
                {"paths": ["../x.txt"]},
                {"paths": ["absent.txt"]},
                {},
            )
        ]

    unset = drive(ask, cwd=tmp_path)
    assert "set OPENAI_API_KEY" in error_of(unset[0])
    replayed = drive(ask, "--replay", str(desk / "recorded"), cwd=tmp_path)
    said = [error_of(result) for result in replayed]
    assert "no call was answered" in said[0]
    assert "has no recording of this" in said[0]
    assert "may not read" in said[1]
    assert "no such file or folder" in said[2]
    assert "give paths, or texts by name" in said[3]


NOTHING = json.dumps({"padding": [], "claims": []})


def held_back_from(number: int, released: threading.Event) -> Iterator[Answer]:
    """Answers without end; the one of this number and those after it wait for ``released``."""
    for n in itertools.count(1):
        if n >= number:
            released.wait(30)
        yield completion(NOTHING)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_call_that_is_cancelled_asks_the_model_nothing_more() -> None:
    texts = {f"t{n}": f"Mayor Ulla Brandt said that pier {n} was built." for n in range(40)}
    released = threading.Event()

    async def cancelled(client: Client) -> int:
        task = asyncio.create_task(client.call_tool("claims", {"texts": texts}))
        while len(endpoint.requests) < 3:
            await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.3)
        released.set()
        await asyncio.sleep(0.7)
        return len(endpoint.requests)

    with Endpoint(held_back_from(3, released)) as endpoint:
        asked = drive(
            cancelled,
            "--base-url", endpoint.url, "--model", "m", "--concurrency", "1", "--no-cache",
            LLMCHECK_REFUSE_CALLS="",
        )  # fmt: skip
        schemas = [str(request.body.get("response_format")) for request in endpoint.requests]
    assert asked == 3
    assert all("padding" in schema for schema in schemas)


def test_nothing_but_the_protocol_goes_to_stdout(desk: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "llmcheck", "mcp", *REPLAY],
        input=json.dumps(HELLO) + "\nthis is no JSON\n",
        capture_output=True,
        text=True,
        cwd=desk,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    messages = [json.loads(line) for line in ran.stdout.splitlines()]
    assert messages[0]["result"]["serverInfo"]["name"] == "llmcheck"
    assert all(message["jsonrpc"] == "2.0" for message in messages)


def test_a_root_that_is_no_folder_is_refused_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["mcp", "--root", "no/such/folder"])
    assert ended.value.code == 2
    assert "--root no/such/folder: must be a folder" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_ctrl_c_ends_the_server_though_its_client_is_still_there(desk: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "llmcheck", "mcp", *REPLAY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=desk,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(HELLO).encode() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130

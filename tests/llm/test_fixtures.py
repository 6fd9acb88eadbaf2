"""Recording answers as files and replaying them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from calls import Answer, echo, make_call
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, create_model
from repository import ROOT

from llmcheck.errors import (
    ConfigError,
    CorruptRecord,
    FixtureMissing,
    InvalidReply,
    LLMError,
    ProviderError,
    TooLong,
)
from llmcheck.llm.fake import FakeLLM
from llmcheck.llm.port import Call, Reply, T
from llmcheck.llm.recording import record as recording
from llmcheck.llm.recording.record import RecordingLLM
from llmcheck.llm.recording.replay import ReplayLLM
from llmcheck.tokens import Tokens


def record(directory: Path, *calls: Call, inner: FakeLLM | None = None) -> RecordingLLM:
    llm = RecordingLLM(inner or echo(), directory)
    for call in calls or (make_call(),):
        llm.complete(call, Answer)
    return llm


def only_file(directory: Path) -> Path:
    (path,) = directory.glob("*/*.json")
    return path


def files_of(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


def test_a_recorded_answer_is_replayed(directory: Path) -> None:
    class CountingTokens:
        def complete(self, call: Call, schema: type[T]) -> Reply[T]:
            reply = echo().complete(call, schema)
            return Reply(reply.value, reply.raw, Tokens(120, 7), "model")

    made = RecordingLLM(CountingTokens(), directory).complete(make_call(), Answer)
    replayed = ReplayLLM(directory).complete(make_call(), Answer)
    assert made.origin == "model"
    assert (replayed.value, replayed.tokens, replayed.origin) == (
        made.value, Tokens(120, 7), "replay",
    )  # fmt: skip


def test_a_recording_is_one_readable_file_per_call(directory: Path) -> None:
    call = make_call("How tall?\nThe lantern is at 41 m – says the keeper.")
    record(directory, call, inner=FakeLLM(lambda call: {"text": "41 m – tall"}))
    path = directory / "ask.v1" / f"{call.key[:16]}.json"
    content = path.read_text(encoding="utf-8")
    assert json.loads(content) == {
        "call": {
            "model": "tiny",
            "parameters": {"max_tokens": 50, "temperature": 0.0},
            "prompt": "ask.v1",
            "prompt_digest": "0" * 64,
            "schema_digest": call.identity["schema_digest"],
            "system_digest": call.identity["system_digest"],
            "user": ["How tall?", "The lantern is at 41 m – says the keeper."],
        },
        "key": call.key,
        "reply": {"text": "41 m – tall"},
        "tokens": {"input": 0, "output": 0},
    }
    assert "41 m – tall" in content
    assert content.endswith("}\n")


@given(text=st.text(st.characters(exclude_categories=["Cs"])), question=st.text())
def test_any_call_and_answer_survive(
    tmp_path_factory: pytest.TempPathFactory, text: str, question: str
) -> None:
    directory = tmp_path_factory.getbasetemp() / "any-text"
    call = make_call(question)
    record(directory, call, inner=FakeLLM(lambda call: Answer(text=text)))
    assert ReplayLLM(directory).complete(call, Answer).value == Answer(text=text)


def test_half_of_a_surrogate_pair_in_a_document_can_be_recorded(directory: Path) -> None:
    call = make_call("the price was \ud83d per night")
    record(directory, call, inner=FakeLLM(lambda call: Answer(text="unknown")))
    assert ReplayLLM(directory).complete(call, Answer).value.text == "unknown"


def test_recordings_are_json_proper(directory: Path) -> None:
    class Measure(BaseModel):
        value: float

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    RecordingLLM(FakeLLM(lambda call: '{"value": 1e999}'), directory).complete(
        make_call(), Measure
    )
    json.loads(only_file(directory).read_text(), parse_constant=refuse)


@pytest.mark.parametrize(
    ("annotation", "raw"),
    [
        (float, '{"value": 1e999}'),
        (float, '{"value": NaN}'),
        (float, '{"value": 0.30000000000000004}'),
        (int, '{"value": 123456789012345678901234567890}'),
        (dict[str, int], '{"value": {"b": 1, "a": 2}}'),
    ],
    ids=["infinite", "nan", "float", "long", "order"],
)
def test_what_is_replayed_is_what_was_answered(directory: Path, annotation: Any, raw: str) -> None:
    schema = create_model("Schema", value=(annotation, ...))
    made = RecordingLLM(FakeLLM(lambda call: raw), directory).complete(make_call(), schema)
    replayed = ReplayLLM(directory).complete(make_call(), schema)
    assert repr(replayed.value) == repr(made.value)


# --- that no whole answer came


def cut_off(call: Call) -> Answer:
    raise InvalidReply("it was cut off", call_key=call.key, prompt=call.prompt)


def too_long(call: Call) -> Answer:
    raise TooLong("the text is too long", call_key=call.key, prompt=call.prompt)


def away(call: Call) -> Answer:
    raise ProviderError("down", call_key=call.key, prompt=call.prompt)


@pytest.mark.parametrize("fail", [cut_off, too_long])
def test_that_no_whole_answer_came_is_recorded_where_the_caller_asks_in_parts_then(
    directory: Path, fail: Callable[[Call], Answer]
) -> None:
    call = make_call(splittable=True)
    with pytest.raises(LLMError) as made:
        record(directory, call, inner=FakeLLM(fail))
    assert json.loads(only_file(directory).read_text()) == {
        "call": {**call.identity, "user": [call.user]},
        "key": call.key,
        "failed": str(made.value),
        "tokens": {"input": 0, "output": 0},
    }
    replay = ReplayLLM(directory)
    with pytest.raises(InvalidReply, match=str(made.value)) as replayed:
        replay.complete(call, Answer)
    assert (replayed.value.call_key, replayed.value.prompt) == (call.key, "ask.v1")
    assert replay.unused() == []


@pytest.mark.parametrize(
    ("fail", "splittable"), [(cut_off, False), (too_long, False), (away, True)]
)
def test_a_failure_that_asking_in_parts_does_not_mend_is_not_recorded(
    directory: Path, fail: Callable[[Call], Answer], splittable: bool
) -> None:
    with pytest.raises(LLMError):
        record(directory, make_call(splittable=splittable), inner=FakeLLM(fail))
    assert files_of(directory) == {}


def test_a_recorded_failure_gives_way_to_an_answer_and_an_answer_to_a_failure(
    directory: Path,
) -> None:
    call = make_call(splittable=True)
    with pytest.raises(InvalidReply):
        record(directory, call, inner=FakeLLM(cut_off))
    record(directory, call)
    assert ReplayLLM(directory).complete(call, Answer).value.text == call.user
    with pytest.raises(InvalidReply):
        record(directory, call, inner=FakeLLM(cut_off))
    with pytest.raises(InvalidReply, match="it was cut off"):
        ReplayLLM(directory).complete(call, Answer)


def test_a_recorded_failure_belongs_to_the_run_that_recorded_it(directory: Path) -> None:
    record(directory, make_call("old"))
    llm = RecordingLLM(FakeLLM(cut_off), directory)
    with pytest.raises(InvalidReply):
        llm.complete(make_call("new", splittable=True), Answer)
    assert [path.stem for path in llm.prune()] == [make_call("old").key[:16]]
    assert only_file(directory).stem == make_call("new").key[:16]


def test_an_altered_failure_is_an_error_that_names_its_file(directory: Path) -> None:
    call = make_call(splittable=True)
    with pytest.raises(InvalidReply):
        record(directory, call, inner=FakeLLM(cut_off))
    alter(lambda content: content["call"].update(user=["Who built it?"]))(only_file(directory))
    with pytest.raises(CorruptRecord, match=only_file(directory).name):
        ReplayLLM(directory).complete(call, Answer)


# --- recording again


def test_recording_the_same_answer_again_touches_no_file(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_today", lambda: date(2031, 5, 1))
    record(directory)
    before = files_of(directory)
    for path in directory.rglob("*.json"):
        os.utime(path, (1, 1))
    monkeypatch.setattr(recording, "_today", lambda: date(2031, 5, 2))
    record(directory, make_call(parameters={"max_tokens": 50, "temperature": 0.0}))
    assert files_of(directory) == before
    assert {path.stat().st_mtime for path in directory.rglob("*.json")} == {1}


def test_a_changed_answer_replaces_the_file_and_dates_the_manifest(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_today", lambda: date(2031, 5, 1))
    record(directory)
    monkeypatch.setattr(recording, "_today", lambda: date(2031, 5, 2))
    record(directory, inner=FakeLLM(lambda call: Answer(text="94 m")))
    replay = ReplayLLM(directory)
    assert replay.complete(make_call(), Answer).value.text == "94 m"
    assert replay.manifest.recorded == date(2031, 5, 2)


def test_prune_removes_what_this_run_did_not_record(directory: Path) -> None:
    record(directory, make_call("old"), make_call("gone", prompt="ask.v0"))
    (directory / "ask.v1" / "notes.json").write_text("{}")
    llm = record(directory, make_call("new"))
    removed = llm.prune()
    assert len(removed) == 2
    assert not (directory / "ask.v0").exists()
    assert (directory / "ask.v1" / "notes.json").exists()
    assert ReplayLLM(directory).complete(make_call("new"), Answer)
    with pytest.raises(FixtureMissing):
        ReplayLLM(directory).complete(make_call("old"), Answer)


def test_an_interrupted_write_leaves_the_old_recording(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(directory)
    before = files_of(directory)

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ConfigError, match="No space left"):
        record(directory, inner=FakeLLM(lambda call: Answer(text="94 m")))
    assert files_of(directory) == before


# --- the manifest


def test_the_manifest_says_what_was_recorded(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_today", lambda: date(2031, 5, 1))
    monkeypatch.setattr(recording, "_version", lambda: "9.9")
    llm = RecordingLLM(echo(), directory, settings={"server": "a server 1.2"}, synthetic=True)
    llm.complete(make_call(), Answer)
    assert json.loads((directory / "recording.json").read_text()) == {
        "format": 1,
        "model": "tiny",
        "recorded": "2031-05-01",
        "llmcheck": "9.9",
        "settings": {"server": "a server 1.2"},
        "synthetic": True,
    }
    assert ReplayLLM(directory).model == "tiny"


def test_a_lost_manifest_is_written_again_by_recording(directory: Path) -> None:
    record(directory)
    (directory / "recording.json").unlink()
    record(directory)
    assert ReplayLLM(directory).model == "tiny"


@pytest.mark.parametrize("first", [True, False])
def test_real_and_made_up_answers_do_not_share_a_directory(directory: Path, first: bool) -> None:
    RecordingLLM(echo(), directory, synthetic=first).complete(make_call(), Answer)
    with pytest.raises(ConfigError, match="another directory"):
        RecordingLLM(echo(), directory, synthetic=not first)


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("{", "no JSON"),
        ('{"format": 2, "model": "m", "recorded": "2031-05-01", "llmcheck": "9"}', "format"),
        ("[]", "manifest"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(
    directory: Path, manifest: str, reason: str
) -> None:
    record(directory)
    (directory / "recording.json").write_text(manifest)
    with pytest.raises(ConfigError, match=reason) as caught:
        ReplayLLM(directory)
    assert str(directory / "recording.json") in str(caught.value)


def test_replaying_what_is_no_recording_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--record") as absent:
        ReplayLLM(tmp_path / "absent")
    assert "does not exist" in str(absent.value)
    with pytest.raises(ConfigError, match=r"recording\.json"):
        ReplayLLM(tmp_path)


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="file/recordings"):
        RecordingLLM(echo(), tmp_path / "file" / "recordings")


# --- replaying


def test_a_recording_replays_in_another_folder(directory: Path, tmp_path: Path) -> None:
    record(directory)
    assert str(tmp_path).encode() not in b"".join(files_of(directory).values())
    moved = shutil.move(directory, tmp_path / "elsewhere")
    assert ReplayLLM(moved).complete(make_call(), Answer).origin == "replay"


def test_replaying_opens_only_the_files_it_needs(directory: Path) -> None:
    record(directory, make_call("one"), make_call("two"))
    other = directory / "ask.v1" / f"{make_call('two').key[:16]}.json"
    other.write_text("not read")
    assert ReplayLLM(directory).complete(make_call("one"), Answer).value.text == "one"


def test_unused_lists_what_no_call_asked_for(directory: Path) -> None:
    record(directory, make_call("one"), make_call("two"))
    replay = ReplayLLM(directory)
    replay.complete(make_call("one"), Answer)
    assert replay.unused() == [directory / "ask.v1" / f"{make_call('two').key[:16]}.json"]


def alter(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return edit


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-30]),
        lambda path: path.write_bytes(b"\xff\xfe"),
        lambda path: (path.unlink(), path.mkdir()),
        alter(lambda content: content["call"].update(user=["How tall was the lighthouse?"])),
        alter(lambda content: content["call"].update(user="How tall is the lighthouse?")),
        alter(lambda content: content["call"].pop("user")),
        alter(lambda content: content["call"].update(model="another")),
        alter(lambda content: content.update(key="0" * 64)),
        alter(lambda content: content.update(reply={"text": 5})),
        alter(lambda content: content.pop("tokens")),
    ],
    ids=["cut", "bytes", "folder", "user", "lines", "no-user", "model", "key", "reply", "tokens"],
)
def test_a_damaged_or_altered_file_is_an_error_that_names_it(
    directory: Path, damage: Callable[[Path], object]
) -> None:
    record(directory)
    path = only_file(directory)
    damage(path)
    with pytest.raises(CorruptRecord) as caught:
        ReplayLLM(directory).complete(make_call(), Answer)
    assert str(path) in str(caught.value)
    assert (caught.value.call_key, caught.value.prompt) == (make_call().key, "ask.v1")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (make_call(model="large"), "model (recorded 'tiny', asked 'large')"),
        (make_call(parameters={"temperature": 0.5}), "parameters (recorded {'max_tokens': 50"),
        (make_call(prompt_digest="1" * 64), "prompt_digest (the prompt file has changed)"),
        (make_call(system="Be brief."), "system_digest (the system message has changed)"),
        (make_call(schema={}), "schema_digest (the schema of the answer has changed)"),
        (make_call(prompt="ask.v2"), "prompt (recorded 'ask.v1', asked 'ask.v2')"),
        (make_call("How tall is the chimney?"), "recorded 'How tall is the lighthouse?'"),
    ],
    ids=["model", "parameters", "prompt-file", "system", "schema", "prompt", "user"],
)
def test_a_missing_recording_names_what_differs_from_the_nearest(
    directory: Path, asked: Call, said: str
) -> None:
    record(directory)
    with pytest.raises(FixtureMissing) as caught:
        ReplayLLM(directory).complete(asked, Answer)
    message = str(caught.value)
    assert said in message
    assert message.count("recorded ") + message.count("has changed") == 1
    assert f"--record {directory}" in message
    assert caught.value.call_key == asked.key


def test_the_nearest_recording_is_the_most_similar_of_the_same_prompt(directory: Path) -> None:
    preamble = "Read both claims.\n"
    near = make_call(preamble + "The pier opened in 1901 to visitors.")
    record(
        directory,
        make_call(preamble + "Herring is salted at sea."),
        near,
        make_call(preamble + "The pier opened in 1902 to visitors.", prompt="other.v1"),
    )
    with pytest.raises(FixtureMissing) as caught:
        ReplayLLM(directory).complete(
            make_call(preamble + "The pier opened in 1903 to visitors."), Answer
        )
    assert f"ask.v1/{near.key[:16]}.json" in str(caught.value)
    assert "from line 2" in str(caught.value)
    assert "1901" in str(caught.value)
    assert "1903" in str(caught.value)


def test_a_miss_is_explained_beside_damaged_files_and_in_an_empty_directory(
    directory: Path,
) -> None:
    record(directory)
    only_file(directory).write_text("{")
    with pytest.raises(FixtureMissing, match="none"):
        ReplayLLM(directory).complete(make_call("other"), Answer)


def test_importing_the_module_does_not_import_rapidfuzz() -> None:
    code = "import sys, llmcheck.llm.recording.replay; sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

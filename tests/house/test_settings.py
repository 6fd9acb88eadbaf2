"""Settings: which source wins, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import platformdirs
import pytest

from llmcheck.errors import ConfigError
from llmcheck.settings import Settings, load_settings, sourced_settings


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings(
        model=None,
        base_url=None,
        api_key=None,
        effort=None,
        cache=platformdirs.user_cache_path("llmcheck"),
        replay=None,
        record=None,
        max_calls=None,
        max_tokens=None,
        max_cost=None,
        price_in=None,
        price_out=None,
        table_tokens=24_000,
        language=None,
        concurrency=4,
        timeout=600.0,
        silence=(),
        select=("LC",),
        ignore=(),
        min_confidence=0.0,
        extra={},
        allow_private_urls=False,
    )


def test_an_override_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    write(tmp_path, "llmcheck.toml", 'model = "file"\nconcurrency = 2\nmax_calls = 7')
    environ = {"LLMCHECK_MODEL": "environment", "LLMCHECK_CONCURRENCY": "3"}

    settings = load_settings(tmp_path, environ, model="override", timeout=None)

    assert (settings.model, settings.concurrency, settings.max_calls) == ("override", 3, 7)
    assert settings.timeout == 600.0


def test_every_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    environ = {
        "LLMCHECK_MODEL": "small",
        "LLMCHECK_BASE_URL": "http://localhost:8080/v1",
        "LLMCHECK_API_KEY": "k",
        "LLMCHECK_EFFORT": "low",
        "LLMCHECK_CACHE": "kept",
        "LLMCHECK_RECORD": "recorded",
        "LLMCHECK_MAX_CALLS": "9",
        "LLMCHECK_MAX_TOKENS": "90000",
        "LLMCHECK_MAX_COST": "1.5",
        "LLMCHECK_PRICE_IN": "0.1",
        "LLMCHECK_PRICE_OUT": "0.4",
        "LLMCHECK_TABLE_TOKENS": "3000",
        "LLMCHECK_LANGUAGE": "de",
        "LLMCHECK_CONCURRENCY": "8",
        "LLMCHECK_TIMEOUT": "30",
        "LLMCHECK_SELECT": "LC101, LC11,",
        "LLMCHECK_IGNORE": "LC110",
        "LLMCHECK_MIN_CONFIDENCE": "0.75",
        "LLMCHECK_ALLOW_PRIVATE_URLS": "true",
    }
    assert load_settings(tmp_path, environ) == Settings(
        model="small",
        base_url="http://localhost:8080/v1",
        api_key="k",
        effort="low",
        cache=Path("kept"),
        record=Path("recorded"),
        max_calls=9,
        max_tokens=90_000,
        max_cost=1.5,
        price_in=0.1,
        price_out=0.4,
        table_tokens=3000,
        language="de",
        concurrency=8,
        timeout=30.0,
        select=("LC101", "LC11"),
        ignore=("LC110",),
        min_confidence=0.75,
        allow_private_urls=True,
    )
    assert load_settings(tmp_path, {"LLMCHECK_REPLAY": "r"}).replay == Path("r")


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"LLMCHECK_CONCURRENCY": ""}).concurrency == 4


# --- keys ---


def test_openai_variables_fill_in_and_give_way(tmp_path: Path) -> None:
    openai = {"OPENAI_API_KEY": "theirs", "OPENAI_BASE_URL": "https://theirs.example"}
    settings = load_settings(tmp_path, openai)
    assert (settings.api_key, settings.base_url) == ("theirs", "https://theirs.example")

    own = {"LLMCHECK_API_KEY": "ours", "LLMCHECK_BASE_URL": "https://ours.example"}
    settings = load_settings(tmp_path, openai | own)
    assert (settings.api_key, settings.base_url) == ("ours", "https://ours.example")


def test_no_representation_shows_the_key() -> None:
    settings = Settings(api_key="sk-secret")
    assert "sk-secret" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("llmcheck.toml", 'api_key = "sk-secret"'),
        ("pyproject.toml", '[tool.llmcheck]\napi_key = "sk-secret"'),
    ],
)
def test_a_key_in_a_file_is_refused_and_not_repeated(tmp_path: Path, name: str, text: str) -> None:
    path = write(tmp_path, name, text)
    with pytest.raises(ConfigError, match="LLMCHECK_API_KEY") as caught:
        load_settings(tmp_path, {})
    assert str(path) in str(caught.value)
    assert "sk-secret" not in str(caught.value)


# --- files ---


def test_the_nearest_file_upwards_counts_and_its_paths_are_relative_to_it(tmp_path: Path) -> None:
    write(tmp_path, "llmcheck.toml", 'model = "far"')
    write(
        tmp_path / "near",
        "pyproject.toml",
        '[tool.llmcheck]\nmodel = "near"\ncache = "kept"\nreplay = "/abs"',
    )
    start = tmp_path / "near" / "a" / "b"
    start.mkdir(parents=True)

    settings = load_settings(start, {})

    assert settings.model == "near"
    assert settings.cache == tmp_path / "near" / "kept"
    assert settings.replay == Path("/abs")


def test_a_pyproject_of_someone_else_is_passed_by(tmp_path: Path) -> None:
    write(tmp_path, "llmcheck.toml", 'model = "far"')
    write(tmp_path / "near", "pyproject.toml", '[tool.other]\nmodel = "no"')
    assert load_settings(tmp_path / "near", {}).model == "far"


def test_llmcheck_toml_beats_pyproject_in_the_same_folder(tmp_path: Path) -> None:
    write(tmp_path, "llmcheck.toml", 'model = "own"')
    write(tmp_path, "pyproject.toml", '[tool.llmcheck]\nmodel = "shared"')
    assert load_settings(tmp_path, {}).model == "own"


def test_the_home_folder_may_be_written_as_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    write(tmp_path, "llmcheck.toml", 'cache = "~/kept"')
    assert load_settings(tmp_path, {}).cache == tmp_path / "home" / "kept"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('modle = "x"', "modle: there is no such setting"),
        ('concurrency = "4"', "concurrency: input should be a valid integer"),
        ("concurrency = true", "concurrency: input should be a valid integer"),
        ("concurrency = 0", "concurrency: input should be greater than or equal to 1"),
        ("table_tokens = 99", "table_tokens: input should be greater than or equal to 100"),
        ('language = "German"', "language: string should match pattern"),
        ('language = ""', "language: string should match pattern"),
        ("timeout = 0", "timeout: input should be greater than 0"),
        ("max_cost = nan", "max_cost: input should be a finite number"),
        ("max_calls = -1", "max_calls: input should be greater than or equal to 0"),
        ("model = 3", "model: input should be a valid string"),
        ("cache = true", "cache: input is not a valid path"),
        ("max_tokens = 1.5", "max_tokens: input should be a valid integer"),
        ("price_in = -1", "price_in: input should be greater than or equal to 0"),
        ('effort = "very much"', "effort: string should match pattern"),
        ("extra = 3", "extra: input should be a valid dictionary"),
        ("extra.at = 2026-01-01", "extra.at"),
        ('[extra]\nmodel = "x"', "extra: model cannot be set"),
        ('select = "LC2"', "select: no code of check begins with 'LC2': see llmcheck rule"),
        ('ignore = ["LC102", "numeric"]', "ignore: no code of check begins with 'numeric'"),
        ("ignore = 102", "ignore: input should be a valid tuple"),
        ("min_confidence = 80", "min_confidence: input should be less than or equal to 1"),
        ('base_url = "http:///v1"', "base_url: has no host"),
        ('base_url = "http://host:99999/v1"', "base_url: its port is no number from 1 to 65535"),
        ('base_url = "http://host:0/v1"', "base_url: its port is no number from 1 to 65535"),
        ('base_url = "http://a:8o/v1"', "base_url: its port is no number from 1 to 65535"),
        ('base_url = "localhost:8080"', "base_url: string should match pattern"),
        ("model =", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_is_named_with_the_key(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, "llmcheck.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})
    assert f"{path}: {said}" in str(caught.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "llmcheck.toml").write_bytes(b'model = "\xff"')
    with pytest.raises(ConfigError, match=r"llmcheck\.toml: cannot be read as TOML"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nllmcheck = 3"])
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, "pyproject.toml", text)
    with pytest.raises(ConfigError, match="must be a table"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize("key", ["cache", "record"])
@pytest.mark.parametrize("folder", ["../out", "/elsewhere", "~/out", "link/out"])
def test_a_file_chooses_no_folder_outside_of_its_own_to_write_to(
    tmp_path: Path, key: str, folder: str
) -> None:
    path = write(tmp_path / "set", "llmcheck.toml", f'{key} = "{folder}"')
    (tmp_path / "set" / "link").symlink_to(tmp_path)
    with pytest.raises(ConfigError, match=f"{key}: .*outside.*--{key}") as caught:
        load_settings(tmp_path / "set", {})
    assert str(path) in str(caught.value)


def test_a_file_does_not_open_the_network_of_the_user(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.llmcheck]\nallow_private_urls = true")
    with pytest.raises(ConfigError, match=r"pyproject\.toml: allow_private_urls: .*--allow-"):
        load_settings(tmp_path, {})
    write(tmp_path, "pyproject.toml", "[tool.llmcheck]\nallow_private_urls = false")
    assert load_settings(tmp_path, {"LLMCHECK_ALLOW_PRIVATE_URLS": "true"}).allow_private_urls


# --- wrong values elsewhere ---


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="LLMCHECK_TIMEOUT: input should be a valid number"):
        load_settings(tmp_path, {"LLMCHECK_TIMEOUT": "soon"})


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ({"concurrency": 0}, "concurrency: input should be greater"),
        ({"modle": "x"}, "modle: there is no such setting"),
    ],
)
def test_a_wrong_override_is_named(tmp_path: Path, override: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_settings(tmp_path, {}, **override)


def test_replay_and_record_exclude_each_other_wherever_they_come_from(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="replay and record exclude each other"):
        load_settings(tmp_path, {"LLMCHECK_RECORD": "a"}, replay="b")


@pytest.mark.parametrize("off", [False, "false"])
def test_the_cache_can_be_switched_off(tmp_path: Path, off: object) -> None:
    assert load_settings(tmp_path, {"LLMCHECK_CACHE": "somewhere"}, cache=off).cache is None


def test_file_and_environment_can_switch_the_cache_off(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"LLMCHECK_CACHE": "false"}).cache is None
    write(tmp_path, "llmcheck.toml", "cache = false")
    assert load_settings(tmp_path, {}).cache is None


def test_a_cache_named_nearer_switches_it_on_again(tmp_path: Path) -> None:
    write(tmp_path, "llmcheck.toml", "cache = false")
    assert load_settings(tmp_path, {}, cache="here").cache == Path("here")


def test_every_setting_has_a_source(tmp_path: Path) -> None:
    file = write(tmp_path, "llmcheck.toml", 'base_url = "http://file.example"\nmodel = "m"')
    environ = {
        "OPENAI_BASE_URL": "http://env.example",
        "LLMCHECK_MODEL": "n",
        "LLMCHECK_TIMEOUT": "3",
    }

    settings, sources = sourced_settings(tmp_path, environ, concurrency=2)

    assert settings == load_settings(tmp_path, environ, concurrency=2)
    assert set(sources) == set(Settings.model_fields)
    assert sources["base_url"] == "OPENAI_BASE_URL"
    assert sources["model"] == "LLMCHECK_MODEL"
    assert sources["concurrency"] == "argument"
    assert sources["cache"] == "default"
    assert sourced_settings(tmp_path, {}).sources["model"] == str(file)


def test_a_key_that_is_not_sent_has_no_source(tmp_path: Path) -> None:
    write(tmp_path, "llmcheck.toml", 'base_url = "http://file.example"')
    assert sourced_settings(tmp_path, {"OPENAI_API_KEY": "k"}).sources["api_key"] == "default"


# --- silenced disputes ---


def test_disputes_are_silenced_by_the_file(tmp_path: Path) -> None:
    write(tmp_path, "llmcheck.toml", '[[silence]]\nid = "d-1"\nreason = "  asked the port "\n')
    (silence,) = load_settings(tmp_path, {"LLMCHECK_SILENCE": "d-2"}).silence
    assert (silence.id, silence.reason) == ("d-1", "asked the port")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('id = "d-1"', "silence.0.reason: field required"),
        ('id = "d-1"\nreason = " "', "silence.0.reason: string should have at least 1 character"),
        ('reason = "why"', "silence.0.id: field required"),
        ('id = "d-1"\nreason = "why"\nuntil = 3', "silence.0.until: extra inputs"),
    ],
)
def test_a_silence_needs_an_id_and_a_reason(tmp_path: Path, entry: str, said: str) -> None:
    path = write(tmp_path, "llmcheck.toml", f"[[silence]]\n{entry}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})
    assert f"{path}: {said}" in str(caught.value)


# --- fields of every request ---


def test_more_fields_of_every_request_come_from_the_file_alone(tmp_path: Path) -> None:
    text = "[extra]\ntop_k = 20\n[extra.chat_template_kwargs]\nenable_thinking = false\n"
    write(tmp_path, "llmcheck.toml", text)
    settings = load_settings(tmp_path, {"LLMCHECK_EXTRA": "x"})
    assert settings.extra == {"top_k": 20, "chat_template_kwargs": {"enable_thinking": False}}

"""Proves that the wheel works without the repository.

    python .ci/wheel_check.py dist/llmcheck-*.whl [--pip 23.0]

Installs it into a fresh environment of the Python that runs this, with that version of pip, and
uses it from an empty folder: the version, the prompts, the demo, a replay of the recording that
ships with it, and a file of every format.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("prompts", "fixtures/seeds", "seeds")
EXTRAS = "pdf,docx"
SAMPLES = {
    "html": "struck-out.html", "mhtml": "page.mhtml", "pdf": "ferry.pdf", "docx": "ferry.docx",
    "epub": "ferry.epub", "eml": "ferry.eml", "feed": "feed.atom", "text": "ferry/bay-post.txt",
}  # fmt: skip
WRITTEN = {
    "markdown": "# Ferry\n\nThe ferry sails again on Monday.\n",
    "jsonl": '{"text": "The ferry sails again on Monday."}\n',
    "csv": "text\nThe ferry sails again on Monday.\n",
}


def say(message: str) -> None:
    """One line of what is being done."""
    sys.stdout.write(f"wheel: {message}\n")
    sys.stdout.flush()


def check_content(wheel: Path) -> None:
    """Exits when a prompt or a recording of the repository is not in the wheel as it is here."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    for folder in SHIPPED:
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        if not files:
            sys.exit(f"{folder}/ is empty: there is nothing to ship")
        for path in files:
            name = path.relative_to(ROOT).as_posix()
            if held.get(f"llmcheck/_shipped/{name}") != path.read_bytes():
                sys.exit(f"{wheel.name} does not hold {name} as it is in the repository")
        say(f"holds the {len(files)} files of {folder}/")


def install(wheel: Path, pip: str | None, room: Path) -> str:
    """The command of the wheel, installed with its extras into an environment in ``room``."""
    run([sys.executable, "-m", "venv", str(room / "venv")], room)
    install = [str(room / "venv/bin/python"), "-m", "pip", "install", "--quiet"]
    if pip is not None:
        run([*install, f"pip=={pip}"], room)
    version = run([*install[:3], "--version"], room).split()[1]
    say(f"installing it on Python {sys.version.split()[0]} with pip {version}")
    run([*install, f"{wheel}[{EXTRAS}]"], room)
    return str(room / "venv/bin/llmcheck")


def check_use(llmcheck: str, wheel: Path, room: Path) -> None:
    """Exits when the installed wheel does not do its work in ``room``, a folder of its own."""
    shutil.copytree(ROOT / "seeds", room / "articles")
    empty = room / "empty"
    empty.mkdir()

    version = run([llmcheck, "--version"], empty).strip()
    if version != f"llmcheck {wheel.name.split('-')[1]}":
        sys.exit(f"llmcheck --version says {version!r}")
    say(version)

    listed = run([llmcheck, "prompts", "list"], empty).split()
    for prompt in (ROOT / "prompts").glob("*.md"):
        if prompt.stem not in listed:
            sys.exit(f"llmcheck prompts list does not name {prompt.stem}")
    say("lists its prompts")

    summarize = [llmcheck, "summarize", "../articles", "--replay", "fixtures/seeds", "--quiet"]
    if run(summarize, empty) != run([llmcheck, "demo"], empty):
        sys.exit("llmcheck demo does not print what a replay of seeds/ prints")
    if "<main" not in run([*summarize, "--format", "html"], empty):
        sys.exit("llmcheck makes no web page")
    report = json.loads(run([*summarize, "--format", "json"], empty))
    usage = report["usage"]
    if usage["calls"] or usage["cached"] or not usage["replayed"]:
        sys.exit(f"the answers did not come from the recording: {usage}")
    articles, answers = len(report["documents"]), usage["replayed"]
    say(f"summarizes {articles} articles from {answers} recorded answers")
    if any(empty.iterdir()):
        sys.exit(f"llmcheck left files behind: {sorted(empty.iterdir())}")


def check_formats(llmcheck: str, room: Path) -> None:
    """Exits when a format is not read; needs nothing but what was installed."""
    paths = {name: ROOT / "tests/data" / sample for name, sample in SAMPLES.items()}
    for name, content in WRITTEN.items():
        paths[name] = room / f"written.{name}"
        paths[name].write_text(content, encoding="utf-8")
    for name, path in sorted(paths.items()):
        asked = ["plan", str(path), "--input-format", name, "--model", "any", "--format", "json"]
        plan = json.loads(run([llmcheck, *asked], room / "empty"))
        if plan["failures"] or not all(document["sentences"] for document in plan["documents"]):
            sys.exit(f"{name} is not read: {plan['failures'] or plan['documents']}")
    say(f"reads {', '.join(sorted(paths))}")


def run(command: list[str], folder: Path) -> str:
    """What the command prints, run in ``folder``. Exits with its errors when it fails."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LLMCHECK_", "OPENAI_", "PYTHON", "XDG_", "VIRTUAL_ENV"))
    }
    ran = subprocess.run(  # noqa: S603
        command, cwd=folder, env=environ, capture_output=True, encoding="utf-8", check=False
    )
    if ran.returncode:
        sys.exit(f"{' '.join(command)} exited with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def main() -> None:
    """Check the one wheel that is named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--pip", metavar="VERSION")
    asked = parser.parse_args()
    wheel = asked.wheel.resolve()
    check_content(wheel)
    with tempfile.TemporaryDirectory(prefix="llmcheck-wheel-") as name:
        room = Path(name)
        llmcheck = install(wheel, asked.pip, room)
        check_use(llmcheck, wheel, room)
        check_formats(llmcheck, room)


if __name__ == "__main__":
    main()

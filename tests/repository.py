"""Where the repository lies, for tests in whatever folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent


def check_script(name: str) -> None:
    """Run a script of docs/ with --check; what it finds wrong fails the test."""
    ran = subprocess.run(
        [sys.executable, ROOT / "docs" / name, "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr

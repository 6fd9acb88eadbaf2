"""``python -m llmcheck``."""

from llmcheck.cli.main import run_process

run_process()

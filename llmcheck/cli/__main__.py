"""``python -m llmcheck.cli``."""

from llmcheck.cli.main import run_process

run_process()

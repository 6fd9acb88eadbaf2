"""``python -m llmcheck``."""

from llmcheck.cli.main import main

main()

"""``python -m llmcheck.cli``."""

from llmcheck.cli.main import main

main()

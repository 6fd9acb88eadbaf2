# Needs make and Python 3.11 or later; everything else is installed into .venv.
#   make demo     the program on the articles in seeds/, without a model
#   make test     the tests
#   make check    lint, types, import layers and the tests
#   make engine   the tests of the extra engine, which .venv does not bring (337 MB)
#   make audit    vulnerabilities and licences of what an install brings
# PYTHON=python3.12 chooses another interpreter (after `make clean`).

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
DEV := .venv/.dev

.PHONY: demo test engine check lint types layers wheel wheel-check pythons audit record readme docs clean

demo: $(INSTALLED)
	$(BIN)/llmcheck summarize seeds/ --replay fixtures/seeds

test: $(DEV)
	$(BIN)/python -m pytest -n auto $(ARGS)

engine: $(DEV)
	$(BIN)/python -m pip install --quiet --editable '.[engine]'
	$(BIN)/python -m pytest tests/engine $(ARGS)

check: lint types layers test

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy
	$(BIN)/mypy docs/sample.py docs/cli_pages.py .ci/wheel_check.py

layers: $(DEV)
	$(BIN)/lint-imports

wheel: $(DEV)
	rm -rf dist
	$(BIN)/python -m build

wheel-check: wheel
	$(BIN)/python .ci/wheel_check.py dist/*.whl

# The oldest and the newest Python that can be had; about two minutes.
pythons: wheel
	.ci/pythons dist/*.whl

# Vulnerabilities and licences of what an install brings; no part of `make check`.
audit: wheel
	.ci/audit dist/*.whl

# The old recording stays until the new one is complete. An interrupted recording goes on where
# it stopped; a key, where the server wants one, comes from LLMCHECK_API_KEY.
record: $(INSTALLED)
	@test -n "$(BASE_URL)" && test -n "$(MODEL)" || \
		{ echo 'usage: make record BASE_URL=http://127.0.0.1:8080/v1 MODEL=name' >&2; exit 2; }
	rm -rf build/recording
	$(BIN)/llmcheck eval benchmarks/corpora/* --base-url "$(BASE_URL)" --model "$(MODEL)" \
		--cache build/recording-cache --record build/recording
	rm -rf fixtures
	mv build/recording fixtures
	rm -rf build/recording-cache
	@echo 'fixtures/ is recorded anew; next: make readme test'

readme: $(INSTALLED)
	$(BIN)/python docs/sample.py

# A page for each verb, from its help.
docs: $(INSTALLED)
	$(BIN)/python docs/cli_pages.py

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made from nothing whenever pyproject.toml changes, so that no old dependency hides in it.
# pip 25.1 is the first that installs dependency groups.
$(INSTALLED): pyproject.toml
	@echo 'installing into .venv (about a minute, once) ...'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(DEV): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

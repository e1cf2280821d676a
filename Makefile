# The targets that a person and CI call; `make help` lists them. Needs Python 3.11, make and git.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Where the environment forbids bytecode, each of the many programs would compile all that it imports, every time.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell command -v python3.11 || command -v python3)
WORKERS ?= 2
BIN := .venv/bin
COMPILE := .venv-bootstrap/bin/uv pip compile --quiet --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" --python-version 3.11

.PHONY: help setup system demo test lint lint-layout lint-types lint-sql format bench lock hooks clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Both Python environments, exactly as the locks say (nothing to do when they are)
	@$(PYTHON) requirements/environments.py

system: ## Debian packages for browser tests, where missing
	@requirements/system.sh

demo: setup ## Sample data, the whole pipeline, Dagster UI and Superset; Ctrl-C stops all (ARGS="--customers N")
	@exec $(BIN)/mofang demo $(ARGS)

test: setup system ## Lint and all tests (ARGS="tests/cli -k table" for some)
	@$(MAKE) lint
	@exec $(BIN)/pytest -n $(WORKERS) --dist loadfile --durations 10 $(ARGS)

lint: setup ## ruff, mypy, sqlfluff
	@$(MAKE) -j 2 lint-layout lint-types lint-sql

lint-layout:
	@echo "lint: ruff"; $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . || \
		{ echo "lint: see above; 'make format' puts layout right" >&2; exit 1; }

lint-types:
	@echo "lint: mypy"; $(BIN)/mypy --no-error-summary

lint-sql:
	@echo "lint: sqlfluff"; [ ! -d dbt_project/models ] || $(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models

format: setup ## Lays out Python and SQL
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .
	@[ ! -d dbt_project/models ] || $(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models

bench: setup ## Planted truth, planted breaks, then one night against bare DuckDB (ARGS="--help")
	@[ -n "$(ARGS)" ] || { $(BIN)/python -m benchmarks.evaluation && $(BIN)/python -m benchmarks.reconciliation; }
	@exec $(BIN)/python -m benchmarks $(ARGS)

lock: ## Resolves the locks again, with hashes and without addresses; keeps versions that still fit
	@$(PYTHON) requirements/environments.py
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) pyproject.toml --group dev -o requirements/pipeline.txt
	$(COMPILE) requirements/superset.in -o requirements/superset.txt

hooks: setup ## Runs the linters before each commit
	@$(BIN)/pre-commit install

clean: ## Environments and caches; the state in .mofang stays
	@rm -rf .venv .venv-superset .venv-bootstrap *.egg-info build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.mofang/*' -prune -exec rm -rf {} +

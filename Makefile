# Everything starts here: `make run`, `make test`, `make bench`, `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export COMMUNITY_VAR ?= var

.DEFAULT_GOAL := help
.PHONY: help run test lint types contracts unit bench doctor clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.server: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.server

run: $(VENV)/.server ## start the service with the sample community on PORT (8080)
	$(BIN)/python -m bot serve

test: lint types contracts unit ## lint, types, import contracts and the whole test suite on both databases

lint: $(VENV)/.test ## ruff: lint and format check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test ## mypy --strict on everything
	$(BIN)/mypy

contracts: $(VENV)/.test ## the import rules
	$(BIN)/lint-imports

unit: $(VENV)/.test ## the test suite on SQLite, then on PostgreSQL and Redis
	$(BIN)/python -m pytest -q -n 2 --backend sqlite
	$(BIN)/python -m pytest -q -n 2 --backend postgres

bench: $(VENV)/.test ## measure, print a table, write bench/results/latest.json
	$(BIN)/python -m bench

doctor: $(VENV)/.server ## check the installation
	$(BIN)/python -m bot doctor

clean: ## remove the environment and what the embedded mode stored
	rm -rf $(VENV) var

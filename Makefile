# Everything starts here: `make run`, `make test`, `make bench`, `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Byte code is compiled when a module is first imported, not for every file that is installed.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
LOCK := uv pip compile --quiet --no-config --universal --generate-hashes --no-header --python-version 3.11
export COMMUNITY_VAR ?= var
# Byte code is kept, in the environment only: without it each of a hundred processes of the suite compiles everything.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode

.DEFAULT_GOAL := help
.PHONY: help run test lint types contracts collected unit bench doctor lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 run"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# What builds the few source packages, and ours, is locked too: nothing is installed without its hash.
$(VENV)/.build: requirements-build.lock | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements-build.lock
	@touch $@

$(VENV)/.server: requirements.lock pyproject.toml $(VENV)/.build
	$(PIP) --no-build-isolation --require-hashes -r requirements.lock
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml $(VENV)/.build
	$(PIP) --no-build-isolation --require-hashes -r requirements-test.lock
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@ $(VENV)/.server

run: $(VENV)/.server ## start the service with the sample community on PORT (8080)
	$(BIN)/python -m bot serve

test: $(VENV)/.test ## lint, types, import contracts and the whole test suite on both databases
	@$(MAKE) --no-print-directory -j 2 lint types contracts collected
	@$(MAKE) --no-print-directory unit

lint: $(VENV)/.test ## ruff: lint and format check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test ## mypy --strict on everything
	$(BIN)/mypy

contracts: $(VENV)/.test ## the import rules
	$(BIN)/lint-imports

# mypy takes one core; meanwhile the other one compiles what both legs of the suite import.
collected: $(VENV)/.test ## find all tests, and compile what they import
	@$(BIN)/python -m pytest --collect-only -qq > $(VENV)/collected.txt || { cat $(VENV)/collected.txt; exit 1; }

unit: $(VENV)/.test ## the test suite on SQLite, then on PostgreSQL and Redis
	$(BIN)/python -m pytest -q -n 3 --backend sqlite
	$(BIN)/python -m pytest -q -n 3 --backend postgres

bench: $(VENV)/.test ## measure, print a table, write bench/results/latest.json
	$(BIN)/python -m bench

doctor: $(VENV)/.server ## check the installation
	$(BIN)/python -m bot doctor

lock: ## write the lock files anew from pyproject.toml (needs uv)
	printf 'setuptools>=77\nwheel\n' | $(LOCK) - -o requirements-build.lock
	$(LOCK) pyproject.toml --extra server -o requirements.lock
	$(LOCK) pyproject.toml --extra server --extra test -c requirements.lock -o requirements-test.lock

clean: ## remove the environment and what the embedded mode stored
	rm -rf $(VENV) var

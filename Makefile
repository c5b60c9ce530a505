# Needs python3 (3.11 or newer) with venv and pip, and make. Everything else is fetched into .venv, by hash.

# WORKERS: processes for the tests. LOCK_FLAGS: e.g. --upgrade, or "--upgrade-package numba".
PYTHON     ?= python3
WORKERS    ?= 2
LOCK_FLAGS ?=

VENV := .venv
BIN  := $(VENV)/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check

# The tool that makes the locks lives apart, so that it is in no environment that runs the project.
UV_VERSION := 0.13.9
LOCK_VENV  := .venv-lock
COMPILE    := $(LOCK_VENV)/bin/uv --quiet --no-config pip compile --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock" $(LOCK_FLAGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup report demo test test-all verify bench docs lint format lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## make .venv with everything that running and developing needs

report: $(VENV)/.report ## also install what reports, maps and spreadsheets need (part of make setup)

demo: $(VENV)/.core ## run the demonstration
	@$(BIN)/python -m vardflode.demo

test: $(VENV)/.dev ## run the tests, except the slow ones
	$(BIN)/python -m pytest -n $(WORKERS) -q

test-all: $(VENV)/.dev ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS) -q -m ""

verify: $(VENV)/.core ## hold the model against theory, and write docs/verification.md (some minutes)
	$(BIN)/python -m verification

bench: $(VENV)/.dev ## measure time and memory beside rivals, and write docs/performance.md (about 20 minutes)
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## make the tables of the documentation and the example reports anew (about 10 minutes)
	$(BIN)/python docs/make_tables.py
	$(BIN)/python docs/make_reports.py

lint: $(VENV)/.dev ## check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## put the code in its set form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(LOCK_VENV)/.uv-$(UV_VERSION) ## make requirements/*.lock anew from pyproject.toml
	@echo "Resolving the versions that run the project …"
	@$(COMPILE) pyproject.toml requirements/build.in --output-file requirements/core.lock
	@echo "Resolving the versions that write reports, maps and spreadsheets …"
	@$(COMPILE) pyproject.toml requirements/build.in --extra report --constraint requirements/core.lock \
		--output-file requirements/report.lock
	@echo "Resolving the versions that develop it …"
	@$(COMPILE) pyproject.toml requirements/build.in --extra dev --constraint requirements/report.lock \
		--output-file requirements/dev.lock

clean: ## remove environments, caches and built packages (never runs/)
	rm -rf $(VENV) $(LOCK_VENV) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(VENV)/.core: requirements/core.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11 …" \
		if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || { echo "Making $(VENV) …"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing what the project runs on (half a minute, more on a slow network) …"
	@$(PIP) install -qq --require-hashes -r requirements/core.lock
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.report: requirements/report.lock $(VENV)/.core
	@echo "Installing what maps and spreadsheets need …"
	@$(PIP) install -qq --require-hashes -r requirements/report.lock
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.core
	@echo "Installing what the project is developed with …"
	@$(PIP) install -qq --require-hashes -r requirements/dev.lock
	@touch $@

$(LOCK_VENV)/.uv-$(UV_VERSION):
	@echo "Making $(LOCK_VENV) with uv $(UV_VERSION) …"
	@$(PYTHON) -m venv --clear $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip --disable-pip-version-check install -qq uv==$(UV_VERSION)
	@touch $@

# make run    the portal with a demo partnership, at http://localhost:8000/ (PORT and DEMO_PASSWORD may be set)
# make run DEMO=no  start your own: an empty portal; it prints the first administrator's link
# make test   the tests to run before a commit, on a PostgreSQL and a Valkey of their own
# make every-test  also what starts, kills, besieges, copies or walks through the whole product: browser, servers, machines; half an hour
# make coverage  all of them as CI runs them, measured: fails where a room's branches are run less than its floor says
# make mutants  small faults put into the rules that matter most: which does no test notice? MODULES="gates due_dates"
# make assurance  the forty promises of docs/assurance.md, each with the figure it reaches: some hours. ROWS="22 24" SCALE=short
# make faults  the suites that kill processes, at full length: worker, relay, scheduler, Valkey, mail server; an hour
# make check  lint, types, import law, budgets, fresh docs, schema drift
# make setup  only the environment, for the command line: .venv/bin/flask --app wsgi --help
# make bench  the benchmarks: make bench ROWS=1000000
# make pictures  the documents' pictures in docs/pictures, from a demo of their own
# make docs   the pages of docs that are made from the code: docs/data-model.md, docs/access.md
# make clean  remove the environment and the caches; the data in .data stays

PYTHON ?= python3
ROWS ?=
SCALE ?= full
TEST_PROCESSES ?= 2
CHECKED := tests/test_house_rules.py tests/test_docs.py
PYTEST_ARGS ?=
MODULES ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes

## pip compiles what it installs; this is the portal's own. What changes later is compiled by the first process that loads it.
COMPILE := $(BIN)/python -m compileall -q app admin_views jobs models wsgi.py

## A lock that changed is installed into an empty environment: Flask-Admin uses a package it finds, also one that has left the lock.
START_AGAIN = if [ -e $@ ]; then $(PYTHON) -m venv --clear $(VENV); fi

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test every-test coverage mutants assurance faults check bench pictures docs clean

help:
	@sed -n 's/^# //p' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Triangulate needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "This Python cannot make a virtual environment (on Debian: install python3-venv)."; exit 1; }

$(VENV)/run.stamp: requirements.lock | $(BIN)/python
	@$(START_AGAIN)
	@echo "Installing the locked dependencies ..."
	@$(INSTALL) --requirement requirements.lock
	@$(COMPILE)
	@touch $@

## The tests' lock holds everything the portal's lock holds, in the same versions (tests/test_house_rules.py).
$(VENV)/dev.stamp: requirements-dev.lock requirements.lock | $(BIN)/python
	@$(START_AGAIN)
	@echo "Installing the locked dependencies, those of the tests included ..."
	@$(INSTALL) --requirement requirements-dev.lock
	@$(COMPILE)
	@touch $@ $(VENV)/run.stamp

setup: $(VENV)/run.stamp

setup-dev: $(VENV)/dev.stamp

run: setup
	@exec $(BIN)/python -m app.launch

## What starts, kills, besieges, copies or walks through the whole product is apart (tests/together.py): CI runs it with all others.
## What `make check` runs is not run twice.
test: override PYTEST_ARGS += -m "not apart" $(addprefix --ignore=,$(CHECKED))
test: every-test

every-test: setup-dev
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) $(PYTEST_ARGS)

## CI runs this in place of `make every-test`, so no test runs twice. Portals, workers and servers that tests start as processes
## of their own are not measured: they would be slower where tests count on time, and what they run is tested here as well.
coverage: override PYTEST_ARGS += --cov --cov-report= -p tests.house.coverage_floors
coverage: every-test

## Not in CI: it takes an hour. tests/house/mutants.toml says which modules, against which tests.
mutants: setup-dev
	@$(BIN)/python -m tests.house.mutants $(MODULES)

assurance: setup-dev
	@ASSURANCE_SCALE=$(SCALE) TEST_PROCESSES=$(TEST_PROCESSES) $(BIN)/python -m tests.assurance $(ROWS)

## The same tests as in CI, but as often as `make assurance` tries: a hundred kills, a hundred thousand requests.
faults: setup-dev
	@ASSURANCE_SCALE=full $(BIN)/python -m pytest -m faults $(PYTEST_ARGS)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house.source
	$(BIN)/python -m pytest --quiet $(CHECKED)
	$(BIN)/flask --app wsgi database drift

bench: setup-dev
	@$(BIN)/python -m tests.benchmarks $(or $(ROWS),1000000)

pictures: setup-dev
	@$(BIN)/python -m tests.browser.pictures

docs: setup-dev
	@$(BIN)/flask --app wsgi database describe --out docs/data-model.md
	@$(BIN)/flask --app wsgi access --out docs/access.md

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

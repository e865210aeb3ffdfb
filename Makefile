# Chores. `make demo` and `make test` do their own set-up in .venv and need nothing but a Python of 3.11 or newer.
# PYTHON=/path/to/python chooses the interpreter; RESULTS=folder the place of the demo's results.
# Without make: python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' -c constraints.txt, then the lines below.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
RESULTS ?= results/policy_options
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz lowest bench setup compile lint format wheel clean

help: ## list the chores
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## four US policies x 50 replicates x 60 months over Myanmar, with tables, figures and a brief
	@echo "Running the four policies of scenarios/batches/policy_options.toml into $(RESULTS)."
	@$(VENV)/bin/pangwa batch scenarios/batches/policy_options.toml --out $(RESULTS) --resume
	@$(VENV)/bin/pangwa brief $(RESULTS) --answers 10 --takes 10

# Each takes one core and most of a minute.
test: $(VENV)/.installed-dev ## all checks and tests, as continuous integration runs them
	@$(MAKE) --no-print-directory -j2 lint compile
	@echo "Running the tests."
	@$(PY) -m pytest -n $(WORKERS) --maxprocesses 4

fuzz: $(VENV)/.installed-dev ## 4,000 mutated inputs and 300 damaged folders: no traceback, no silent change, no hang
	@NUMBA_DISABLE_JIT=1 $(PY) -W ignore -m tests.fuzz

lowest: $(VENV)/.installed-dev ## install the lowest versions that pyproject.toml allows into .venv-lowest and run the commands (some minutes)
	@$(PY) -m tests.packaging.lowest .venv-lowest

bench: $(VENV)/.installed-dev ## how fast it is: a table, and tests/benchmarks/results.json (some minutes)
	@$(COMPILE)
	@$(PY) -m tests.benchmarks.bench

setup: $(VENV)/.installed-dev ## the environment .venv with the tools for developers
	@$(COMPILE)

compile: $(VENV)/.installed ## compile the model where that has not been done
	@$(COMPILE)

lint: $(VENV)/.installed-dev ## style, types and spelling
	@echo "Checking style (ruff), types (mypy) and spelling (codespell)."
	@$(PY) -m ruff check --quiet
	@$(PY) -m ruff format --check --quiet || { echo "Some files are not formatted: make format."; exit 1; }
	@$(PY) -m mypy
	@$(PY) -m codespell_lib

format: $(VENV)/.installed-dev ## put the code into the project's format
	@$(PY) -m ruff check --fix --quiet
	@$(PY) -m ruff format

wheel: $(VENV)/.installed-dev ## build the source archive and the wheel into dist/
	@$(PY) -m build --outdir dist

clean: ## remove the environment, caches and builds; results/ is never touched
	rm -rf $(VENV) .venv-lowest build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find agents model notebooks tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp is newer than pyproject.toml and constraints.txt when there is nothing to install, and says
# where the checkout stood: an environment whose interpreter is gone, half made, or moved with its folder is made again.
STAMPS := $(VENV)/.installed $(VENV)/.installed-dev
MOVED := $(filter-out $(CURDIR),$(shell cat $(STAMPS) 2>/dev/null))
BROKEN := $(if $(wildcard $(VENV)),$(shell $(PY) -c 'import pip' 2>/dev/null || echo yes))
REMAKE := $(MOVED)$(BROKEN)
ifneq ($(REMAKE),)
.PHONY: $(PY) $(STAMPS)
endif

# A short run compiles what is not compiled yet, or the first long one would have to; it says so itself.
COMPILE := $(PY) -m model.cli run engage_kia --months 14 --quiet --no-figures >/dev/null || true

$(VENV)/.installed: pyproject.toml constraints.txt | $(PY)
	@echo "Installing Pangwa and what it needs into $(VENV) (a few minutes the first time)."
	@$(PIP) -e . -c constraints.txt
	@$(COMPILE)
	@echo "$(CURDIR)" >$@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(PY)
	@echo "Installing Pangwa, what it needs and the tools for developers into $(VENV) (a few minutes the first time)."
	@$(PIP) -e '.[dev]' -c constraints.txt
	@echo "$(CURDIR)" | tee $(VENV)/.installed >$@

# The first interpreter that starts, is new enough and can make environments.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
CAN_MAKE := import ensurepip, venv
NO_VENV := cannot make virtual environments. Install its venv module (Debian, Ubuntu: apt install python3-venv).
NEEDS := Pangwa needs Python 3.11 or newer,
NO_PYTHON := $(NEEDS) and none was found. Install one, or give its path: make PYTHON=/path/to/python
WRONG_PYTHON := $(NEEDS) and PYTHON=$(PYTHON) is older or does not start.

$(PY):
	@found=; old=; \
	for candidate in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	  "$$candidate" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 || continue; \
	  if "$$candidate" -c '$(CAN_MAKE)' >/dev/null 2>&1; then found=$$candidate; break; fi; \
	  old=$$candidate; \
	done; \
	if [ -n "$$found" ]; then \
	  echo "Making the environment $(VENV) with $$("$$found" --version)."; \
	  "$$found" -m venv --clear $(VENV); \
	elif [ -n "$$old" ]; then echo "$$old $(NO_VENV)" >&2; exit 2; \
	else echo "$(if $(PYTHON),$(WRONG_PYTHON),$(NO_PYTHON))" >&2; exit 2; \
	fi

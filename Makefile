# Everything that is done to this project, by name. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix bench train clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(STAMP) ## make .venv and install everything, pinned

# torch first and by itself: with it in place nothing pulls the CUDA build.
$(STAMP): pyproject.toml constraints.txt
	@echo "== setting up $(VENV) (a few minutes the first time)"
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,parquet,postgres]'
	@touch $(STAMP)

demo: $(STAMP) ## read a made-up company's feedback and answer six questions in three languages
	$(BIN)/overheard demo

test: $(STAMP) ## run every test, on all cores
	$(BIN)/pytest --numprocesses auto --dist loadfile

check: $(STAMP) ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(STAMP) ## mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## measure; the tables go to docs/benchmarks.md by hand
	$(BIN)/python -m benchmarks

train: $(STAMP) ## train the shipped models again (needs ../shared or OVERHEARD_SHARED)
	$(BIN)/python -m embeddings.training
	$(BIN)/python -m mining.training

clean: ## remove what can be made again; workspaces stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .work
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.DEFAULT_GOAL := help
.PHONY: help install demo dbt test lint fix docs emulator bench soak wheel image load-image image-test clean

USABLE := import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
PYTHON ?= $(or $(shell for python in python3.11 python3.12 python3; do \
	$$python -c '$(USABLE)' 2>/dev/null && echo $$python && break; done),\
	$(error Needs Python 3.11 or 3.12 with venv: make PYTHON=/path/to/python))
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --no-deps --no-compile
INSTALLED := .venv/.installed
DBT := build/dbt/.installed

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

install: $(INSTALLED) ## Create .venv with exactly the packages of poetry.lock (every target does so)

$(INSTALLED): poetry.lock scripts/locked_requirements.py
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python scripts/locked_requirements.py dev load > .venv/requirements.txt
	grep '^pip==' .venv/requirements.txt | $(PIP) --require-hashes --requirement /dev/stdin
	$(PIP) --require-hashes --requirement .venv/requirements.txt
	$(PIP) --no-build-isolation --editable .
	$(BIN)/pip check
	@touch $@

demo: $(INSTALLED) ## Load a demo workspace into DuckDB, twice, and query it
	$(BIN)/python -m intercom_demo

dbt: $(DBT) build/demo.duckdb ## Build the example's dbt models on the demo's tables, and test them
	cd examples/dbt && ../../build/dbt/bin/dbt build

$(DBT): examples/dbt/requirements.txt
	$(PYTHON) -m venv --clear build/dbt
	build/dbt/bin/pip install --quiet --no-deps --requirement $<
	build/dbt/bin/pip check
	@touch $@

build/demo.duckdb: intercom_demo/story.py
	$(MAKE) demo

test: $(INSTALLED) $(DBT) ## Run every test that needs no Docker
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not image_tests and not soak"

lint: $(INSTALLED) ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

fix: $(INSTALLED) ## Repair what ruff can repair
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(INSTALLED) ## Write anew what documents say of streams and columns
	$(BIN)/python -m scripts.data_dictionary

emulator: $(INSTALLED) ## Serve a local Intercom on port 8420
	$(BIN)/python -m intercom_emulator --seed demo --port 8420

bench: $(INSTALLED) ## Measure speed beside the peers (as root, nothing else running; QUICK=1: 5 minutes)
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(BENCH_FLAGS)

soak: $(INSTALLED) ## Run the long tests
	$(BIN)/pytest -m soak

wheel: $(INSTALLED) ## Build dist/source_intercom-….whl, to install the loader anywhere
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

image: ## Build the connector's Docker image, source-intercom:dev
	docker build $(DOCKER_BUILD_FLAGS) --tag source-intercom:dev .

load-image: ## Build the loader's Docker image, intercom-load:dev
	docker build $(DOCKER_BUILD_FLAGS) --file Dockerfile.load --tag intercom-load:dev .

image-test: $(INSTALLED) ## Build both images and try them, beside an engine of its own if need be
	scripts/with_docker.sh scripts/test_images.sh

clean: ## Remove .venv and caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

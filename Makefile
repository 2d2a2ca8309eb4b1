# The one task runner. `make help` lists what there is.
.DEFAULT_GOAL := help
BIN := .venv/bin
PORT_BASE ?= 8080

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install everything into .venv (idempotent)
	@scripts/setup

up: setup ## bring up three regions on this machine (Ctrl-C stops them all)
	@$(BIN)/meridian up --port-base $(PORT_BASE)

down: ## stop what `make up` started
	@$(BIN)/meridian down

test: setup ## all tests, over real Envoys, a real PostgreSQL and a real browser
	@$(BIN)/python -m meridian.dashboard.build --tests
	$(BIN)/pytest -n 2 -m "not scenario"
	$(BIN)/pytest -m scenario -rfEs

check: setup ## lint, format, types, layers, generated documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m meridian.cli.docs --check

format: setup ## mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## write the generated documents again
	$(BIN)/python -m meridian.cli.docs
	$(BIN)/python -m meridian.api.publish docs

web: ## tests, types and lint of the pages (with the Node of this machine)
	cd web && npm ci --no-audit --no-fund --loglevel=error && npm test --silent && npm run check --silent

proof: setup ## 10,000 generated configurations and every fault: no request leaves its residency set (about 10 minutes)
	$(BIN)/pytest -n 2 tests/regions/test_residency.py --configurations 10000

nightly: setup ## all six load tests longer and with more load, and the proof (about an hour)
	MERIDIAN_TEST_LOAD_SCALE=3 MERIDIAN_TEST_LOAD_SECONDS=300 $(BIN)/pytest -m scenario -rfEs \
		tests/scenarios/test_the_six_load_tests.py tests/scenarios/test_a_load_test_tells_the_truth.py
	@$(MAKE) proof

bench: setup ## measure what the documents promise, as ratios in one run
	$(BIN)/python -m tests.bench

lock: ## resolve the dependencies anew into requirements.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--group dev --upgrade pyproject.toml -o requirements.lock

.PHONY: help setup up down test check web proof nightly format docs bench lock

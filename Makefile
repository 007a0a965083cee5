PYTHON ?= python
.DEFAULT_GOAL := help
.PHONY: help install app test test-fast lint format types docs wheel lock ci

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: ## install everything into the active environment
	$(PYTHON) -m pip install -r requirements.txt

app: ## open the dashboard
	$(PYTHON) -m covid_model dashboard

test: ## run every test
	$(PYTHON) -m pytest -n 2

test-fast: ## run the unit tests that need no TensorFlow, on every core
	$(PYTHON) -m pytest -n auto -m "not tensorflow and not data and not slow" tests/unit

lint: ## check style
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check

format: ## put style right
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

types: ## check types
	$(PYTHON) -m mypy

docs: ## build the documents into site/
	$(PYTHON) -m mkdocs build --strict

wheel: ## build a wheel into dist/
	$(PYTHON) -m pip wheel --no-deps --wheel-dir dist .

lock: ## pin every version with its hashes, for all systems, in deploy/*.lock
	for set in requirements-serve requirements; do \
	    $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	        --upgrade --no-emit-index-url --custom-compile-command "make lock" \
	        --output-file deploy/$$set.lock $$set.txt; \
	done
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --upgrade --no-emit-index-url --custom-compile-command "make lock" \
	    --extra pacs --output-file deploy/requirements-pacs.lock pyproject.toml

ci: ## what continuous integration runs, in a fresh environment (Debian, as root)
	.ci/run

PYTHON ?= python
.DEFAULT_GOAL := help
.PHONY: help install app test test-fast lint format ci

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: ## install everything into the active environment
	$(PYTHON) -m pip install -r requirements.txt

app: ## open the dashboard
	$(PYTHON) -m streamlit run dashboard/app.py

test: ## run every test
	$(PYTHON) -m pytest

test-fast: ## run the tests that need neither TensorFlow nor a browser
	$(PYTHON) -m pytest -m "not tensorflow and not browser and not slow"

lint: ## check style
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check

format: ## put style right
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

ci: ## what continuous integration runs, in a fresh environment (Debian, as root)
	.ci/run

# Everything a newcomer or a developer runs; `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
DEMO_PEOPLE ?= 5000
DEMO_DATA ?= demo-data
STAMP := .venv/.set-up

.DEFAULT_GOAL := help
.PHONY: help setup demo test faults slow sure format lint types docs messages lock clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## .venv with everything pinned; the commands are then .venv/bin/finder …

$(STAMP): pyproject.toml requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --only-binary :all: -r requirements-dev.lock
	@# setuptools warns that an editable install is one; nothing to act on
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## the labelled demonstration directory, made, ingested and served on http://127.0.0.1:8000
	$(BIN)/finder ingest demo-data --people $(DEMO_PEOPLE) --out $(DEMO_DATA)
	$(BIN)/finder ingest run --data $(DEMO_DATA) --gates demonstration
	$(BIN)/finder serve

test: setup ## every test, against a real engine
	$(BIN)/python -m pytest

faults: setup ## every fault on purpose (kills, damaged files, a full disk, lost nodes), one printed line each
	FAULTS_TIMED=yes $(BIN)/python -m pytest tests/faults -m ""

slow: setup ## the other tests that `make test` leaves out as dear
	$(BIN)/python -m pytest tests/integration tests/pages -m dear

sure: setup ## format, lint, types, tests, documentation test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

docs: setup ## write the tables of the README anew from the code
	DOCS_WRITE=1 $(BIN)/python -m pytest tests/unit/test_docs.py

messages: setup ## gather every message of ours into finder/translations/*.po, keeping what is translated
	$(BIN)/python -m finder.translations.messages

lock: setup ## pin the dependencies anew, with hashes and without index addresses
	$(BIN)/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --allow-unsafe --extra dev -o requirements-dev.lock pyproject.toml

clean: ## remove the virtual environment and the demonstration files
	rm -rf .venv $(DEMO_DATA)

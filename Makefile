# Everything a developer or operator types. Needs Python 3.11+ with venv, and make.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --only-binary :all: --require-hashes

.DEFAULT_GOAL := help

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

run: .venv/.main ## Set up and start everything: studio, bot, workers, stores
	@$(BIN)/python -m jobs.stack

chat: .venv/.main ## Write to your agent as a WhatsApp customer (needs `make run` in another terminal)
	@$(BIN)/python -m bot.chat

token: .venv/.main ## Print the token that opens the HTTP API of this machine
	@$(BIN)/python -m agent.own_token

backup: .venv/.main ## Save everything into one file, while it runs; prints its path (TO=folder)
	@$(BIN)/python -m jobs.backup $(if $(TO),"$(TO)")

restore: .venv/.main ## Put a backup in place of what is there (FILE=...; asks, unless YES=1)
	@$(BIN)/python -m jobs.restore $(if $(YES),--yes) $(ARGS) $(if $(FILE),"$(FILE)")

reembed: .venv/.main ## Have every knowledge base prepared for the search model in force
	@$(BIN)/python -m jobs.reembed

test: .venv/.dev browser ## Set up and run every test, on SQLite and PostgreSQL, with real Chromium
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

coverage: .venv/.dev browser ## Run the tests and print which lines of each file they ran
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

test-jina: jina_service/.venv/.ready .venv/.dev ## Test the self-hosted embeddings, in an environment of their own
	@JINA_PYTHON=$(CURDIR)/jina_service/.venv/bin/python $(BIN)/python -m pytest tests/jina_service $(ARGS)

lint: .venv/.dev ## Check style, arrows between rooms, types and stripped notebooks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/nbstripout --verify notebooks/*.ipynb

bench: .venv/.dev ## Measure workers and webhook beside RQ, dramatiq and bare Flask
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: .venv/.dev ## Kill every part again and again while customers write (DATABASE=postgresql, MUTANT=all)
	@$(BIN)/python -m tests.chaos $(if $(DATABASE),--database $(DATABASE)) $(if $(MUTANT),--mutant $(MUTANT)) $(ARGS)

soak: .venv/.dev ## 300 customers meet a model that misbehaves, 1,000 conversations are replayed (SEED=number)
	@SOAK=300 REPLAYED=1000 $(if $(SEED),SEED=$(SEED)) $(BIN)/python -m pytest tests/jobs/test_soak.py tests/jobs/test_replay.py --timeout 900 $(ARGS)

bench-knowledge: .venv/.dev ## Measure ingestion and search beside NumPy, bare Chroma and bare FTS5
	@$(BIN)/python -m tests.bench_knowledge $(ARGS)

bench-tables: .venv/.dev ## Measure a table of 100,000 rows asked by eight readers at once
	@$(BIN)/python -m tests.bench_tables

bench-studio: .venv/.dev browser ## Measure how fast each page of the studio comes up, and how far it jumps
	@$(BIN)/python -m tests.studio.first_paint $(ARGS)

measure: .venv/.main ## Compare every way of searching on the samples' questions
	@$(BIN)/python -m tests.bench_knowledge.compare $(ARGS)

measure-grounded: .venv/.main ## Measure what the check of answers refuses and catches, and what it takes
	@$(BIN)/python -m tests.bench_knowledge.grounded

read: .venv/.main ## Read every file of a folder and print what became of it (FOLDER=..., ARGS=--text)
	@$(BIN)/python -m knowledge.parsing.read "$(FOLDER)" $(ARGS)

notebook: .venv/.notebooks ## Open the notebooks
	@$(BIN)/jupyter lab notebooks

lock: .venv/.uv ## Renew the pinned requirements from requirements/*.in
	@$(BIN)/uv pip compile requirements/main.in $(LOCK) -o requirements.txt
	@$(BIN)/uv pip compile requirements/dev.in $(LOCK) -o requirements/dev.txt
	@$(BIN)/uv pip compile requirements/notebooks.in $(LOCK) -o requirements/notebooks.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --quiet

browser: .venv/.dev
	@$(BIN)/python -m tests.browser

clean: ## Remove the environment and caches (never your data)
	@rm -rf .venv jina_service/.venv .pytest_cache .mypy_cache .ruff_cache

.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is needed (Debian: apt install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

.venv/.main: requirements.txt | .venv/.uv
	@echo "Setting up (once)..."
	@$(UV) --compile-bytecode -r requirements.txt || { $(NO_WHEEL); exit 1; }
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.main
	@echo "Setting up the tests (once)..."
	@$(UV) --compile-bytecode -r requirements/dev.txt || { $(NO_WHEEL); exit 1; }
	@touch $@

.venv/.notebooks: requirements/notebooks.txt .venv/.main
	@$(UV) -r requirements/notebooks.txt || { $(NO_WHEEL); exit 1; }
	@touch $@

# The framework's own environment: Python 3.11, old companions, and two packages without wheels.
jina_service/.venv/.ready: jina_service/requirements-test.txt | .venv/.uv
	@echo "Setting up the self-hosted embeddings (once)..."
	@$(BIN)/uv venv --quiet --allow-existing --no-python-downloads --python 3.11 jina_service/.venv \
		|| { echo "The jina framework needs Python 3.11 on this machine."; exit 1; }
	@$(BIN)/uv pip install --quiet --python jina_service/.venv/bin/python --require-hashes -r $<
	@touch $@

NO_WHEEL = echo "A package could not be installed. The lines above name it: either the package index is out of reach, or there is no ready-made wheel for this Python and machine (Python 3.11 to 3.14 on Linux or macOS have all of them)."

.PHONY: help run chat token backup restore reembed test coverage test-jina lint bench bench-knowledge bench-studio bench-tables measure measure-grounded read chaos soak notebook lock browser clean

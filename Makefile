# Needs Python 3.11 or newer, its venv module, and make. Everything is installed under .venv, nothing elsewhere.

PYTHON ?= python3
BIN := .venv/bin
# The environment knows its folder: scripts in a moved or copied one name the old place.
RUN := .venv/.run
DEV := .venv/.dev
FRESH := $(shell [ "$$(cat $(RUN) 2>/dev/null)" = "$$(pwd)" ] && $(BIN)/python -c '' 2>/dev/null && echo yes)
# Compiled code is kept, also where the environment says that Python writes none: every process would compile it again.
export PYTHONDONTWRITEBYTECODE :=
PYTEST := PYTHONPYCACHEPREFIX='$(CURDIR)/.tessera/bytecode' exec $(BIN)/python -m pytest
# The locks list everything, so pip adds nothing. What runs is compiled when it is first imported: compiling
# everything takes as long as installing it.
QUIETLY := --quiet --quiet --disable-pip-version-check install --no-compile --no-deps
PIP := PIP_USER=0 $(BIN)/python -m pip $(QUIETLY)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help serve demo test test-quick fuzz fuzz-custody bench bench-documents bench-events bench-ecps bench-custody bench-epcis bench-evaluation bench-files bench-jobs bench-ledger bench-reach soak soak-imports soak-settlements soak-ledger profile check fmt format lint types layers schema schema-check migrations dependencies lock graphiql hooks clean

help: ## Print this list
	@grep -E '^[a-z-]+:.* ## ' Makefile | sed 's/:.* ## /\t/' | expand -t 18

serve: $(RUN) ## Run the server with demo data, on PORT, in WORKERS processes; prints its address and a token per role
	@exec $(BIN)/tessera serve $(if $(WORKERS),--workers $(WORKERS))

demo: $(RUN) ## Fill the database with demo data
	@exec $(BIN)/tessera demo

test: $(DEV) ## Run the tests; ARGS= goes to pytest
	@$(PYTEST) $(ARGS)

test-quick: $(DEV) ## Run the tests that need neither a database nor a server; ARGS= goes to pytest
	@$(PYTEST) --quick $(ARGS)

fuzz: $(DEV) ## Compare the execution engine with graphql-core on 5,000 random documents, and two loads of all demo data
	@TESSERA_FUZZ=5000 $(PYTEST) tests/graphql_api/execution/test_random_*documents.py tests/graphql_api/demo/test_demo.py

fuzz-custody: $(DEV) ## Let vendors and Operations act at random in 100 histories, with a check after every step
	@TESSERA_FUZZ=100 $(PYTEST) tests/resolvers/consignments/test_custody_machine.py

bench: $(DEV) ## Compare speed with hand-written code and PostGraphile, or CPU with another checkout: ARGS="--against ../other"
	@exec $(BIN)/python -m benchmarks.bench $(ARGS)

bench-events: $(DEV) ## Measure live events: delay, CPU and memory of subscribers, slow clients; ARGS= goes to benchmarks.events
	@exec $(BIN)/python -m benchmarks.events $(ARGS)

bench-ecps: $(DEV) ## Measure database time of lists of a million ECPs; ARGS= like "--ecps 100000" or "--markdown"
	@exec $(BIN)/python -m benchmarks.ecp_lists $(ARGS)

bench-custody: $(DEV) ## Measure custody: coupons, movements, load, tracking; ARGS= like "moves --rounds 5", "--quick" or "--markdown"
	@exec $(BIN)/python -m benchmarks.custody $(ARGS)

bench-epcis: $(DEV) ## Measure EPCIS: the capture of 1,000 events, the stream of 100,000; ARGS= like "--events 10000" or "--markdown"
	@exec $(BIN)/python -m benchmarks.epcis $(ARGS)

bench-documents: $(DEV) ## Measure packing lists and labels of 500 packs; ARGS= like "--packs 100"
	@exec $(BIN)/python -m benchmarks.shipping_documents $(ARGS)

bench-evaluation: $(DEV) ## Measure the evaluation of one line against ten rules; zen-engine takes part if it is installed
	@exec $(BIN)/python -m benchmarks.evaluation $(ARGS)

bench-files: $(DEV) ## Measure 50 uploads and downloads of 100 MB at once; ARGS= like "--files 20", "--rounds 3" or "--quick"
	@exec $(BIN)/python -m benchmarks.files $(ARGS)

bench-jobs: $(DEV) ## Measure imports, settlements, and simulations; ARGS= like "settle --rounds 5", "--quick" or "--markdown"
	@exec $(BIN)/python -m benchmarks.jobs $(ARGS)

bench-ledger: $(DEV) ## Measure sales, redemptions, and the ledger; ARGS= like "record redeem --rounds 5", "--quick" or "--markdown"
	@exec $(BIN)/python -m benchmarks.ledger $(ARGS)

bench-reach: $(DEV) ## Measure the reach of 20 rules over a million ECPs; ARGS= like "--ecps 100000" or "--keep"
	@exec $(BIN)/python -m benchmarks.reach $(ARGS)

soak: $(DEV) ## Follow 50,000 events with subscribers that reconnect, and check that none is lost; ARGS= like "--events 5000"
	@exec $(BIN)/python -m benchmarks.events soak $(ARGS)

soak-imports: $(DEV) ## Kill workers and PostgreSQL under an import of 120,000 lines; ARGS= goes to pytest
	@TESSERA_SOAK=1 $(PYTEST) -n 0 -s tests/soak/test_import_kills.py $(ARGS)

soak-settlements: $(DEV) ## Kill workers and PostgreSQL under a settlement and the expiry of 20,000 ECPs; ARGS= goes to pytest
	@TESSERA_SOAK=1 $(PYTEST) -n 0 -s tests/soak/test_settlement_kills.py tests/soak/test_expiry_kills.py $(ARGS)

soak-ledger: $(DEV) ## Kill servers and PostgreSQL under sales and redemptions, and send 100,000 sales in any order; ARGS= goes to pytest
	@TESSERA_SOAK=1 $(PYTEST) -n 0 -s tests/soak/test_ledger_bank.py tests/soak/test_ledger_order.py tests/soak/test_simulation_kills.py tests/resolvers/simulations/test_simulated_ledger.py $(ARGS)

profile: $(DEV) ## Show where the CPU of an operation goes; ARGS= like "small --server floor"
	@exec $(BIN)/python -m benchmarks.profile $(ARGS)

check: format lint types layers schema-check migrations dependencies test ## Run every check, as CI does

fmt: $(DEV) ## Format the code and sort its imports
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format .

format: $(DEV) ## Check the formatting
	@$(BIN)/ruff format --check .

lint: $(DEV) ## Check the code with ruff
	@$(BIN)/ruff check .

types: $(DEV) ## Check the types with mypy
	@$(BIN)/mypy

layers: $(DEV) ## Check that imports point down only
	@$(BIN)/lint-imports

schema: $(DEV) ## Write schema.graphql
	@$(BIN)/tessera schema --write

schema-check: $(DEV) ## Check that schema.graphql is what the code says
	@$(BIN)/tessera schema --check

migrations: $(DEV) ## Check that the migrations make what the models say
	@$(BIN)/tessera migrate --check

dependencies: $(DEV) ## Check that what is imported is declared, and the reverse
	@$(BIN)/deptry .

lock: $(DEV) ## Write requirements/ from pyproject.toml; UPGRADE=1 takes the newest releases
	@$(COMPILE) pyproject.toml --output-file requirements/run.txt
	@$(COMPILE) pyproject.toml --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
	@$(COMPILE) --group build --constraint requirements/dev.txt --output-file requirements/build.txt

graphiql: $(DEV) ## Fetch the pinned GraphiQL and React from npm into graphql_api/static
	@$(BIN)/python -m graphql_api.pages.vendoring

hooks: $(DEV) ## Run the quick checks before every commit
	@$(BIN)/pre-commit install

clean: ## Stop and delete the embedded database, and delete .venv; refused while a server runs
	@if [ -d .tessera/postgres ] && [ -x $(BIN)/tessera ]; then TESSERA_DATA_DIR=.tessera $(BIN)/tessera db remove; fi
	@rm -rf .venv .tessera

ifneq ($(FRESH),yes)
.PHONY: $(RUN)
endif

$(RUN): requirements/run.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Tessera needs Python 3.11 or newer, and '$(PYTHON)' is not: name one, as in 'make PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' has no venv module: install it, on Debian and Ubuntu with 'apt install python3-venv'." >&2; exit 1; }
	@echo "Installing what the server needs into .venv (once, about half a minute)"
	@$(if $(FRESH),true,$(PYTHON) -m venv --clear --without-pip .venv)
	@# First a new pip: old ones take several times as long. Any pip can install it, and Python brings one.
	@pip="$(PYTHON) -m pip --python $(BIN)/python"; $$pip --version >/dev/null 2>&1 || { \
		$(BIN)/python -m ensurepip >/dev/null && pip="$(BIN)/python -m pip"; }; \
		PIP_USER=0 $$pip $(QUIETLY) --require-hashes -r requirements/build.txt
	@# Two halves at once. The files list all that is needed, so no half depends on the other.
	@for half in 0 1; do awk -v half=$$half '/^[^ #]/ { line++ } line % 2 == half' requirements/run.txt >.venv/half-$$half; done; \
		$(PIP) --require-hashes -r .venv/half-0 & other=$$!; \
		$(PIP) --require-hashes -r .venv/half-1; failed=$$?; wait $$other && exit $$failed
	@$(PIP) --no-build-isolation --editable .
	@pwd > $@

$(DEV): $(RUN) requirements/dev.txt
	@echo "Installing what the tests need into .venv (once)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# Every command of this project. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamp makes a second run start without touching the network.
$(INSTALLED): requirements/dev.txt pyproject.toml
	@echo "Installing the Python packages into .venv (once; about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: install
install: $(INSTALLED) ## install the Python packages into .venv

.PHONY: run
run: $(INSTALLED) ## run everything in the foreground: Kafka, registry, PostgreSQL, gateway, ingestor
	@$(BIN)/python -m stack run

.PHONY: demo
demo: $(INSTALLED) ## beside `make run`: create a few todos and watch them arrive as rows
	@$(BIN)/python -m examples.demo

TESTS ?= tests
.PHONY: test
test: $(INSTALLED) ## run every test on real parts; TESTS=tests/unit runs a part of them
	@$(BIN)/pytest $(TESTS)

OUT ?= .
PROTOC = cd protos && ../$(BIN)/python -m grpc_tools.protoc -I.
.PHONY: generate
generate: $(INSTALLED) ## write the code that protos/ generates
	$(PROTOC) --python_out=$(OUT) --pyi_out=$(OUT) buf/validate/validate.proto todo/v1/todo_service.proto
	$(PROTOC) --grpc_python_out=$(OUT) todo/v1/todo_service.proto

.PHONY: lock
lock: $(INSTALLED) ## resolve pyproject.toml into requirements/*.txt, with hashes, for every platform
	@for extra in gateway ingestor dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --extra $$extra pyproject.toml -o requirements/$$extra.txt || exit 1; done

.PHONY: format
format: $(INSTALLED) ## format the code, and mend what the linter can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/buf format --write --path protos/todo

# What `make check` runs. Each can be run by itself (make check-types), prints one line when all is well, and otherwise
# what the tool says and what to do.
CHECKS := format lint types imports protos breaking generated contract compose house
check-format    = $(BIN)/ruff format --check . && $(BIN)/buf format --diff --exit-code --path protos/todo
mend-format     = make format
check-lint      = $(BIN)/ruff check .
mend-lint       = make format, then by hand
check-types     = $(BIN)/mypy
mend-types      = by hand
check-imports   = $(BIN)/lint-imports --no-logo
mend-imports    = move the import; the rules are in .importlinter
check-protos    = $(BIN)/buf lint
mend-protos     = by hand; the rules are in buf.yaml
check-breaking  = .ci/breaking
mend-breaking   = add to the contract instead of changing it: clients out there rely on it
check-generated = .ci/generated
mend-generated  = make generate
check-contract  = $(BIN)/python -m schemas check --offline
mend-contract   = mend schemas/todo_created.avsc
check-compose   = $(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml && $(BIN)/pytest --quiet tests/unit/containers
mend-compose    = mend docker-compose.yml
check-house     = $(BIN)/pytest --quiet tests/unit/house
mend-house      = by hand; each test says its rule

.PHONY: check
check: $(INSTALLED) ## format, lint, types, imports, contracts, generated code, compose file: the one gate
	@$(MAKE) --no-print-directory --keep-going $(addprefix check-,$(CHECKS))

.PHONY: $(addprefix check-,$(CHECKS))
$(addprefix check-,$(CHECKS)): check-%: $(INSTALLED)
	@if said=$$($(check-$*) 2>&1); then printf 'ok      %s\n' '$*'; \
	else printf 'FAILED  %s\n%s\nto mend it: %s\n' '$*' "$$said" '$(mend-$*)'; exit 1; fi

.PHONY: bench
bench: $(INSTALLED) ## measure the gateway and the ingestor beside their baselines (three minutes)
	@$(BIN)/python -m bench

.PHONY: bench-pauses
bench-pauses: $(INSTALLED) ## measure how long partitions stand still when an ingestor is killed, stops or joins
	@$(BIN)/python -m bench.pauses

.PHONY: bench-front-door
bench-front-door: $(INSTALLED) ## measure batches, overload and a rolling restart as a stock client sees them
	@$(BIN)/python -m bench.front_door

KILLS ?= 100
TORTURE = $(foreach option,KILLS SEED SECONDS JSON PICTURE,$(if $($(option)),--$(shell tr A-Z a-z <<< $(option)) $($(option))))
.PHONY: torture
torture: $(INSTALLED) ## kill every part at random under load and count todos: KILLS= SEED= SECONDS= JSON=file PICTURE=file
	@$(BIN)/python -m tests.fault.torture $(TORTURE)

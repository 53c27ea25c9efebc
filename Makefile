# Every command of this project. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

.PHONY: generate
generate: $(INSTALLED) ## write the code that protos/ generates
	cd protos && ../$(BIN)/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. buf/validate/validate.proto todo/v1/todo_service.proto
	cd protos && ../$(BIN)/python -m grpc_tools.protoc -I. --grpc_python_out=. todo/v1/todo_service.proto

.PHONY: lock
lock: $(INSTALLED) ## resolve pyproject.toml into requirements/*.txt, with hashes, for every platform
	@for extra in gateway ingestor dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --extra $$extra pyproject.toml -o requirements/$$extra.txt || exit 1; done

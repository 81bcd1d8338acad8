# FareLegami: `make run` on a fresh machine, then `make test`. `make help` lists the rest.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV = .venv/bin/python
SIZE ?= S
TO ?= backups
DOORS = app.py worker.py cli.py
HOUSES = kit people ledger market calls community demo
TYPED = $(wildcard $(addsuffix /__init__.py,$(HOUSES)))

# PORT=8001 and FARELEGAMI_DATA=var2 may be given as make variables or in the environment.
export PORT FARELEGAMI_DATA
ifndef PORT
unexport PORT
endif
ifndef FARELEGAMI_DATA
unexport FARELEGAMI_DATA
endif

.DEFAULT_GOAL := help
ONLY ?=
WHAT ?= pages
.PHONY: help setup setup-tests run dev test check bench backup lock translations migration mutants proof drill

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	|| sed -n 's/^\([a-z-]*\):.*## /  make \1  /p' $(MAKEFILE_LIST)

setup: ## make this machine ready: environment, packages, libraries, assets
	@$(if $(PYTHON),,echo "Python 3.11 or newer is needed; found none."; exit 1)
	@$(PYTHON) -m kit.run.bootstrap

setup-tests:
	@$(if $(PYTHON),,echo "Python 3.11 or newer is needed; found none."; exit 1)
	@$(PYTHON) -m kit.run.bootstrap --tests

run: setup ## start FareLegami and print its address (PORT=8000, FARELEGAMI_DATA=var)
	@exec $(VENV) -m kit.run.launch

dev: setup ## like run, and it starts anew when code, templates or catalogues change
	@exec $(VENV) -m kit.run.dev

test: setup-tests ## run every test (ARGS="tests/market -k booking" for some)
	@$(VENV) -m pytest $(ARGS)

check: setup-tests ## formatting, lint, types, contracts, migrations, statements, dead code, translations
	@$(VENV) -m ruff format --check .
	@$(VENV) -m ruff check .
	@$(VENV) -m mypy $(patsubst %/__init__.py,%,$(TYPED)) $(wildcard $(DOORS)) bench tests
	@$(VENV) .venv/bin/lint-imports --no-cache
	@$(VENV) -m kit.migrate check
	@$(VENV) -m kit.statements check
	@$(VENV) -m tests.unused
	@$(VENV) -m kit.words.catalogs check

mutants: setup-tests ## leave out one lock or clause at a time: some test must fail (ONLY=closings)
	@$(VENV) -m tests.mutants --only "$(ONLY)"

proof: setup-tests ## every bit of a ranking, every form by everybody: what `make test` only samples (ARGS="--sample 500")
	@$(VENV) -m tests.proof $(ARGS)
	@EVERY=1 $(VENV) -m pytest -v tests/hostile/test_access_first.py

bench: setup-tests ## measure the hot pages (SIZE=S, M or L), or WHAT=crowd, WHAT=memory
	@$(VENV) -m bench $(WHAT) --size $(SIZE)

drill: setup-tests ## break one thing at a time while everybody acts: no promise may break (MINUTES=10 SEED=7 STEP=4)
	@$(VENV) -m tests.drill --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED)) $(if $(STEP),--step $(STEP),--docs) $(ARGS)

backup: setup ## save everything, also while it runs (TO=backups)
	@$(VENV) -m kit.run.backup save $(TO)

translations: setup-tests ## extract new texts into the catalogues
	@$(VENV) -m kit.words.catalogs update

migration: export MESSAGE ?=
migration: setup-tests ## write the next revision of the tables (MESSAGE="Hold the keys")
	@$(VENV) -m kit.migrate new "$$MESSAGE"

lock: setup-tests ## renew the lock files from requirements*.in (UPGRADE=1 takes newer versions)
	@for name in requirements requirements-dev; do \
		$(VENV) -m uv pip compile -q --universal --generate-hashes --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade) \
			--custom-compile-command "make lock" $$name.in -o $$name.txt || exit 1; done

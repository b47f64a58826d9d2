# Everything a developer does with this repository. Needs git, make and Python 3.11 or 3.12.
# `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# Workers that run tests at once: one more than there are processors, because tests often wait for
# a server.
TEST_JOBS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
OLDER := 0.10.2 0.11.4
OLDER_STAMPS := $(OLDER:%=.venvs/%/.installed)

# The first interpreter that really starts (a version manager's shim may exist and still fail),
# is of a supported version and can make virtual environments. PYTHON=... overrides the search.
PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
	for path in $$(type -ap $$python); do \
	if "$$path" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
	2>/dev/null; then echo "$$path"; exit; fi; done; done)

# $(call install,VENV,PINS): a fresh environment with exactly these pins.
# Open WebUI renders its whole change log at every start, for more than a second, and serves the
# five newest versions of it. It looks above site-packages first, and finds those five there.
define install
	@test -n "$(PYTHON)" || { echo "No working Python 3.11 or 3.12 with venv found (Debian: \
	apt-get install python3-venv). Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Installing $(2) into $(1) with $(PYTHON) ..."
	@$(PYTHON) -m venv --clear $(1)
	@$(1)/bin/python -m pip install --quiet --no-deps --requirement $(2)
	@cd $(1)/lib/python3.* && awk '/^## \[/ && ++versions > 5 { exit } 1' \
		site-packages/open_webui/CHANGELOG.md >CHANGELOG.md
	@touch $@
endef

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(VENV)/.installed ## Make .venv with Open WebUI 0.12.4 and all tools

$(VENV)/.installed: requirements/dev.txt
	$(call install,$(VENV),$<)

.venvs/%/.installed: requirements/open-webui-%.txt
	@mkdir -p .venvs
	$(call install,.venvs/$*,$<)

.PHONY: older
older: $(OLDER_STAMPS) ## Make environments with the older versions of Open WebUI that are tested

.venvs/moto/.installed: requirements/moto.txt
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --no-deps --requirement $<
	@touch $@

build/azurite/.installed:
	@mkdir -p $(@D)
	@npm install --silent --no-audit --no-fund --prefix $(@D) azurite@3.35.0
	@touch $@

.PHONY: storages
storages: .venvs/moto/.installed ## Make the servers of cloud storages that tests fetch files from
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory build/azurite/.installed; fi

.PHONY: bundle
bundle: venv ## Write the Functions for Open WebUI into dist/
	$(BIN)/python -m owui_function.bundle

.PHONY: chart
chart: venv ## Pack the Helm chart, with the program in it, into dist/ (needs no Helm)
	$(BIN)/python -m scripts.make_chart

.PHONY: release
release: venv ## Build all that a release carries, with checksums, into dist/
	$(BIN)/python -m scripts.make_release

.PHONY: chart-readme
chart-readme: build/tools/helm-docs ## Write the chart's README again from the values' comments
	build/tools/helm-docs --chart-to-generate charts/open-webui-stack --sort-values-order file

.PHONY: demo
demo: venv ## Fill a throw-away Open WebUI in ./demo from the sample backup
	$(BIN)/python -m migrator_core demo --dir demo

.PHONY: demo-serve
demo-serve: venv ## Start Open WebUI on ./demo (made first when it does not exist)
	@test -e demo/.librechat-migrate-demo || $(MAKE) --no-print-directory demo
	$(BIN)/python -m migrator_core demo --dir demo --serve

.PHONY: tools
tools: build/tools/helm build/tools/helm-docs build/tools/actionlint ## Build what tests run (needs Go)

build/tools/helm:
	GOBIN=$(CURDIR)/build/tools go install helm.sh/helm/v3/cmd/helm@v3.19.4

build/tools/helm-docs:
	GOBIN=$(CURDIR)/build/tools go install github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2

build/tools/actionlint:
	GOBIN=$(CURDIR)/build/tools go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: test
test: venv older storages ## Run all tests, against all supported versions (ARGS=... for pytest)
	@if command -v go >/dev/null; then $(MAKE) --no-print-directory tools; fi
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadgroup $(ARGS)

.PHONY: test-unit
test-unit: venv ## Run the tests that start no server
	$(BIN)/python -m pytest -n $(TEST_JOBS) tests/unit $(ARGS)

.PHONY: test-bundle
test-bundle: venv ## Run the unit tests and whole runs against the built single file
	$(BIN)/python -m pytest -p tests.support.program -n $(TEST_JOBS) --dist loadgroup \
		tests/unit tests/integration/test_whole_run.py tests/integration/test_migrated_chats.py \
		tests/integration/test_migrated_things.py -k "not postgresql and not 0.11 and not 0.10" \
		$(ARGS)

.PHONY: access-matrix
access-matrix: venv ## Ask for everything as everybody, with every Open WebUI and database
	ACCESS_MATRIX=all $(BIN)/python -m pytest tests/integration/test_access_matrix.py $(ARGS)

.PHONY: test-linear
test-linear: venv ## Look for texts that convert slowly, in many mixtures (LINEAR_EXAMPLES=...)
	LINEAR_EXAMPLES=$${LINEAR_EXAMPLES:-5000} $(BIN)/python -m pytest \
		tests/unit/convert/test_linear.py $(ARGS)

.PHONY: compose-test
compose-test: ## Migrate and check in containers (needs docker compose)
	docker compose -f docker-compose.test.yml build
	@status=0; docker compose -f docker-compose.test.yml run --rm checker || status=$$?; \
	docker compose -f docker-compose.test.yml down --volumes; exit $$status

.PHONY: check
check: venv ## Lint, formatting, types, arrows between packages, dead code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/vulture
	@if command -v shellcheck >/dev/null; then shellcheck scripts/*.sh; fi

.PHONY: bench
bench: venv ## Measure speed, memory and what neighbours notice (ARGS=neighbour for one part)
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: bench-quick
bench-quick: venv ## Measure the targets in two minutes: wanted, measured, met or not
	$(BIN)/python -m benchmarks.targets $(ARGS)

.PHONY: fuzz
fuzz: venv ## Read and convert 50,000 damaged inputs, preview 1,000 damaged backups (ARGS="--seed 2")
	$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: faults
faults: venv ## Break a run in every phase, run again, compare (ARGS="--seed 1 --each 1")
	$(BIN)/python -m tests.faults $(ARGS)

.PHONY: machine
machine: venv ## People, runs and kills in random order, beside a model (ARGS="--seed 1 --examples 9")
	$(BIN)/python -m tests.machine $(ARGS)

.PHONY: sample
sample: venv ## Write the sample backup again from scripts/sample
	$(BIN)/python -m scripts.make_sample

.PHONY: pictures
pictures: venv ## Make the pictures in docs/images again, by a run of the browser tests
	$(BIN)/python -m pytest tests/browser/test_function.py -k "not older" $(ARGS)
	$(BIN)/python -m scripts.make_pictures

.PHONY: lock
lock: venv ## Resolve requirements/*.txt again from the .in files
	$(BIN)/python scripts/lock.py $(ARGS)

.PHONY: clean
clean: ## Remove everything that make made
	rm -rf $(VENV) .venvs build dist demo benchmarks/out .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Every target makes the environment that it needs first, and does nothing twice: the stamp files in the
# environments say which pins they hold.

PYTHON ?= python3.11
UV = .venv/bin/uv
# Where Python may not keep the bytecode of what it imports, it is made once here, and not at every start: the
# packages' when they are installed, our own modules' when one has changed (Python ignores what is out of date).
INSTALL = UV_NO_PROGRESS=1 $(UV) pip install --quiet $(if $(PYTHONDONTWRITEBYTECODE),--compile-bytecode)
CLI = .venv/.matchback-cli
TEST = .venv/.matchback-test
AIRFLOW = .venv-airflow/.matchback-airflow
SPARK = .venv-spark/.matchback-spark
AZURITE = build/azurite/.installed
OLD_DUCKDB = 1.0.0 1.4.4
OLD_CLIENTS = $(OLD_DUCKDB:%=build/clients/%/.installed)
BYTECODE = .venv/.matchback-bytecode
MODULES = $(shell find dags src -name "*.py")
WORKERS ?= 2
PYTEST = .venv/bin/python -m pytest -q
COMPILE = $(UV) pip compile --quiet --python-version 3.11 --no-header --no-annotate pyproject.toml --extra sftp --extra s3 --extra pgp
CHARTS = --extra report

.DEFAULT_GOAL := help
.PHONY: help run airflow pictures test test-fast test-spark lint lint-types lint-sql bench pins clean system-packages

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-11s %s\n", $$1, $$2}'
	@echo
	@echo "  make run WORKSPACE=path AS_OF=2026-11-07 runs a workspace of your own."

run: $(BYTECODE) ## Run the sample, night by night, on a copy in build/sample; or your own: WORKSPACE=path AS_OF=date
ifdef WORKSPACE
	@.venv/bin/matchback run --workspace "$(WORKSPACE)" $(if $(AS_OF),--as-of "$(AS_OF)")
else
	@.venv/bin/python sample_data/run_sample.py build/sample
endif

# It begins with the night AS_OF, if it is given; STATE is the folder of all that it keeps.
airflow: $(AIRFLOW) ## Start a local Airflow with the sample in it, ready to click; or with your own: WORKSPACE=path
	@exec .venv-airflow/bin/python sample_data/run_airflow.py "$(or $(STATE),build/airflow)" --port $(or $(PORT),8080) $(if $(WORKSPACE),--workspace "$(WORKSPACE)") $(if $(AS_OF),--night "$(AS_OF)")

test: $(TEST) $(AIRFLOW) $(AZURITE) $(OLD_CLIENTS) $(BYTECODE) system-packages lint ## Install everything that the tests need, lint, and run all tests
	$(PYTEST) -n $(WORKERS) --dist loadgroup tests

test-fast: $(TEST) $(BYTECODE) ## Run the tests that need no servers, no Airflow and no browser
	$(PYTEST) -n $(WORKERS) --dist loadgroup -m "not slow and not servers" tests

# The folder's own fixtures are enough: those of all tests need the servers' packages.
test-spark: $(SPARK) ## Run every SQL case on DuckDB and on Spark together (installs Spark, and Java if it is missing)
	@bash tests/servers/system-packages.sh java
	.venv-spark/bin/python -m pytest -q --confcutdir tests/spark tests/spark

# The two that take a minute each work side by side.
lint: $(TEST) ## Check formatting, lint rules, types and the style of the SQL
	.venv/bin/ruff check --quiet src tests dags sample_data
	.venv/bin/ruff format --quiet --check src tests dags sample_data
	@$(MAKE) --no-print-directory -j 2 lint-types lint-sql

lint-types: $(TEST)
	.venv/bin/mypy --no-error-summary

lint-sql: $(TEST)
	.venv/bin/sqlfluff lint --disable-progress-bar -q sql

bench: $(TEST) $(BYTECODE) ## Measure all or PART=intake, steps, recognition, rewards or reports (a CSV of GB=5 gigabytes; a history of SIZE=S or M)
	@.venv/bin/python -m tests.bench $(PART) --gigabytes "$(or $(GB),5)" --size "$(or $(SIZE),S)"

pictures: $(TEST) $(AIRFLOW) $(BYTECODE) system-packages ## Make the pictures of the guides anew, in a real Airflow, a real support page and Chromium
	@PYTHONPATH=tests .venv/bin/python -m end_to_end.support_pictures docs/guides/images
	@PYTHONPATH=tests:sample_data .venv/bin/python -m dags.pictures docs/guides/images

pins: .venv/bin/uv ## Compile the pins in requirements/ anew
	$(COMPILE) $(CHARTS) --upgrade --extra gcs --extra azure --extra airflow --extra postgres -o requirements/airflow.txt
	$(COMPILE) $(CHARTS) --upgrade -c requirements/airflow.txt -o requirements/cli.txt
	$(COMPILE) $(CHARTS) --upgrade -c requirements/airflow.txt --extra gcs --extra azure --extra support --extra test -o requirements/test.txt
	$(COMPILE) --upgrade -c requirements/test.txt --extra spark --extra cases -o requirements/spark.txt
	$(COMPILE) --upgrade -c requirements/test.txt --extra support -o requirements/support.txt

clean: ## Remove the environments and everything that was built
	@test ! -d build || chmod -R u+w build  # published versions are read-only
	rm -rf .venv .venv-airflow .venv-spark build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find dags src tests sample_data -name __pycache__ -prune -exec rm -rf {} +

system-packages:
	@bash tests/servers/system-packages.sh

.venv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is needed and was not found. Another one: make run PYTHON=python3.12" >&2; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install -qq --disable-pip-version-check uv

$(CLI): requirements/cli.txt pyproject.toml | .venv/bin/uv
	@$(INSTALL) --python .venv --no-deps -r requirements/cli.txt --editable .
	@touch $@

$(BYTECODE): $(MODULES) | $(CLI)
	@$(if $(PYTHONDONTWRITEBYTECODE),.venv/bin/python -m compileall -q dags src || true)
	@touch $@

$(TEST): requirements/test.txt $(CLI) | .venv/bin/uv
	@$(INSTALL) --python .venv -r requirements/test.txt
	@touch $@

$(AZURITE): tests/servers/azurite/package-lock.json tests/servers/azurite/install.sh | $(TEST)
	@tests/servers/azurite/install.sh
	@touch $@

# Analysts' own clients, older than the library that writes what they read.
$(OLD_CLIENTS): build/clients/%/.installed: | $(TEST)
	@$(INSTALL) --python .venv --target build/clients/$* duckdb==$*
	@touch $@

$(AIRFLOW): requirements/airflow.txt pyproject.toml | .venv/bin/uv
	@test -x .venv-airflow/bin/python || $(UV) venv --quiet --python .venv/bin/python .venv-airflow
	@$(INSTALL) --python .venv-airflow --no-deps -r requirements/airflow.txt --editable .
	@touch $@

$(SPARK): requirements/spark.txt pyproject.toml | .venv/bin/uv
	@test -x .venv-spark/bin/python || $(UV) venv --quiet --python .venv/bin/python .venv-spark
	@$(INSTALL) --python .venv-spark --no-deps -r requirements/spark.txt --editable .
	@touch $@

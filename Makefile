# Everything a newcomer needs: `make demo` and `make test`. Both create .venv by themselves.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# locked versions with their hashes; ranges stand in pyproject.toml
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help venv tools demo browser web test test-nojit lint format bench bench-whole bench-growth bench-country bench-lanes bench-scenarios \
	bench-blocks bench-transit soak fuzz audit sbom test-oldest test-newest data lock clean notebooks docs pictures

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/run.stamp: requirements/run.lock pyproject.toml
	@echo "Installing artois_mobility into $(VENV) (a minute or two, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes -r requirements/run.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/run.stamp
	@echo "Installing the tools for tests and checks ..."
	@$(PIP) install --quiet --require-hashes -r requirements/dev.lock
	@touch $@

venv: $(VENV)/dev.stamp  ## Create .venv with everything, tests' tools included

tools:  ## Install the programs that tests of files run: GDAL, QGIS, PostGIS, Poppler (Debian, as root)
	@dpkg --status $$(grep -v '^#' requirements/debian.txt) >/dev/null 2>&1 || \
		{ echo "Installing GDAL, QGIS, PostGIS and Poppler (some minutes, once) ..." && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$$(grep -v '^#' requirements/debian.txt) >/dev/null; } || \
		{ echo "The tests of layers and plates need the packages that requirements/debian.txt lists."; exit 1; }

SCENARIOS ?= scenarios/*.toml
OUTPUT    ?= out
demo: $(VENV)/run.stamp  ## Compare thirteen scenarios of the embedded territory; results in out/
	@$(BIN)/artois-mobility compare scenarios/artois.toml $(SCENARIOS) --output $(OUTPUT)
	@echo "Open $(OUTPUT)/report.html in a browser and $(OUTPUT)/results.qgz in QGIS; the tables and maps lie beside."

browser:  ## Install Chromium, which the tests of the report's page drive (Debian, as root)
	@command -v chromium chromium-browser google-chrome >/dev/null || test -n "$(CHROMIUM)" || \
		{ echo "Installing Chromium ..." && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
		{ echo "The tests of the page need Chromium: install it, or set CHROMIUM to its path."; exit 1; }

web:  ## Build again what the report's page takes from others (needs Node)
	@cd web && npm ci --silent && node build.mjs

test: $(VENV)/dev.stamp browser tools  ## Run every test
	@$(BIN)/python -m pytest -n 2 --dist loadfile
	@NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/test_heap.py tests/test_searches.py \
		tests/test_nearest_kernels.py tests/test_ground_kernel.py tests/test_contour_kernel.py tests/test_hierarchy.py \
		tests/test_sweeps.py tests/test_paths.py tests/test_sums.py tests/test_graph.py tests/test_transit_searches.py

lint: $(VENV)/dev.stamp  ## Run every check that needs no test: ruff, mypy, imports, docstrings, locks, docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m numpydoc.hooks.validate_docstrings $$(git ls-files 'src/*.py')
	@if grep -nE '^\s*--(index|extra-index|find-links|trusted)|https?://' requirements/*.lock; \
		then echo "lock files must name no index"; exit 1; fi
	@$(MAKE) --no-print-directory docs

docs: $(VENV)/dev.stamp  ## Build the documentation site into build/site; a warning is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

format: $(VENV)/dev.stamp  ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(VENV)/bench.stamp: requirements/bench.lock $(VENV)/dev.stamp
	@echo "Installing the peers that benchmarks run against ..."
	@$(PIP) install --quiet --require-hashes -r requirements/bench.lock
	@touch $@

bench: $(VENV)/bench.stamp  ## Time every kernel, then the engine against its peers (some minutes)
	@$(BIN)/python -m pytest benchmarks --benchmark-only -o addopts= -q
	@$(BIN)/python benchmarks/against_peers.py --output benchmarks/results/engine.txt

bench-whole: $(VENV)/bench.stamp  ## The same against peers, with the one that takes a quarter of an hour
	@$(BIN)/python benchmarks/against_peers.py --whole --output benchmarks/results/engine.txt

bench-growth: $(VENV)/dev.stamp  ## Time every step on graphs of up to twenty million nodes (half an hour)
	@$(BIN)/python benchmarks/growth.py --folder benchmarks/results

bench-country: $(VENV)/dev.stamp  ## Read and prepare extracts of up to twenty million nodes (some minutes)
	@$(BIN)/python benchmarks/country.py --output benchmarks/results/country.txt

bench-lanes: $(VENV)/bench.stamp  ## Time sweeps of 8 to 128 sources at once (some minutes)
	@$(BIN)/python benchmarks/lanes.py --output benchmarks/results/lanes.txt

bench-scenarios: $(VENV)/dev.stamp  ## Time comparing 50 scenarios, and one against computing all anew (some minutes)
	@$(BIN)/python benchmarks/scenarios.py --output benchmarks/results/scenarios.txt

bench-transit: $(VENV)/dev.stamp  ## Time public transport against a plain search in Python, and its bars (a minute)
	@$(BIN)/python benchmarks/transit.py --output benchmarks/results/transit.txt

notebooks: $(VENV)/dev.stamp  ## Execute the notebooks of docs/ and store what they show
	@$(BIN)/python docs/tools/notebooks.py

pictures: $(VENV)/dev.stamp browser  ## Draw the pictures of README and gallery
	@$(BIN)/python docs/tools/pictures.py

bench-blocks: $(VENV)/dev.stamp  ## Time work in blocks: one thread, two, two Dask workers (some minutes)
	@$(BIN)/python benchmarks/blocks.py --output benchmarks/results/blocks.txt

MINUTES ?= 30
soak: $(VENV)/dev.stamp  ## Kill a block job at random and start it again: make soak MINUTES=30
	@$(BIN)/python benchmarks/soak.py --minutes $(MINUTES) --output benchmarks/results/soak.txt

$(VENV)/assure.stamp: requirements/assure.lock $(VENV)/dev.stamp
	@echo "Installing what looks for faults and known weaknesses ..."
	@$(PIP) install --quiet --require-hashes -r requirements/assure.lock
	@touch $@

SECONDS ?= 60
fuzz: $(VENV)/assure.stamp  ## Throw hostile input at everything that reads files: make fuzz SECONDS=60
	@mkdir -p build
	@$(BIN)/python benchmarks/fuzz.py --seconds $(SECONDS) --output build/fuzz.txt

audit: $(VENV)/assure.stamp  ## Look up the locked versions among known weaknesses (needs the internet)
	@for lock in run dev; do $(BIN)/pip-audit --strict --require-hashes --disable-pip \
		-r requirements/$$lock.lock || exit 1; done

sbom: $(VENV)/assure.stamp  ## Write the bill of materials of the locked versions: dist/sbom.json
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements/run.lock --pyproject pyproject.toml \
		--output-reproducible --output-format JSON --output-file dist/sbom.json
	@$(BIN)/python requirements/complete_sbom.py dist/sbom.json

test-oldest: $(VENV)/dev.stamp  ## Run the tests with the oldest versions that pyproject.toml allows (needs uv)
	@sh requirements/try_versions.sh lowest-direct $(VENV)-oldest

test-newest: $(VENV)/dev.stamp  ## Run the tests with the newest versions there are (needs uv)
	@sh requirements/try_versions.sh highest $(VENV)-newest

data: $(VENV)/run.stamp  ## Build the embedded territory again from its tables of facts
	@$(BIN)/python data/osm/build_territory.py
	@$(BIN)/python data/gtfs/build_timetable.py

lock:  ## Resolve the locked versions anew (needs uv)
	uv pip compile pyproject.toml --extra dev --extra bench --universal --python-version 3.11 \
		--generate-hashes --only-binary :all: --no-emit-index-url --no-emit-find-links --no-annotate \
		--no-header --output-file requirements/bench.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--only-binary :all: --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--output-file requirements/dev.lock
	uv pip compile pyproject.toml --extra build --constraint requirements/dev.lock --universal \
		--python-version 3.11 --generate-hashes --only-binary :all: --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header --output-file requirements/run.lock
	uv pip compile pyproject.toml --extra assure --constraint requirements/dev.lock --universal \
		--python-version 3.11 --generate-hashes --only-binary :all: --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header --output-file requirements/assure.lock

clean:  ## Remove what the targets made
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-newest out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

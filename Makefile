# What a person does daily. `make` alone sets up .venv (once) and runs the main job: the notebook's verdict.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CODE := src backends tests benchmarks $(wildcard calibration) $(wildcard examples/*.py)
WORKERS ?= 2
BENCHED := zoo:notebook zoo:mlp zoo:lenet zoo:lstm_tagger zoo:gpt_block
SHOOT := $(or $(firstword $(shell command -v chromium chromium-browser google-chrome)),chromium) --headless --no-sandbox --disable-gpu --hide-scrollbars
# Each worker of the tests has a core: libraries that take all of them for each worker fight over them.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS)

.PHONY: check test sweep exhaustive zoo selftest lint bench bench-full bench-suite pictures notebook calibrate clean

check: .venv/installed
	@$(BIN)/trivium check examples/nets/notebook.net.toml

test: .venv/installed-dev
	@$(PYTEST) -m "not slow"

sweep: .venv/installed-dev
	@$(PYTEST) -m slow

# The vocabulary's part of the sweep: far more cases than an op states itself, on every road.
exhaustive: .venv/installed-dev
	@$(PYTEST) -m slow tests/vocabulary

selftest: .venv/installed
	@$(BIN)/trivium self-test

zoo: .venv/installed
	@$(BIN)/trivium check zoo:all

lint: .venv/installed-dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo

# A few networks in a few minutes; `bench-full` is the whole zoo, and how time grows with its sizes.
bench: .venv/installed
	@mkdir -p .benchmarks
	@$(BIN)/trivium bench race $(BENCHED) --processes 2 --seconds 0.3 -o .benchmarks/bench.json
	@$(BIN)/trivium bench report .benchmarks/bench.json -o .benchmarks/bench.html

bench-full: .venv/installed
	@mkdir -p .benchmarks
	@$(BIN)/trivium bench race zoo:all --processes 2 --seconds 0.3 -o .benchmarks/zoo.json
	@$(BIN)/trivium bench race zoo:mlp --scale b=16,64,256,1024 --processes 2 --seconds 0.3 -o .benchmarks/batch.json
	@$(BIN)/trivium bench race zoo:lstm_tagger --scale t=8,16,32,64 --processes 2 --seconds 0.3 -o .benchmarks/steps.json
	@$(BIN)/trivium bench report .benchmarks/zoo.json .benchmarks/batch.json .benchmarks/steps.json -o .benchmarks/full.html

# The pictures in README, taken in a browser: of a lesson's step, and of the last report of `make bench-full`.
pictures: .venv/installed
	@test -f .benchmarks/full.html || { echo "no .benchmarks/full.html: run make bench-full first"; exit 1; }
	@$(BIN)/trivium lesson examples/nets/notebook.net.toml -o .benchmarks/lesson.html
	@$(SHOOT) --window-size=1280,940 --screenshot=docs/lesson.png "file://$(CURDIR)/.benchmarks/lesson.html#16"
	@$(SHOOT) --window-size=1000,900 --screenshot=docs/bench.png "file://$(CURDIR)/.benchmarks/full.html"

# The notebook among the examples, from its script, which is what a person edits.
notebook: .venv/installed
	@$(BIN)/python examples/as_notebook.py

bench-suite: .venv/installed-dev
	@$(BIN)/python -m pytest benchmarks --benchmark-only

calibrate: .venv/installed-dev
	@$(BIN)/python -m calibration

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks

# A stamp is younger than what it was made from, so that a second `make` installs nothing.
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "trivium needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.11")'
	@echo "setting up .venv: NumPy, torch and JAX (once; most of it is downloads)" >&2
	@$(PYTHON) -m venv .venv
	@$(PIP) --upgrade pip
	@$(PIP) -c constraints.txt -e '.[all]'
	@touch $@

.venv/installed-dev: .venv/installed
	@echo "adding the tools for development" >&2
	@$(PIP) -c constraints.txt -e '.[all,dev]'
	@touch $@

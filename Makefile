# Every verb of the project. A verb installs what it needs, once: the stamps in
# .venv carry a checksum of the pins, so a second call finds its stamp and starts at once.

PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11  # the first that is new enough
VENV   := .venv
BIN    := $(VENV)/bin
PINS   := $(shell cat pyproject.toml constraints.txt 2>/dev/null | cksum | cut -d " " -f 1)
LABS   := $(VENV)/.labs-$(PINS)
TOOLS  := $(VENV)/.tools-$(PINS)
# compat: else Python, started beside the project's folder, takes that for the package labkit.
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile \
          -c constraints.txt -C editable_mode=compat
# What pip would do on one core, on all of them; what no Python reads is left as it is.
BYTES  := $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)
NO_NET := --LabApp.news_url=None --LabApp.extension_manager=readonly \
          --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate
LAB1   := notebooks/lab1_glue_athena.ipynb
NOTEBOOKS ?= notebooks

export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup lab test labs notebooks grade check gallery bench lock clean

help:  ## List the verbs
	@sed -n 's/^\([a-z]*\):.*  ## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

setup: $(LABS)  ## Make .venv and install what the labs need

lab: $(LABS)  ## Start the local AWS and JupyterLab with Lab 1 open; prints the address
	$(BIN)/labkit up
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab $(ROOT) $(NO_NET) --ip=127.0.0.1 \
		--ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/$(LAB1)

test: $(TOOLS)  ## Run every test: a browser is installed where there is none
	.ci/browser
	$(BIN)/python -m pytest -n 3 --dist loadfile

labs: $(LABS)  ## Run all notebooks headless; prints lab, cells, seconds, verdict
	$(BIN)/python -m tools.labs notebooks

notebooks: $(LABS)  ## Write the notebooks, solved and not, from notebooks/sources
	$(BIN)/python -m tools.notebooks

grade: $(LABS)  ## Grade NOTEBOOKS=folder: points and reasons; tables in build/grades.*
	@mkdir -p build
	$(BIN)/labkit grade $(NOTEBOOKS) --json build/grades.json --csv build/grades.csv \
		--junit build/grades.xml --class build/grades.html

check: $(TOOLS)  ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

gallery: $(LABS)  ## Draw each type of chart anew for docs/gallery
	$(BIN)/python -m tools.gallery

bench: $(LABS)  ## Measure the local AWS against DuckDB on the same files
	$(BIN)/python -m tools.bench

lock: | $(BIN)/python  ## Write constraints.txt anew from the pins of pyproject.toml
	$(BIN)/python -m tools.lock

clean:  ## Stop the local AWS; remove .venv, caches and build. A learner's work stays
	-test ! -x $(BIN)/labkit || $(BIN)/labkit down
	rm -rf $(VENV) build .labkit-grading *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@for python in $(PYTHON); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		$$python -m venv $(VENV) && exit; rm -rf $(VENV); exit 1; \
	done; \
	echo "labkit needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1

$(LABS): | $(BIN)/python
	$(PIP) -e .
	$(BYTES)
	$(BIN)/jupyter labextension disable @jupyterlab/apputils-extension:announcements 2>/dev/null
	@rm -f $(VENV)/.labs-* && touch $@

$(TOOLS): | $(LABS)
	$(PIP) -e '.[test]'
	$(BYTES)
	@rm -f $(VENV)/.tools-* && touch $@

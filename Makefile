# Every command sets up what it needs first; `make help` lists them.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
SAMPLES := sample_checkpoints

# Files to open and arguments to add:  make run FILES="a.pth b.pt"   make test ARGS="-k outline"
FILES ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench screenshots soak samples architectures translations app clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "  make %-14s %s\n", $$1, $$2 }'

run: setup ## Open the window with the samples at hand (without a screen: pictures and text); FILES="a.pth b.pt"
	@$(PY) tools/run.py $(FILES)

test: setup ## Run every test, two at a time; ARGS="-k word" for some of them
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

check: setup ## Look over the code: ruff everywhere, mypy on the rooms below the window
	@$(PY) -m ruff check .
	@$(PY) -m mypy

bench: setup ## Measure speed and memory against torch, numpy and bare Qt, and print the table
	@failed=0; for bench in tests/bench/*_bench.py; do $(PY) $$bench $(ARGS) || failed=1; done; exit $$failed

screenshots: setup ## Make pictures of every panel, the README's among them: light and dark, English and Chinese
	@$(PY) tools/system_libraries.py --chinese
	@$(PY) -m inspector.gui.screenshots --out resources/screenshots --theme both --language both $(FILES)

soak: setup ## Throw random files at the readers, and random deeds at the window, for hours; ARGS="-k word" for some
	@$(PY) -m pytest -m hypothesis --hypothesis-profile=soak --timeout=0 $(ARGS)

samples: setup ## Make the files of sample_checkpoints again
	@$(PY) $(SAMPLES)/make.py

architectures: setup ## Make the table of torchvision's architectures again, from the torchvision that is installed
	@$(PY) tools/make_architectures.py

translations: setup ## Collect what the window says anew, and bring its translations up to date
	@$(PY) tools/make_translations.py $(ARGS)

app: setup ## Build the folder that starts by double click without Python, 250 MB at most, and start it from a bare one
	@$(PY) tools/make_app.py $(ARGS)

setup: $(STAMP) ## Make the environment and see to Qt's system libraries (the others do this first)
	@$(PY) tools/system_libraries.py

clean: ## Remove the environment and everything that was built
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache

# The stamp is older than the pins when they changed: then pip is asked again, and only then.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) tools/make_venv.py $(VENV)

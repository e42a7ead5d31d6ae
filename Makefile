# Wince.  A fresh machine needs git, make, and Python 3.11 (or 3.13).
#
#   make demo     set up, build the face pack, render configs/demo.yaml, and say where the page with the pictures is
#   make test     set up and run the tests
#   make lint     check the style
#   make clean    remove what make made, except rendered datasets
#
#   PYTHON=/path/to/python3.13    which Python makes the environment
#   VENV=.venv313                 where the environment lies
#   WORKERS=2                     how many Blender processes render the demo

VENV    ?= .venv
PYTHON  ?=
WORKERS ?= 1

export PATH := $(abspath $(VENV))/bin:$(PATH)

.PHONY: demo test lint clean setup pack

demo: pack
	@wince render configs/demo.yaml --out out/demo --workers $(WORKERS)
	@wince sheet out/demo

test: pack
	@python -m pytest

lint: setup
	@ruff check .

pack: setup
	@wince pack build

setup:
	@.ci/setup '$(VENV)' '$(PYTHON)'

clean:
	@rm -rf $(VENV) dist build .pytest_cache .ruff_cache .hypothesis addon/wince/data/*.npz

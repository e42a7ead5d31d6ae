# Wince.  A fresh machine needs git, make, and Python 3.11 (or 3.13).
#
#   make demo       set up, build the face pack, render configs/demo.yaml, and say where the page with the pictures is
#   make addon      write the artist's zip, dist/wince-<version>.zip
#   make test       set up and run the tests
#   make farm-test  the slow lanes: renders under kill -9, on a full disk, with a real Slurm, OpenJD, and Flamenco's script under Node
#   make gui-test   drive a real Blender 5.2 window as an artist would; screenshots in out/gui (Linux, root; else it says why not)
#   make lint       check the style
#   make clean      remove what make made, except rendered datasets
#
#   PYTHON=/path/to/python3.13    which Python makes the environment
#   VENV=.venv313                 where the environment lies
#   WORKERS=2                     how many Blender processes render the demo
#   JOBS=2                        how many processes test; each takes up to 4 GB
#   WINCE_BLENDER_TREE=FOLDER     where gui-test's Blender lies, made once (1.7 GB; default ~/.cache/wince/blender-tree)

VENV    ?= .venv
PYTHON  ?=
WORKERS ?= 1
JOBS    ?= 2

export PATH := $(abspath $(VENV))/bin:$(PATH)

.PHONY: demo addon test farm-test gui-test lint clean setup setup-all pack

demo: pack
	@wince render configs/demo.yaml --out out/demo --workers $(WORKERS)
	@wince sheet out/demo

addon: setup
	@wince addon build

test: setup-all pack
	@python -m pytest --ignore=tests/gui --ignore=tests/farm -n $(JOBS) --dist loadfile

farm-test: setup-all pack
	@.ci/farm-setup
	@python -m pytest tests/farm -ra

gui-test: addon
	@.ci/gui-tree
	@python -m pytest tests/gui -ra

lint: setup
	@ruff check .

pack: setup
	@wince pack build

setup:
	@.ci/setup '$(VENV)' '$(PYTHON)'

setup-all:
	@.ci/setup '$(VENV)' '$(PYTHON)' dev,paint,release,farm

clean:
	@rm -rf $(VENV) dist build .pytest_cache .ruff_cache .hypothesis addon/wince/data/*.npz

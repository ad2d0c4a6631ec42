# Each target calls a small script of the same name in scripts/. The environment it makes
# lives in .venv; what is tested is pinned in constraints.txt.

.PHONY: help demo test lint devices clean

help:
	@echo "make demo     set up and play the bundled piece to the follower"
	@echo "make test     set up and run the linters and all tests"
	@echo "make lint     the linters alone"
	@echo "make devices  add MIDI and audio devices to the environment"
	@echo "make clean    remove everything that make made"

demo:
	@sh scripts/setup.sh core
	@.venv/bin/repetiteur demo

test: lint
	@.venv/bin/python -m pytest

lint:
	@sh scripts/setup.sh dev
	@sh scripts/lint.sh

devices:
	@sh scripts/setup.sh core
	@sh scripts/devices.sh

clean:
	@rm -rf .venv .dev build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	@find kernels models realtime bridges benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +

# demo: everything on this machine, with virtual hardware · test: what every push must pass · test-long: what takes longer
TESTS ?= tests

.PHONY: demo test test-long bench screens check install

demo: install
	@exec .venv/bin/tongban demo

test:
	@./install.sh test
	@$(MAKE) --no-print-directory check
	.venv/bin/pytest -q -m "not long" $(TESTS)

test-long:
	@./install.sh test
	@$(MAKE) --no-print-directory check
	.venv/bin/pytest -q $(TESTS)

bench:
	@./install.sh test
	.venv/bin/python -m bench

screens:
	@./install.sh test
	.venv/bin/python tests/screen/readme.py docs/screens
	.venv/bin/python tests/screen/gallery.py docs/screens/gallery

check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

install:
	@./install.sh demo

# demo: everything on this machine, with virtual hardware · test: what every push must pass · test-long: what takes longer
# system-test: the packages in virtual machines (QEMU, no KVM needed) and under power cuts; hours, root; part of test-long
# test-postgresql: the centre's tests with its database on PostgreSQL
# camera-test: the camera's process on the real picamera2, in a Debian system made for it (root, 1.1 GB)
# deb: Debian packages into dist, for amd64 and arm64
# words: every key of the citizen's pages into ui/locales/*/*.po, and what has no translation · contract: docs/contract written anew from the types
# The container's root is fetched where there is none yet: that is begun first.
TESTS ?= tests/system/test_package_comes_up.py tests
# Most tests wait for a device's pace, not for a core: seven at a time on two cores. A file's tests stay together, and files come in
# their order: xdist would put the files of few tests last, and those are the slow ones.
WORKERS ?= 7
PYTEST = .venv/bin/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: words deb demo test run test-long system-test test-postgresql camera-test bench screens contract check install

demo: install
	@exec .venv/bin/tongban demo

# Style and types beside the tests, which leave a third of two cores free.
test:
	@./install.sh test
	@$(MAKE) --no-print-directory -j2 check run

run:
	@rm -f .pytest_cache/v/cache/lastfailed
	$(PYTEST) -m "not long" $(TESTS) || tests/support/again.sh

test-long:
	@./install.sh test
	@tests/support/pi/virtual/build.sh .virtualcam
	@$(MAKE) --no-print-directory check
	$(PYTEST) $(TESTS) --ignore tests/machines
	@$(MAKE) --no-print-directory system-test

# Machines at a time: each takes a core whole. What each cut found is written to TONGBAN_PULLS_LOG.
MACHINES ?= 1
system-test:
	@./install.sh system-test
	.venv/bin/pytest -q -s -n $(MACHINES) --dist loadfile --no-loadscope-reorder tests/machines

test-postgresql:
	@./install.sh test
	TONGBAN_TEST_DATABASE=postgresql $(PYTEST) -m "not long" tests/fleet tests/contract

camera-test:
	@./install.sh test
	@tests/support/pi/virtual/build.sh .virtualcam
	.venv/bin/pytest -q tests/contract/test_document_camera.py tests/misfortune/test_camera*.py tests/system/test_from_desk_to_text.py
	.venv/bin/python -m tests.support.pi.figures

bench:
	@./install.sh test
	.venv/bin/python -m bench

screens:
	@./install.sh test
	.venv/bin/python tests/screen/readme.py docs/screens
	.venv/bin/python tests/screen/guides.py docs/screens
	.venv/bin/python tests/screen/gallery.py docs/screens/gallery

deb:
	@./install.sh test
	.venv/bin/python systemd/deb/build.py dist

words:
	@.venv/bin/python -m ui.wording

contract:
	@./install.sh test
	.venv/bin/python -m mqtt.documents docs/contract

check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/mypy systemd/deb/*.py

install:
	@./install.sh demo

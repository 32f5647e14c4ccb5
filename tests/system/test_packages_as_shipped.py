"""The packages as ``make deb`` ships them: what they weigh, what lintian says, and that the same files make the same bytes."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from support.machine.packages import build, package, packages
from support.machine.root import own_arch

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

BUDGET = 120_000_000
"""Bytes of the terminal's package, of the budgets: what a hall's line brings in an evening, and a card holds three of."""


@pytest.fixture(scope="module", params=["amd64", "arm64"])
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    build(folder, "--arch", request.param, "--python", "3.13", "--package", "tongban-terminal")
    return package(folder, "tongban-terminal")


def test_the_terminals_package_is_within_its_budget(shipped: Path) -> None:
    assert shipped.stat().st_size <= BUDGET


def test_lintian_finds_no_error(shipped: Path) -> None:
    said = subprocess.run(["lintian", "--fail-on", "error", "--tag-display-limit", "0", shipped], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout[-4000:] + said.stderr[-1000:]


@pytest.mark.parametrize("name", ["tongban-terminal", "tongban-centre"])
def test_the_same_files_make_the_same_bytes(name: str, tmp_path: Path) -> None:
    build(tmp_path, "--arch", own_arch(), "--python", "3.13", "--package", name, "--compression", "fast")
    again, before = package(tmp_path, name), package(packages(name), name)
    assert _digest(again) == _digest(before)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""Setting up a terminal whose root lies under a file system in memory: what the next start would undo is refused by name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from domain import placard
from domain.placard import Placard
from kiosk.setup.command import _named
from kiosk.setup.system import LOCKED, System

DATA = "/dev/mmcblk0p3 /var/lib/tongban ext4 rw 0 0\n"
WRITABLE = f"/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n{DATA}"
COVERED = f"overlayroot / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay 0 0\n{DATA}"
SERVERS = ("ntp.example.invalid",)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose service manager knows one unit as enabled and writes down what it is told."""
    tools = tmp_path / "tools"
    tools.mkdir()
    answer = '[ "$1" != is-enabled ] || { [ "$2" = camera.service ] && echo enabled || echo disabled; }'
    script = f'#!/bin/sh\necho "$@" >>{tmp_path}/told\n{answer}\n'
    (tools / "systemctl").write_text(script, "utf-8")
    (tools / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    (tmp_path / "proc/self").mkdir(parents=True)
    return tmp_path


def covered(root: Path, mounts: str) -> System:
    (root / "proc/self/mounts").write_text(mounts, "utf-8")
    return System(root)


def test_what_is_new_is_refused_with_the_way_to_do_it(root: Path) -> None:
    system = covered(root, COVERED)
    for change in (lambda: system.time(SERVERS), lambda: system.enable("cups.service", wanted=True)):
        with pytest.raises(OSError, match="lock-root off"):
            change()
    assert not (root / "etc").exists()


def test_what_is_so_already_may_be_asked_for_again(root: Path) -> None:
    covered(root, WRITABLE).time(SERVERS)
    system = covered(root, COVERED)
    system.time(SERVERS)
    system.enable("camera.service", wanted=True)
    system.enable("cups.service", wanted=False)
    with pytest.raises(OSError, match=LOCKED[:6]):
        system.time(("another.example.invalid",))
    assert "enable --now camera.service" in (root / "told").read_text("utf-8")


def test_who_it_is_and_whom_to_call_is_written_where_it_is_read_without_the_datas_disk(root: Path) -> None:
    """On a locked disk the technician is told that the old number stands there."""
    settings = SimpleNamespace(terminal=SimpleNamespace(id="bing-k01", hall="一楼大厅", phone="0800-000-0003"))
    assert list(_named(covered(root, WRITABLE), settings)) == []  # type: ignore[arg-type]
    assert placard.read(root) == Placard("bing-k01", "一楼大厅", "0800-000-0003")
    assert list(_named(covered(root, COVERED), settings)) == []  # type: ignore[arg-type]
    settings.terminal.phone = "0800-000-0004"
    (told,) = _named(covered(root, COVERED), settings)  # type: ignore[arg-type]
    assert (told.verdict, told.says) == ("unknown", LOCKED)

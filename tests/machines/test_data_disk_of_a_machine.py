"""A whole machine whose data partition is gone: fstab, udev, the wait for the device, the screen are the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.hall import until
from support.machine.image import partition
from support.machine.inside import python
from support.machine.place import Place
from support.machine.qemu import SLOW, words

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]

PAGE = "import urllib.request as r; assert '数据盘没有挂上' in r.urlopen('http://127.0.0.1:8600/', timeout=20).read().decode()"
HEAD = 2 * 2**20
"""Bytes: superblock, label and the first group's tables."""


def test_a_machine_without_its_data_partition_starts_and_says_so_on_its_screen(hall: Place, tmp_path: Path) -> None:
    with _torn(hall), hall.on() as machine:
        machine.until(python(PAGE), "the page says so", "tongban-terminal", "tongban-disk", patience=3 * SLOW, pause=10)
        until(lambda: "数据盘" in words(machine.picture(tmp_path / "page.png")), "it can be read on the screen", 3 * SLOW)
        said = machine.run("journalctl -b --no-pager -o cat _PID=1")
        assert "Unit emergency.target is masked" in said
        assert "Timed out waiting for device" in said
        assert machine.run("ls /var/lib/tongban/store") == ""
        assert machine.run("systemctl list-units --no-legend 'getty@*'", check=False) == ""
        machine.off()


@contextmanager
def _torn(hall: Place) -> Iterator[None]:
    start, _ = partition("data")
    head = hall.disk.read(start, HEAD)
    hall.disk.write(start, bytes(HEAD))
    hall.disk.flush()
    yield
    hall.disk.write(start, head)
    hall.disk.flush()

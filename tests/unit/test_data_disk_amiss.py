"""Whether the data lie on the disk they are meant to lie on, from tables of file systems laid here."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kiosk.health.data_disk import ABSENT, READ_ONLY, UNREADABLE, DataDisk, DataDiskError, amiss, there
from kiosk.health.kernel import Kernel
from kiosk.verdict import Verdict

ROOT = "/dev/mmcblk0p2 / ext4 rw,noatime 0 0"
LOCKED = "overlayroot / overlay rw,relatime,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/w 0 0"
CONTAINER = "overlay / overlay rw,lowerdir=/srv/one,upperdir=/srv/two,workdir=/srv/three 0 0"


class Table:
    """A machine's ``/etc/fstab`` and ``/proc/self/mounts``; ``data`` is the folder in question, ``{data}`` its path in a line."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "var/lib/tongban"
        for folder in (self.data / "store", root / "etc", root / "proc/self"):
            folder.mkdir(parents=True)
        self.kernel = Kernel(proc=root / "proc")

    def says(self, fstab: str, *mounts: str) -> str | None:
        (self.root / "etc/fstab").write_text(fstab.format(data=self.data))
        (self.root / "proc/self/mounts").write_text("".join(f"{line.format(data=self.data)}\n" for line in mounts))
        return amiss(self.data / "store", self.kernel, self.root)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


PARTITION = "LABEL=data {data} ext4 defaults,noatime,nosuid,nodev 0 2\n"
MOUNTED = "/dev/mmcblk0p3 {data} ext4 rw,noatime,nosuid,nodev 0 0"
FENCED = "/dev/mmcblk0p3 {data}/store ext4 rw,noatime 0 0"
"""As a unit sees it to which only that folder is writable."""


@pytest.mark.parametrize("root", [ROOT, LOCKED, CONTAINER])
@pytest.mark.parametrize("more", [(), (FENCED,)])
def test_a_disk_that_is_meant_and_mounted_is_well(table: Table, root: str, more: tuple[str, ...]) -> None:
    assert table.says(PARTITION, root, MOUNTED, *more) is None


@pytest.mark.parametrize("root", [ROOT, LOCKED, CONTAINER])
@pytest.mark.parametrize(
    "line", [PARTITION, PARTITION.replace("defaults", "nofail,noauto"), f"# disks\n\tnone none swap sw 0 0\n  {PARTITION}"]
)
def test_a_disk_that_is_meant_and_not_mounted_is_missed_though_its_folder_is_there(table: Table, root: str, line: str) -> None:
    assert table.says(line, root) == ABSENT
    assert table.says(line, root, FENCED.replace("/dev/mmcblk0p3", "overlayroot").replace("ext4", "overlay")) == ABSENT
    assert table.says(line, root, MOUNTED.replace("{data}", "{data}-old")) == ABSENT, "beside it is not there"


def test_a_machine_without_such_a_disk_keeps_its_data_on_the_systems(table: Table) -> None:
    for fstab in ("", f"PARTUUID=x-02 / ext4 defaults 0 1\n# {PARTITION}"):
        assert table.says(fstab, ROOT) is None
        assert table.says(fstab, CONTAINER, "tmpfs /dev/shm tmpfs rw 0 0") is None
    (table.root / "etc/fstab").unlink()
    (table.root / "proc/self/mounts").unlink()
    assert amiss(table.data, table.kernel, table.root) is None


@pytest.mark.parametrize(
    "fenced", [(), ("overlayroot {data}/store overlay rw,lowerdir=/media/root-ro 0 0",), ("tmpfs {data} tmpfs rw 0 0",)]
)
def test_in_the_memory_of_a_locked_root_nothing_is_kept_whatever_the_table_says(table: Table, fenced: tuple[str, ...]) -> None:
    assert table.says("", LOCKED, *fenced) == ABSENT


def test_every_disk_on_the_way_to_the_folder_counts(table: Table) -> None:
    above = f"LABEL=var {table.root}/var ext4 defaults 0 2\n{PARTITION}"
    assert table.says(above, ROOT, MOUNTED) == ABSENT
    assert table.says(above, ROOT, f"/dev/sda1 {table.root}/var ext4 rw 0 0", MOUNTED) is None


def test_a_link_to_the_folder_is_judged_by_where_it_leads(table: Table) -> None:
    table.says(PARTITION, ROOT)
    link = table.root / "etc" / "terminal.toml"
    link.symlink_to(table.data / "settings" / "terminal.toml")
    assert amiss(link, table.kernel, table.root) == ABSENT


class Refusing:
    """A disk that answers nothing but this error."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, *_arguments: object, **_options: object) -> int:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize(("number", "code"), [(errno.EROFS, READ_ONLY), (errno.EIO, UNREADABLE), (errno.EUCLEAN, UNREADABLE)])
def test_a_disk_that_refuses_is_told_by_how(table: Table, monkeypatch: pytest.MonkeyPatch, number: int, code: str) -> None:
    table.says(PARTITION, ROOT, MOUNTED)
    monkeypatch.setattr(os, "open", Refusing(number))
    with pytest.raises(DataDiskError, match="不要格式化") as told:
        there(table.data, table.kernel, table.root)
    assert told.value.code == code


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSPC])
def test_what_says_nothing_of_the_disk_keeps_nobody_from_starting(
    table: Table, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    table.says(PARTITION, ROOT, MOUNTED)
    monkeypatch.setattr(os, "open", Refusing(number))
    there(table.data, table.kernel, table.root)


def test_the_look_leaves_nothing_behind(table: Table) -> None:
    table.says(PARTITION, ROOT, MOUNTED)
    there(table.data / "store", table.kernel, table.root)
    assert list((table.data / "store").iterdir()) == []
    there(table.data / "none", table.kernel, table.root)
    assert not (table.data / "none").exists()


def test_the_machines_health_names_it_with_what_to_do(table: Table) -> None:
    disk = DataDisk(table.kernel, table.data, table.root)
    table.says(PARTITION, ROOT, MOUNTED)
    assert disk.look().verdict is Verdict.PASSED
    table.says(PARTITION, ROOT)
    found = disk.look()
    assert (found.verdict, found.fault) == (Verdict.FAILED, ABSENT)
    assert "不要格式化" in found.remedy

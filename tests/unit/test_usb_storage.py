"""Which USB disk is the machine's own (``systemd/udev/disk-in-use``), in a tree as the kernel lays it; the others are refused."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "systemd/udev/disk-in-use"
LABEL = "LABEL=data /var/lib/tongban ext4 defaults,noatime 0 2\n"


class Kernel:
    """A card (``mmcblk0``), two USB disks (``sda``, ``sdb``) with two partitions each; nothing is mounted."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        (root / "proc/self").mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "dev").mkdir()
        self.interfaces = {"sda": self._disk("sda", 8, 0, "usb1/1-1/1-1:1.0"), "sdb": self._disk("sdb", 8, 16, "usb1/1-2/1-2:1.0")}
        self._disk("mmcblk0", 179, 0, "soc/mmc0", "p")
        self.mounted("22 1 0:21 / /proc rw - proc proc rw")
        self.table("")
        self.labelled([])
        monkeypatch.setenv("PATH", f"{root}/tools:/usr/bin:/bin")
        monkeypatch.setenv("ROOT", str(root))

    def _disk(self, name: str, major: int, minor: int, where: str, between: str = "") -> Path:
        interface = self.root / "sys/devices" / where
        self.device(interface / "block" / name, f"{major}:{minor}")
        for n in (1, 2):
            self.device(interface / "block" / name / f"{name}{between}{n}", f"{major}:{minor + n}")
        return interface

    def device(self, folder: Path, number: str, *made_of: str) -> None:
        folder.mkdir(parents=True)
        for links, name in (("dev/block", number), ("class/block", folder.name)):
            (self.root / "sys" / links).mkdir(parents=True, exist_ok=True)
            (self.root / "sys" / links / name).symlink_to(folder)
        (self.root / "dev" / folder.name).touch()
        for one in made_of:
            (folder / "slaves").mkdir(exist_ok=True)
            (folder / "slaves" / one).symlink_to((self.root / "sys/class/block" / one).resolve())

    def mounted(self, *lines: str) -> None:
        (self.root / "proc/self/mountinfo").write_text("".join(f"{line}\n" for line in lines))

    def table(self, lines: str) -> None:
        (self.root / "etc/fstab").write_text(f"# LABEL=x /var/lib/tongban\nPARTUUID=x-02 / ext4 defaults 0 1\n{lines}")

    def labelled(self, devices: Iterable[str], code: int = 2) -> None:
        """What blkid(8) finds of that label; 2: nothing."""
        (self.root / "tools").mkdir(exist_ok=True)
        told = "".join(f"echo {self.root}/dev/{name}\n" for name in devices)
        (self.root / "tools/blkid").write_text(
            f"#!/bin/sh\n[ \"$*\" = '-c /dev/null -o device -t LABEL=data' ] || exit 4\n{told}exit {code}\n"
        )
        (self.root / "tools/blkid").chmod(0o755)

    def taken(self) -> set[str]:
        return {
            name
            for name, at in self.interfaces.items()
            if not subprocess.run(["sh", str(PROGRAM), str(at)], check=False).returncode
        }


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    return Kernel(tmp_path, monkeypatch)


def test_a_citizens_stick_is_nobodys_disk(kernel: Kernel) -> None:
    kernel.mounted("27 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw")
    assert kernel.taken() == set()


@pytest.mark.parametrize(
    "line",
    [
        "27 1 8:2 / / rw,noatime - ext4 /dev/root rw",
        "27 1 8:2 / /media/root-ro ro,noatime shared:1 master:2 - ext4 /dev/sda2 ro",
        "27 1 8:1 / /boot/firm\\040ware ro - vfat /dev/disk/by-label/a\\040b ro",
    ],
)
def test_a_disk_is_known_by_its_number_whatever_its_name(kernel: Kernel, line: str) -> None:
    kernel.mounted("22 1 0:21 / /proc rw - proc proc rw", line)
    assert kernel.taken() == {"sda"}


def test_a_root_within_volumes_and_ciphers_is_followed_down_to_its_disks(kernel: Kernel) -> None:
    virtual = kernel.root / "sys/devices/virtual/block"
    kernel.device(virtual / "md0", "9:0", "sda2", "sdb2")
    kernel.device(virtual / "md0/md0p1", "259:0")
    kernel.device(virtual / "dm-0", "254:0", "md0p1")
    kernel.device(virtual / "dm-1", "254:1", "dm-0")
    kernel.mounted("27 1 254:1 / / rw - ext4 /dev/mapper/terminal-root rw")
    assert kernel.taken() == {"sda", "sdb"}


def test_a_file_system_with_a_number_of_its_own_is_known_by_its_device(kernel: Kernel) -> None:
    """btrfs."""
    kernel.mounted("27 1 0:30 /@ / rw - btrfs /dev/sda2 rw")
    assert kernel.taken() == {"sda"}


def test_the_disk_of_the_data_is_taken_before_it_is_mounted_and_when_it_is_plugged_in_again(kernel: Kernel) -> None:
    kernel.mounted("27 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw")
    kernel.table(LABEL)
    kernel.labelled(["sdb1"], 0)
    assert kernel.taken() == {"sdb"}, "a stick beside it is not"
    kernel.labelled([])
    assert kernel.taken() == {"sda", "sdb"}, "on which of them it is only a driver can find out; nobody is served meanwhile"


@pytest.mark.parametrize(
    "table", [LABEL, LABEL.replace("data", '"data"', 1), "/dev/mmcblk0p1 /var/lib/tongban ext4 defaults 0 2\n"]
)
def test_while_the_data_are_on_another_disk_no_stick_is_taken_even_with_their_label(kernel: Kernel, table: str) -> None:
    kernel.mounted("27 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw")
    kernel.table(table)
    kernel.labelled(["mmcblk0p1", "sda1"], 0)
    assert kernel.taken() == set()


def test_where_nobody_can_say_where_the_data_are_no_stick_is_taken(kernel: Kernel) -> None:
    kernel.table(LABEL)
    kernel.labelled([], 4)
    assert kernel.taken() == set()

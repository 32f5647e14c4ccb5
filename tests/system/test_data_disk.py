"""The package on a machine whose data lie on a disk of their own, and that disk is away, torn or read-only: the machine starts all
the same, the screen says what is wrong, nothing is taken in, and it serves again once the disk is there. In a container; each start
is systemd's own, from its first unit on. What a container has not: udev and fsck.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest
from support.machine.booted import Machine
from support.machine.inside import python
from support.machine.mounted import data_partition
from support.machine.newly_installed import DATA, newly_installed
from support.machine.root import lacking

pytestmark = [pytest.mark.timeout(1200), pytest.mark.skipif(bool(lacking()) and "CI" not in os.environ, reason=lacking())]

DEVICE = "/dev/data"
MOUNT = f"""\
[Unit]
SourcePath=/etc/fstab
Before=local-fs.target

[Mount]
What={DEVICE}
Where={DATA}
Type=ext4
Options=noatime,nosuid,nodev

[Install]
RequiredBy=local-fs.target
"""
"""As systemd makes it of the line below; in a container it makes none of a line that names a device."""
FSTAB = f"LABEL=data {DATA} ext4 defaults,noatime,nosuid,nodev 0 2"
PLACARD = '{"id": "t-0001", "hall": "示范丙区政务服务中心", "phone": "0800-000-0003"}'
SETTINGS = "/etc/tongban/terminal.toml"
PAGE = "import urllib.request as r; page = r.urlopen('http://127.0.0.1:8600/', timeout=5).read().decode(); print(page)"
ALIVE = "import urllib.request as r; assert b'alive' in r.urlopen('http://127.0.0.1:8600/pulse', timeout=5).read()"


class Card:
    """The data's disk: a loop device of this machine's, which is there while it has its name."""

    units = ("tongban-terminal", "tongban-screen", "tongban-disk", "var-lib-tongban.mount")

    def __init__(self, machine: Machine, loop: str) -> None:
        self.machine = machine
        self.loop = loop
        self._stands = ""

    def away(self) -> Card:
        """The machine started without it; each test sees to what it begins with, and so runs alone as well."""
        if self._stands != "away":
            self.pull()
            self.start()
            self.says("数据盘没有挂上")
            self._stands = "away"
        return self

    def serving(self) -> Card:
        if self._stands != "serving":
            self.put()
            self.start()
            self.serves()
        return self

    def put(self) -> None:
        self._stands = ""
        self.machine.run(f"ln -sfn {self.loop} {DEVICE}")

    def pull(self) -> None:
        self._stands = ""
        self.machine.run(f"rm -f {DEVICE}")

    def stop(self, *units: str) -> None:
        """What stands on it, so that it can be touched."""
        self._stands = ""
        self.machine.run(f"systemctl stop tongban-terminal {' '.join(units)}")

    def write(self, at: str) -> None:
        """The first 64 KiB of it become those of ``at``."""
        self.machine.run(f"dd if={at} of={self.loop} bs=64k count=1 conv=fsync,notrunc status=none")

    def start(self) -> None:
        """All of user space ends, and starts from its first unit on."""
        asked = "systemctl show -P UserspaceTimestampMonotonic"
        before = self.machine.run(asked)
        self.machine.run("systemctl --no-block soft-reboot", check=False)
        self.machine.until(f"now=$({asked}) && test $now && test $now != {before}", "it starts anew")
        self.machine.until("case $(systemctl is-system-running) in running|degraded) ;; *) false ;; esac", "systemd is up inside")

    def says(self, words: str) -> str:
        """What the page says, with these words in it; it is on the glass."""
        page = self.machine.until(python(f"{PAGE}; assert '{words}' in page"), f"{words} on the page", *self.units)
        self.machine.until(python(ALIVE), "the page is alive", *self.units)
        return page

    def serves(self) -> None:
        self.machine.until(f"tongban status {SETTINGS} | grep '^t-0001：'", "it serves", *self.units)
        self.machine.until(python(ALIVE), "the page is alive", *self.units)
        assert self.machine.run(f"findmnt -no SOURCE {DATA}") == self.loop
        for unit in ("opt-tongban.mount", "tongban-terminal", "tongban-screen"):
            self.machine.until(f"systemctl is-active {unit}", f"{unit} is up", unit)
        assert self.machine.state("tongban-disk") == "inactive"
        self._stands = "serving"

    def on_the_root(self) -> str:
        """What of a store lies below the place of the disk, to the last change."""
        look = f"cd /root-below{DATA} && find . -type f -printf '%p %T@\\n' | sort"
        return self.machine.run(f"mkdir -p /root-below && mount --bind / /root-below && ({look}); umount /root-below")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """A terminal that was set up before its disk came: all of a terminal also lies on the root, where it must never be used."""
    image = data_partition(tmp_path_factory.mktemp("card") / "data.img", 64)
    loop = subprocess.run(["losetup", "--find", "--show", image], capture_output=True, text=True, check=True).stdout.strip()
    try:
        with newly_installed(tmp_path_factory.mktemp("made"), options=[f"--bind={loop}"]) as machine:
            one = Card(machine, loop)
            one.stop("tongban-screen", "opt-tongban.mount")
            machine.run(f"mkdir /new && mount {loop} /new && cp -a {DATA}/. /new/ && umount /new")
            machine.write("/etc/systemd/system/var-lib-tongban.mount", MOUNT)
            machine.write("/etc/fstab", FSTAB)
            machine.write("/etc/tongban/placard.json", PLACARD)
            machine.run("systemctl daemon-reload && systemctl enable var-lib-tongban.mount")
            yield one
    finally:
        subprocess.run(["losetup", "--detach", loop], check=False)


def test_without_its_disk_the_machine_starts_and_the_screen_says_so(card: Card) -> None:
    """And not a byte is written to the store of the same name that lies on the root."""
    card.pull()
    before = card.on_the_root()
    card.away()
    page = card.says("数据盘没有挂上")
    for words in ("本机暂停服务", "有没有受影响，现在还不知道", "0800-000-0003", "示范丙区政务服务中心", "不要格式化"):
        assert words in page
    assert "terminal.db" in before
    assert card.on_the_root() == before


def test_nobody_gets_a_shell_on_the_glass_by_pulling_a_disk(card: Card) -> None:
    card.away()
    assert "Unit emergency.target is masked" in card.machine.run("journalctl -b --no-pager -o cat _PID=1")
    for unit in ("emergency.service", "rescue.service", "tongban-login.service"):
        assert card.machine.state(unit) == "inactive"
    for mode in ("emergency", "rescue"):
        assert card.machine.shell(f"systemctl {mode}", 30)[0] != 0
    card.machine.run("test ! -e /run/tongban-console")


def test_status_doctor_and_setting_up_name_it(card: Card) -> None:
    card.away()
    for command in (f"status {SETTINGS}", f"doctor --unattended {SETTINGS}", "setup --unattended"):
        code, said = card.machine.shell(f"tongban {command} 2>&1", 60)
        assert code, command
        assert "数据盘没有挂上" in said, command
        assert "不要格式化" in said, command


def test_it_serves_by_itself_once_the_disk_is_back(card: Card) -> None:
    card.away().put()
    card.serves()
    assert "✓ 数据盘" in card.machine.run(f"tongban status {SETTINGS}", check=False)
    card.start()
    card.serves()


def test_a_disk_that_can_only_be_read_is_told_until_the_machine_starts_anew(card: Card) -> None:
    card.serving().stop()
    card.machine.run(f"mount -o remount,ro {DATA} && systemctl start tongban-terminal")
    page = card.says("只能读、不能写")
    assert "现在还不知道" in page
    assert "data_disk_read_only" in card.machine.run(f"tongban status {SETTINGS} 2>&1", check=False)
    card.start()  # mounted anew; on a machine after fsck
    card.serves()


def test_a_torn_file_system_is_told_and_mounted_once_it_is_mended(card: Card) -> None:
    card.serving().stop("tongban-screen", "opt-tongban.mount", "var-lib-tongban.mount")
    card.machine.run(f"dd if={card.loop} of=/superblock bs=64k count=1 status=none")
    card.write("/dev/zero")
    card.start()
    card.says("数据盘没有挂上")
    card.write("/superblock")
    card.serves()

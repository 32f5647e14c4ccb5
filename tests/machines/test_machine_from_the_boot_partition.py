"""A machine is switched on for the first time, with the answers of its setting-up on the boot partition; then it serves.

One after the other, on one machine: set up and enrolled, the page on a real graphics device, what is plugged in and out, a
visit, and what is left on its disk when it is switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.citizen import SIGNATURE, Citizen, Upstream
from support.hall import until
from support.machine.image import PARTITIONS
from support.machine.place import KEYBOARD, STORAGE, Place, alive
from support.machine.qemu import HEIGHT, SLOW, WIDTH, Virtual, words
from support.planted import search_raw, strokes

from devices.virtual.social import SocialCard

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]

NETWORK = "10.0.2.15/24 10.0.2.2 10.0.2.3"
"""Not by DHCP: what is typed is what is set."""
UNITS = ("tongban-terminal", "tongban-screen", "tongban-screen-anew.timer", "tongban-reboot.path", "seatd", "opt-tongban.mount")
FIRST_PAGE = "在这里就近办"
BEGIN = (540, 1572)
"""Where 开始办理 is."""
ADDRESS, PHONE = "四川省示范戊县埋名乡藏踪村九组", "13987654321"
HOLDER, HOLDERS_NUMBER = "藏踪试卡人", "510101199003078739"
"""Of a social security card."""
STATUS = "tongban status /etc/tongban/terminal.toml"


@pytest.fixture(scope="module")
def machine(hall: Place) -> Iterator[Virtual]:
    hall.chip = True
    hall.lay_setup(network=NETWORK, time="10.0.2.2")
    with hall.on() as one:
        yield one


def test_the_file_on_the_boot_partition_makes_a_terminal_of_it(hall: Place, machine: Virtual) -> None:
    hall.is_set_up(machine)
    told = machine.run("cat /var/lib/tongban/settings/terminal.toml.setup")
    assert "✓ 登记" in told, told
    assert "✕" not in told, told
    assert machine.run("ls /boot/firmware/tongban") == "profile.toml", "the code is wiped"
    assert "10.0.2.15/24" in machine.run("ip -4 -brief address")
    shown = machine.run("nmcli -g GENERAL.STATE,ipv4.method,ipv4.addresses connection show tongban").split()
    assert sorted(shown) == ["10.0.2.15/24", "activated", "manual"]
    assert machine.run("cat /etc/systemd/timesyncd.conf.d/60-tongban.conf") == "[Time]\nNTP=10.0.2.2"
    assert [paper.cut for paper in hall.rig.printer().papers()] == [True], "the slip"
    hall.rig.printer().tear()


def test_every_unit_is_up_and_the_page_is_painted_on_a_graphics_device(hall: Place, machine: Virtual, tmp_path: Path) -> None:
    for unit in UNITS:
        machine.until(f"systemctl is-active {unit}", f"{unit} is active", unit)
    assert machine.run("systemctl --failed --no-legend --plain", check=False) == ""
    alive(hall)
    assert "card0" in machine.run("ls /dev/dri")
    # The browser has painted before the screen shows it.
    until(lambda: FIRST_PAGE in words(machine.picture(tmp_path / "page.png")), "the first page can be read on the screen", SLOW)
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.size == (WIDTH, HEIGHT)
    assert int(machine.run("free -m | awk '/Mem:/{print $7}'")) > 600, "a board of 2 GB has room left"


def test_a_keyboard_changes_nothing_and_would_without_the_rule(hall: Place, machine: Virtual, tmp_path: Path) -> None:
    def pressed(*keys: tuple[str, ...]) -> bool:
        """Whether the screen shows something else afterwards."""
        machine.plug("usb-kbd", "keyboard", KEYBOARD)
        machine.until("grep -q 'QEMU USB Keyboard' /proc/bus/input/devices && udevadm settle", "it is found")
        before = machine.picture(tmp_path / "before.png").read_bytes()
        for together in keys:
            machine.keys(*together)
            machine.run("sleep 2")
        after = machine.picture(tmp_path / "after.png").read_bytes()
        machine.unplug("keyboard")
        machine.until("! grep -q 'QEMU USB Keyboard' /proc/bus/input/devices", "it is gone")
        return before != after

    assert not pressed(("tab",), ("ctrl", "t"), ("f1",), ("tab",))
    assert hall.glass().look() == "welcome"
    machine.run("touch /run/tongban-keyboard")
    assert pressed(("tab",), ("tab",)), "a test that no key can fail"
    machine.run("rm /run/tongban-keyboard")


def test_a_stick_is_no_disk_here_and_would_be_without_the_rule(hall: Place, machine: Virtual) -> None:
    stick = hall.layout.base / "stick.img"
    stick.write_bytes(b"\x55" * 2**20)
    machine.qmp("blockdev-add", **{"driver": "file", "node-name": "stick", "filename": str(stick), "read-only": True})
    storage = "grep -l '^08$' /sys/bus/usb/devices/*/bInterfaceClass"
    machine.plug("usb-storage", "stick", STORAGE, drive="stick")
    machine.until(f"{storage} && udevadm settle", "it is found")
    assert machine.run(f"cat $(dirname $({storage}))/authorized") == "0"
    assert machine.run("ls /sys/block | grep ^sd || true") == ""
    machine.unplug("stick")
    machine.until(f"! {storage}", "it is gone")
    machine.run("touch /run/tongban-storage")
    machine.plug("usb-storage", "stick", STORAGE, drive="stick")
    machine.until("ls /sys/block | grep ^sd", "a disk")
    machine.unplug("stick")
    machine.run("rm /run/tongban-storage")


def test_a_reader_unplugged_is_told_and_is_back_by_itself(hall: Place, machine: Virtual) -> None:
    machine.until(f"{STATUS} | grep -q '✓ 身份证读卡器：就绪'", "the reader is ready")
    machine.unplug("reader")
    machine.until(f"{STATUS} | grep -q '✕ 身份证读卡器：未接'", "it is told")
    assert machine.run("ls /dev/tongban 2>/dev/null || true") == ""
    hall.plug_reader(machine)
    machine.until(f"{STATUS} | grep -q '✓ 身份证读卡器：就绪'", "it is back")


def test_a_chip_card_reader_unplugged_is_told_and_reads_a_card_when_it_is_back(hall: Place, machine: Virtual) -> None:
    """usb-ccid, pcscd with Debian's driver, our fence."""
    machine.until(f"{STATUS} | grep -q '✓ 芯片读卡器：就绪'", "the reader is ready")
    machine.unplug("chip")
    machine.until(f"{STATUS} | grep -q '✕ 芯片读卡器：未接'", "it is told")
    hall.plug_chip(machine)
    machine.until(f"{STATUS} | grep -q '✓ 芯片读卡器：就绪'", "it is back")
    glass = hall.glass().see("welcome").do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
    glass.do("choose-situation", situation="MED-2").do("choose-channel", channel="here").do("next").do("agree")
    hall.cards.put(SocialCard("2.00", name=HOLDER, number=HOLDERS_NUMBER))
    until(lambda: glass.look() == "card" and "这是社会保障卡" in glass.html, "told what card it is", SLOW)
    hall.cards.put(None)
    glass.do("end").see("welcome")


def test_a_visit_begun_by_a_finger_is_a_case_at_the_centre(hall: Place, machine: Virtual, tmp_path: Path) -> None:
    # The service was there before the picture is: a finger on the screen of before begins nothing.
    until(lambda: "就近办" in words(machine.picture(tmp_path / "welcome.png")), "the welcome page is shown", SLOW)
    machine.touch(*BEGIN)
    hall.glass().see("place")
    machine.run("sleep 3")
    assert "您的事归哪里管" in words(machine.picture(tmp_path / "place.png"))
    hall.glass().do("leave").do("end").see("welcome")
    citizen = Citizen(hall).reviewed(post=(ADDRESS, PHONE))
    citizen.glass.do("submit").see("receipt")
    citizen.took_receipt().glass.do("rate", level="5")
    citizen.left()
    until(lambda: len(Upstream(hall.hall).rows("SELECT 1 FROM documents")) == 3, "case, page and form", SLOW)


def test_nothing_of_a_person_is_in_any_sector_of_its_disk(hall: Place, machine: Virtual, tmp_path: Path) -> None:
    """After the visit before; boot, root and data partition, used and free."""
    control = "这一行写下又删了，搜得到才算数"
    # The file itself is flushed: of a folder that is, what was written a moment ago need not be on the disk.
    machine.run(f"echo {control} >/var/lib/tongban/control && sync /var/lib/tongban/control && rm /var/lib/tongban/control && sync")
    machine.off()
    raw = hall.disk.dump(tmp_path / "disk.img")
    text = next(card for card in hall.rig.reader().people() if card.id == "liu").text
    secrets = [text.name, text.number, text.address, ADDRESS, PHONE, strokes(SIGNATURE), HOLDER, HOLDERS_NUMBER]
    assert search_raw(raw, [control]), "a search that does not find what was deleted shows nothing"
    assert search_raw(raw, secrets) == []
    assert raw.stat().st_size > sum(size for _, size in PARTITIONS) * 2**20

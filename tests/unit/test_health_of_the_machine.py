"""The machine's health: good, bad and unknown are told apart, from what a kernel says in folders laid here."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.port import DeviceState, Life
from kiosk import faults
from kiosk.health.boots import MANY, Boots
from kiosk.health.devices import Devices
from kiosk.health.disk import Disk
from kiosk.health.heat import Heat
from kiosk.health.kernel import Kernel, number
from kiosk.health.lock import Lock
from kiosk.health.memory import Memory
from kiosk.health.network import Network
from kiosk.health.power import Power
from kiosk.health.storage import Storage
from kiosk.health.watch import EVERY, OTHERWISE, HealthWatch
from kiosk.store.room import FULL
from kiosk.verdict import Outcome, Verdict, failed, passed

GOOD, BAD, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    for name in ("sys", "proc"):
        (tmp_path / name).mkdir()
    return Kernel(tmp_path / "sys", tmp_path / "proc")


def lay(root: Path, path: str, said: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{said}\n")


THROTTLED = "devices/platform/soc/soc:firmware/get_throttled"


# --- power ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bits", "found"), [("0", GOOD), ("50000", BAD), ("50005", BAD), ("80000", GOOD), ("2", GOOD), ("?", UNKNOWN)]
)
def test_a_supply_that_sagged_is_told_by_the_firmware(kernel: Kernel, tmp_path: Path, bits: str, found: Verdict) -> None:
    lay(kernel.sys, THROTTLED, bits)
    assert Power(kernel, tmp_path).look().verdict is found


def test_what_sagged_once_has_sagged_until_the_machine_is_switched_off(kernel: Kernel, tmp_path: Path) -> None:
    lay(kernel.sys, THROTTLED, "1")
    assert Power(kernel, tmp_path).look().fault == "power_sagged"
    lay(kernel.sys, THROTTLED, "0")  # the kernel clears what it has read
    assert Power(kernel, tmp_path).look().fault == "power_sagged", "also after the service was started anew"
    next(tmp_path.glob("power-*")).unlink()  # tmpfs is empty after a cold start
    assert Power(kernel, tmp_path).look().verdict is GOOD


def test_the_voltage_monitor_tells_where_the_firmware_has_no_file(kernel: Kernel, tmp_path: Path) -> None:
    lay(kernel.sys, "class/hwmon/hwmon0/name", "cpu_thermal")
    lay(kernel.sys, "class/hwmon/hwmon0/in0_lcrit_alarm", "1")
    lay(kernel.sys, "class/hwmon/hwmon1/name", "rpi_volt")
    lay(kernel.sys, "class/hwmon/hwmon1/in0_lcrit_alarm", "0")
    assert Power(kernel, tmp_path).look().verdict is GOOD
    lay(kernel.sys, "class/hwmon/hwmon1/in0_lcrit_alarm", "1")
    assert Power(kernel, tmp_path).look().verdict is BAD


# --- the lock of the root ------------------------------------------------------------------------------------------------

WRITABLE = "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\nproc /proc proc rw 0 0"
COVERED = "/dev/mmcblk0p2 /media/root-ro ext4 ro 0 0\noverlayroot / overlay rw,lowerdir=/media/root-ro 0 0"
ORDERED, TAKEN_BACK = 'overlayroot="tmpfs:recurse=0"', 'overlayroot="disabled"'


@pytest.mark.parametrize(
    ("mounts", "order", "found"),
    [
        (COVERED, ORDERED, GOOD),
        (WRITABLE, ORDERED, BAD),
        (WRITABLE, TAKEN_BACK, GOOD),
        (WRITABLE, None, GOOD),
        (None, ORDERED, UNKNOWN),
    ],
)
def test_a_root_that_was_to_be_locked_and_is_not_is_told(
    kernel: Kernel, tmp_path: Path, mounts: str | None, order: str | None, found: Verdict
) -> None:
    if mounts is not None:
        lay(kernel.proc, "self/mounts", mounts)
    if order is not None:
        lay(tmp_path, "etc/overlayroot.local.conf", order)
    looked = Lock(kernel, tmp_path).look()
    assert (looked.verdict, looked.fault == "root_unlocked") == (found, found is BAD)


def test_a_lock_ordered_a_moment_ago_is_waited_for_until_the_next_start(kernel: Kernel, tmp_path: Path) -> None:
    lay(kernel.proc, "self/mounts", WRITABLE)
    lay(tmp_path, "etc/overlayroot.local.conf", ORDERED)
    lay(tmp_path, "run/tongban-lock", "")
    assert Lock(kernel, tmp_path).look().verdict is UNKNOWN
    (tmp_path / "run/tongban-lock").unlink()  # tmpfs is empty after a start
    assert Lock(kernel, tmp_path).look().verdict is BAD


# --- heat, memory, network -----------------------------------------------------------------------------------------------


def test_the_hottest_part_counts_and_is_hot_until_it_is_cool_again(kernel: Kernel) -> None:
    heat = Heat(kernel)
    seen = []
    for degrees in (79.9, 80, 76, 74, 79):
        lay(kernel.sys, "class/thermal/thermal_zone0/temp", "41000")
        lay(kernel.sys, "class/thermal/thermal_zone1/temp", str(int(degrees * 1000)))
        seen.append(heat.look().verdict)
    assert seen == [GOOD, BAD, BAD, GOOD, GOOD]


def zone(kernel: Kernel, degrees: float, kind: str, *trips: tuple[str, float]) -> None:
    lay(kernel.sys, "class/thermal/thermal_zone0/temp", str(int(degrees * 1000)))
    lay(kernel.sys, "class/thermal/thermal_zone0/type", kind)
    for n, (name, at) in enumerate(trips):
        lay(kernel.sys, f"class/thermal/thermal_zone0/trip_point_{n}_type", name)
        lay(kernel.sys, f"class/thermal/thermal_zone0/trip_point_{n}_temp", str(int(at * 1000)))


ACPI = (("critical", 119), ("passive", 95), ("active", 55))


@pytest.mark.parametrize(
    ("degrees", "trips", "found"),
    [
        (96, ACPI, GOOD),
        (113, ACPI, GOOD),
        (114, ACPI, BAD),
        (99, (("hot", 100), ("critical", 120)), GOOD),
        (100, (("hot", 100), ("critical", 120)), BAD),
        (84, (("passive", 75), ("passive", 85)), GOOD),
        (85, (("passive", 75), ("passive", 85)), BAD),
        (79, (("passive", 0), ("passive", -274), ("critical", 210)), GOOD),  # unset, or nonsense
        (80, (("passive", 0), ("passive", -274), ("critical", 210)), BAD),
    ],
)
def test_what_is_hot_the_part_says_itself(
    kernel: Kernel, degrees: float, trips: tuple[tuple[str, float], ...], found: Verdict
) -> None:
    zone(kernel, degrees, "acpitz", *trips)
    assert Heat(kernel).look().verdict is found


@pytest.mark.parametrize(("degrees", "found"), [(99, GOOD), (100, BAD)])
def test_a_processor_without_a_fan_is_hot_just_below_what_it_bears(kernel: Kernel, degrees: float, found: Verdict) -> None:
    zone(kernel, degrees, "x86_pkg_temp", ("passive", 0))
    lay(kernel.sys, "class/hwmon/hwmon0/name", "nvme")
    lay(kernel.sys, "class/hwmon/hwmon0/temp1_crit", "84850")
    lay(kernel.sys, "class/hwmon/hwmon1/name", "coretemp")
    lay(kernel.sys, "class/hwmon/hwmon1/temp1_crit", "105000")
    assert Heat(kernel).look().verdict is found


@pytest.mark.parametrize(("degrees", "found"), [(79, GOOD), (81, BAD)])
def test_a_raspberry_pi_is_hot_where_it_slows_itself_down_whatever_its_kernel_says(
    kernel: Kernel, degrees: float, found: Verdict
) -> None:
    zone(kernel, degrees, "cpu-thermal", ("critical", 110), ("active", 50))
    lay(kernel.sys, "firmware/devicetree/base/compatible", "raspberrypi,5-model-b\0brcm,bcm2712\0")
    assert Heat(kernel).look().verdict is found


@pytest.mark.parametrize("said", ["", "hot", "-273150", "4294967295"])
def test_a_thermometer_that_says_nonsense_proves_nothing(kernel: Kernel, said: str) -> None:
    lay(kernel.sys, "class/thermal/thermal_zone0/temp", said)
    assert Heat(kernel).look().verdict is UNKNOWN


@pytest.mark.parametrize(("left", "found"), [(1_000_000, GOOD), (130_000, GOOD), (100_000, BAD)])
def test_memory_that_files_are_kept_in_is_free(kernel: Kernel, left: int, found: Verdict) -> None:
    lay(kernel.proc, "meminfo", f"MemTotal:        2000000 kB\nMemFree:           20000 kB\nMemAvailable:    {left} kB")
    assert Memory(kernel).look().verdict is found


def test_a_program_the_kernel_killed_is_told_and_one_of_before_the_start_is_not(kernel: Kernel) -> None:
    lay(kernel.proc, "meminfo", "MemTotal: 2000000 kB\nMemAvailable: 900000 kB")
    lay(kernel.proc, "vmstat", "pgfault 1\noom_kill 3\n")
    memory = Memory(kernel)
    assert memory.look().verdict is GOOD
    lay(kernel.proc, "vmstat", "pgfault 9\noom_kill 4\n")
    assert memory.look().fault == "memory_killed"


def test_a_cable_that_is_out_is_told_unless_another_way_is_there(kernel: Kernel) -> None:
    assert Network(kernel).look().verdict is UNKNOWN
    for name, carrier, state in (("lo", "1", "unknown"), ("eth0", "0", "down")):
        lay(kernel.sys, f"class/net/{name}/carrier", carrier)
        lay(kernel.sys, f"class/net/{name}/operstate", state)
    lay(kernel.sys, "class/net/eth0/device/vendor", "x")
    assert Network(kernel).look().fault == "network_unplugged", "a loopback is no way to the centre"
    lay(kernel.sys, "class/net/wlan0/device/vendor", "x")
    lay(kernel.sys, "class/net/wlan0/carrier", "1")
    lay(kernel.sys, "class/net/wlan0/operstate", "up")
    assert Network(kernel).look().says == "wlan0 已接通"


# --- storage -------------------------------------------------------------------------------------------------------------


def partition(kernel: Kernel, folder: Path, *, errors: str = "0", life: str | None = None, urgent: str | None = None) -> None:
    """``folder`` lies on mmcblk0p3 of an eMMC."""
    number_ = folder.stat().st_dev
    disk = kernel.sys / "devices" / "mmcblk0"
    (disk / "mmcblk0p3").mkdir(parents=True)
    for place in (f"dev/block/{os.major(number_)}:{os.minor(number_)}", "class/block/mmcblk0p3"):
        link = kernel.sys / place
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(disk / "mmcblk0p3")
    lay(kernel.sys, "fs/ext4/mmcblk0p3/errors_count", errors)
    for name, said in (("life_time", life), ("pre_eol_info", urgent)):
        if said is not None:
            lay(disk, f"device/{name}", said)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({}, None),
        ({"errors": "2"}, "storage_errors"),
        ({"life": "0x01 0x08", "urgent": "0x01"}, None),
        ({"life": "0x01 0x09", "urgent": "0x01"}, "storage_worn"),
        ({"life": "0x0b 0x01"}, "storage_worn"),
        ({"life": "0x00 0x00", "urgent": "0x03"}, "storage_worn"),
        ({"life": "rubbish"}, None),
    ],
)
def test_errors_and_wear_are_told_and_silence_is_no_wear(kernel: Kernel, tmp_path: Path, said: dict[str, str], fault: str) -> None:
    partition(kernel, tmp_path, **said)
    found = Storage(kernel, tmp_path).look()
    assert found.fault == fault
    assert list(tmp_path.glob(".storage*")) == []


def test_errors_of_the_systems_own_file_system_count_too(kernel: Kernel, tmp_path: Path) -> None:
    """It lies on the same card."""
    partition(kernel, tmp_path)
    lay(kernel.sys, "fs/ext4/mmcblk0p2/errors_count", "1")
    assert Storage(kernel, tmp_path).look().fault == "storage_errors"


def test_what_comes_back_otherwise_is_a_failing_card(kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda *asked: pread(*asked)[:-1] + b"\0")
    assert Storage(kernel, tmp_path).look().fault == "storage_failing"


def test_a_folder_that_takes_nothing_is_a_failing_card(kernel: Kernel, tmp_path: Path) -> None:
    assert Storage(kernel, tmp_path / "gone").look().fault == "storage_failing"


def test_room_is_told_as_the_terminal_itself_judges_it(tmp_path: Path) -> None:
    assert Disk(tmp_path, 1).look().verdict is GOOD
    assert Disk(tmp_path, 1 << 62).look().fault == FULL
    assert Disk(tmp_path / "gone", 1).look().verdict is UNKNOWN


# --- how it was switched off ---------------------------------------------------------------------------------------------


def boot(kernel: Kernel, name: str, folder: Path) -> Boots:
    lay(kernel.proc, "sys/kernel/random/boot_id", name)
    boots = Boots(kernel, folder)
    boots.begin()
    return boots


def test_power_cuts_deaths_and_orderly_ends_are_told_apart(kernel: Kernel, tmp_path: Path) -> None:
    boot(kernel, "a", tmp_path)
    boot(kernel, "a", tmp_path)  # the program died and was started again
    boot(kernel, "b", tmp_path).end()  # the plug was pulled; ended in order
    said = boot(kernel, "c", tmp_path).look()
    assert (said.verdict, said.says) == (GOOD, "共断电 1 次，程序中断 1 次")


def test_a_terminal_switched_off_at_the_wall_each_evening_is_told(kernel: Kernel, tmp_path: Path) -> None:
    seen = [boot(kernel, f"day {day}", tmp_path).look().verdict for day in range(MANY + 1)]
    assert seen == [GOOD] * MANY + [BAD]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"boot": 7}'])
def test_a_damaged_mark_is_counted_anew(kernel: Kernel, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "boots.json").write_bytes(damage)
    assert boot(kernel, "a", tmp_path).look().verdict is GOOD


# --- all of them ---------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """A check that says what it is told to, and counts."""

    code: str
    says: Callable[[], Outcome]
    title: str = ""
    asked: int = field(default=0)

    def look(self) -> Outcome:
        self.asked += 1
        return self.says()


def test_a_machine_that_says_nothing_is_unknown_and_never_well(kernel: Kernel, tmp_path: Path) -> None:
    for check in (Power(kernel, tmp_path), Heat(kernel), Memory(kernel), Network(kernel), Boots(kernel, tmp_path), Lock(kernel)):
        found = check.look()
        assert (found.verdict, bool(found.says)) == (UNKNOWN, True), check.code


def test_one_check_that_breaks_blinds_no_other_and_is_not_called_well() -> None:
    news: list[None] = []
    broken, hot = Told("power", lambda: Outcome(Verdict(1 / 0))), Told("heat", lambda: failed("machine_hot"))
    watch = HealthWatch((broken, hot), lambda: 0.0, lambda: news.append(None))
    watch.look()
    assert [one.verdict for one in watch.findings()] == [UNKNOWN, BAD]
    assert (watch.faults, len(news)) == (("machine_hot",), 1)


def test_each_check_is_asked_at_its_own_pace_and_news_told_once() -> None:
    now, news = [0.0], []
    often, seldom = Told("heat", lambda: failed("machine_hot")), Told("storage", passed)
    watch = HealthWatch((often, seldom), lambda: now[0], lambda: news.append(now[0]))
    while now[0] <= OTHERWISE["storage"]:
        watch.look()
        now[0] += EVERY
    assert (seldom.asked, often.asked, news) == (2, OTHERWISE["storage"] / EVERY + 1, [0.0])


def test_a_sag_is_looked_for_as_often_as_the_kernel_tells_it() -> None:
    now, power = [0.0], Told("power", passed)
    watch = HealthWatch((power,), lambda: now[0], lambda: None)
    for now[0] in (0.0, 1.0, 2.0):
        watch.look()
    assert power.asked == 3


def test_what_has_a_voice_of_its_own_is_not_told_twice() -> None:
    watch = HealthWatch((Told("devices", lambda: failed("paper_out")),), lambda: 0.0, lambda: None)
    watch.look()
    assert (watch.faults, watch.failed, watch.verdict()) == ((), ("devices",), BAD)


state = partial(DeviceState, "device")


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ((), UNKNOWN),
        ((state(Life.READY),), GOOD),
        ((state(Life.READY), state(Life.OPENING)), UNKNOWN),
        ((state(Life.OPENING), state(Life.FAULTED, fault="paper_out")), BAD),
    ],
)
def test_devices_are_well_when_each_has_proven_itself(states: tuple[DeviceState, ...], found: Verdict) -> None:
    assert Devices(lambda: {str(n): one for n, one in enumerate(states)}).look().verdict is found


@given(st.binary(max_size=40))
def test_no_file_of_the_kernel_breaks_the_reading(said: bytes) -> None:
    read, write = os.pipe()
    os.write(write, said)
    os.close(write)
    try:
        found = number(Path(f"/proc/self/fd/{read}"), 16)
        assert found is None or isinstance(found, int)
    finally:
        os.close(read)


def test_every_fault_of_a_check_has_its_words() -> None:
    codes = ("power_sagged", "machine_hot", "memory_short", "memory_killed", "storage_failing", "storage_errors", "storage_worn")
    assert {code: faults.fault(code).staff for code in (*codes, "power_cut_often", "clock_unkept", "network_unplugged")}
    assert all(code in faults.table() for code in codes)

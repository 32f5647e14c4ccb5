"""The package for arm64 on an arm64 Debian under an arm64 kernel: installed, set up from the boot partition, up. The board is
QEMU's *virt*, emulated: no Raspberry Pi, none of its firmware, camera and graphics.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.machine.inside import modules_that_fail
from support.machine.place import Place, alive, place
from support.machine.qemu import Virtual

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]

UNITS = ("tongban-terminal", "tongban-screen", "tongban-screen-anew.timer", "tongban-reboot.path", "seatd", "opt-tongban.mount")


@pytest.fixture(scope="module")
def hall() -> Iterator[Place]:
    with place("arm64") as one:
        yield one


@pytest.fixture(scope="module")
def machine(hall: Place) -> Iterator[Virtual]:
    hall.lay_setup(network="10.0.2.15/24 10.0.2.2 10.0.2.3", time="10.0.2.2")
    with hall.on() as one:
        yield one


def test_it_is_set_up_and_enrolled(hall: Place, machine: Virtual) -> None:
    hall.is_set_up(machine)
    told = machine.run("cat /var/lib/tongban/settings/terminal.toml.setup")
    assert machine.run("uname -m; dpkg --print-architecture").split() == ["aarch64", "arm64"]
    assert "✓ 登记" in told, told
    assert "✕" not in told, told
    assert [paper.cut for paper in hall.rig.printer().papers()] == [True], "the slip"


def test_every_unit_is_up_and_every_module_finds_what_it_imports(machine: Virtual) -> None:
    for unit in UNITS:
        machine.until(f"systemctl is-active {unit}", f"{unit} is active", unit)
    assert machine.run("systemctl --failed --no-legend --plain", check=False) == ""
    assert modules_that_fail(machine, "tongban") == ""


def test_the_page_is_painted(hall: Place, machine: Virtual) -> None:
    alive(hall)


def test_the_doctor_finds_nothing_wrong(machine: Virtual) -> None:
    machine.run("systemctl stop tongban-terminal")
    said = machine.run("tongban doctor --unattended /etc/tongban/terminal.toml 2>&1; echo $?", check=False)
    assert said.rpartition("\n")[2] in ("0", "2"), said
    assert "✓" in said, said

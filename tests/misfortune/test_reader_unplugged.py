"""The reader's cable is pulled, and put back."""

from __future__ import annotations

from pathlib import Path

from serial_rig import reader, until

from devices.idcard.reader import SdtReader
from devices.port import CardFailed, CardFound, CardRead, Life


def test_a_reader_that_is_not_there_is_absent_and_ready_once_plugged_in(tmp_path: Path) -> None:
    with reader(tmp_path, "unplug", card="liu") as rig:
        assert rig.events.fault("absent").life is Life.ABSENT
        rig.device.clear()
        assert rig.events.first(CardRead).document.name == "刘试安"


def test_a_reader_unplugged_comes_back_by_itself_and_still_armed(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        for _ in range(2):
            before = rig.events.changes()
            rig.device.inject("unplug")
            rig.events.fault("absent", since=before)
            rig.device.clear()
            rig.events.fault(None, since=before + 1)
        rig.device.lay("liu")
        rig.events.first(CardRead)


def test_an_idle_reader_is_missed_too(tmp_path: Path) -> None:
    with reader(tmp_path, armed=False) as rig:
        rig.device.inject("unplug")
        rig.events.fault("absent")


def test_unplugging_during_a_read_ends_the_read(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        rig.device.inject("slow card")
        rig.device.lay("liu")
        rig.events.first(CardFound)
        rig.device.inject("unplug")
        assert rig.events.first(CardFailed).fault == "absent"
        rig.events.fault("absent")


def test_a_path_that_leads_nowhere_is_absence_though_the_line_still_answers(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        Path(rig.device.address).unlink()
        rig.events.fault("absent")


def test_a_line_somebody_else_holds_is_not_shared(tmp_path: Path) -> None:
    with reader(tmp_path) as rig:
        second = SdtReader(rig.device.address, name="second")
        states = []
        second.start(states.append)
        until(lambda: second.state().fault is not None)
        second.stop()
        assert states[-1].state.fault == "absent"
        assert rig.driver.state().usable

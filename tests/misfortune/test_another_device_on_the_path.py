"""Another reader on the path of the one that was set up: named, not silently used."""

from __future__ import annotations

from pathlib import Path

import serial_rig

from devices.idcard.reader import SdtReader
from devices.port import Life
from devices.virtual.idcard import VirtualReader


def identity(folder: Path) -> str:
    with serial_rig.reader(folder) as rig:
        told = rig.driver.state().identity
    assert told
    return told


def test_the_device_that_was_set_up_serves(tmp_path: Path) -> None:
    told = identity(tmp_path)
    device, events = VirtualReader(tmp_path / "idcard"), serial_rig.Events()
    driver = SdtReader(device.address)
    driver.expect(told)
    device.start()
    driver.start(events)
    try:
        assert events.fault(None).identity == told
    finally:
        driver.stop()
        device.stop()


def test_another_one_is_a_fault_that_says_which_it_is(tmp_path: Path) -> None:
    told = identity(tmp_path)
    device, events = VirtualReader(tmp_path / "idcard"), serial_rig.Events()
    driver = SdtReader(device.address)
    driver.expect("another reader")
    device.start()
    driver.start(events)
    try:
        state = events.fault("other_device")
        assert (state.life, state.identity, state.usable) == (Life.FAULTED, told, False)
    finally:
        driver.stop()
        device.stop()

"""A citizen is not led to a device that nobody can vouch for; a pad that can prove nothing is no trouble."""

from __future__ import annotations

from devices.port import DeviceState, Life
from kiosk.visit.overlay import fault_of, troubles


def test_a_device_without_recent_proof_is_told_before_a_visit_begins() -> None:
    states = {"idcard": DeviceState("idcard", Life.UNKNOWN, "unproven"), "camera": DeviceState("camera", Life.READY)}
    assert troubles(states) == (("读卡器", "unproven"),)


def test_a_device_whose_driver_hangs_is_told_too() -> None:
    assert fault_of(DeviceState("printer", Life.FAULTED, "device_hung")) == "device_hung"


def test_a_device_that_can_prove_nothing_is_no_trouble() -> None:
    assert fault_of(DeviceState("rating", Life.UNKNOWN)) is None

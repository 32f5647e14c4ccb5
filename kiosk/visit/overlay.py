"""A device's fault is an overlay on the citizen's place, never a state: when it clears the citizen is where they were."""

from __future__ import annotations

from collections.abc import Mapping

from devices.port import DeviceState, Life
from domain.catalogue.opening import Opening
from kiosk.visit.state import PrintState, State, Step

NEEDED = {"idcard": "读卡器", "camera": "拍摄台", "printer": "凭证打印机"}
"""Without these no visit can be begun and ended well; told on the first screen, by the names citizens know."""

_NAMES = {**NEEDED, "a4": "证明打印机"}
_AT = {Step.CARD: "idcard", Step.WARD: "idcard", Step.SCAN: "camera", Step.RECEIPT: "printer", Step.LEAFLET: "printer"}
_COMING = (Life.OPENING, Life.IDENTIFYING)


def fault_of(state: DeviceState) -> str | None:
    """Code of what keeps a device from serving; ``None`` while it serves or is just coming."""
    if state.usable or state.life in _COMING:
        return None
    return state.fault or "absent"


def overlay(state: State, devices: Mapping[str, DeviceState]) -> str | None:
    """The fault laid over the screen the citizen is at."""
    visit = state.visit
    if visit is None or (name := _AT.get(visit.step)) is None or name not in devices:
        return None
    if visit.step in (Step.RECEIPT, Step.LEAFLET) and visit.printing is not None and visit.printing.state is PrintState.PRINTED:
        return None
    return fault_of(devices[name])


def out(devices: Mapping[str, DeviceState]) -> frozenset[str]:
    """Which devices are out; said before a visit comes to need one."""
    return frozenset(name for name, state in devices.items() if fault_of(state))


def needed(opened: Opening, *, scans: bool) -> Mapping[str, str]:
    """The devices a way has no use without, by the names citizens know."""
    wanted = {
        "full_intake": ("idcard", "camera", "printer") if scans else ("idcard", "printer"),
        "pre_fill": ("idcard", "printer"),
        "query_print": ("idcard", "a4"),
    }.get(opened.way, ())
    return {name: _NAMES[name] for name in wanted}


def troubles(devices: Mapping[str, DeviceState]) -> tuple[tuple[str, str], ...]:
    """What is out, before a visit begins: (the device in words, fault code)."""
    return tuple((words, fault) for name, words in NEEDED.items() if name in devices and (fault := fault_of(devices[name])))

"""设备: as they stand, together; each says more of itself in the list of devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from devices.port import DeviceState, Life
from kiosk.verdict import Outcome, failed, passed, unknown


class Devices:
    code = "devices"
    title = "设备"

    def __init__(self, states: Callable[[], Mapping[str, DeviceState]]) -> None:
        self._states = states

    def look(self) -> Outcome:
        states = self._states()
        if code := next((state.fault for state in states.values() if state.fault), None):
            return failed(code)
        doubtful = [name for name, state in states.items() if state.life not in (Life.READY, Life.BUSY)]
        if doubtful or not states:
            return unknown(f"还没有就绪：{'、'.join(doubtful)}" if doubtful else "没有设备")
        return passed(f"{len(states)} 个都就绪")

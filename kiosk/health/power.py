"""电源: whether the supply has sagged since the machine was switched on.

A Raspberry Pi tells it in ``get_throttled`` (bit 0 now, bit 16 since the start) and by its voltage monitor ``rpi_volt`` (hwmon,
``in0_lcrit_alarm``). The kernel reads the latched bits every two seconds and clears them (``drivers/hwmon/raspberrypi-hwmon.c``):
a short sag is told for two seconds, and has to be looked for as often. What was seen once is kept here, on tmpfs: it is gone
exactly when the machine has been switched off.
"""

from __future__ import annotations

from pathlib import Path

from kiosk.health.kernel import Kernel, number, text
from kiosk.verdict import Outcome, failed, passed, unknown

SAGGED = "power_sagged"
_NOW_OR_BEFORE = 1 << 0 | 1 << 16


class Power:
    """``memory`` is a folder on tmpfs."""

    code = "power"
    title = "供电电压"

    def __init__(self, kernel: Kernel, memory: Path) -> None:
        self._sys = kernel.sys
        self._mark = memory / "power-sagged"

    def look(self) -> Outcome:
        if self._mark.exists():
            return failed(SAGGED)
        said = [one for one in (self._firmware(), self._monitor()) if one is not None]
        if any(said):
            self._mark.touch()
            return failed(SAGGED)
        return passed("通电以来没有过低") if said else unknown("这台主机不报告供电电压")

    def _firmware(self) -> bool | None:
        found = next(iter(sorted(self._sys.glob("devices/platform/soc*/soc*:firmware/get_throttled"))), None)
        bits = number(found, 16) if found is not None else None
        return None if bits is None else bool(bits & _NOW_OR_BEFORE)

    def _monitor(self) -> bool | None:
        for monitor in sorted(self._sys.glob("class/hwmon/hwmon*")):
            if text(monitor / "name") == "rpi_volt":
                alarm = number(monitor / "in0_lcrit_alarm")
                return None if alarm is None else alarm != 0
        return None

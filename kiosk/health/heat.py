"""温度: the hottest part of the machine that has a thermometer (``/sys/class/thermal``, thousandths of a degree Celsius)."""

from __future__ import annotations

from kiosk.health.kernel import Kernel, number
from kiosk.verdict import Outcome, failed, passed, unknown

HOT = "machine_hot"
LIMIT = 80.0
"""Degrees Celsius. A Raspberry Pi slows itself down from here on (``temp_soft_limit`` 60 on a 3 B+, else 80 to 85)."""
COOL = 75.0
"""Below this it is cool again: not hot and cool with every breath of the fan."""
_BELIEVED = range(-40, 151)


class Heat:
    code = "heat"
    title = "主机温度"

    def __init__(self, kernel: Kernel) -> None:
        self._zones = kernel.sys / "class" / "thermal"
        self._hot = False

    def look(self) -> Outcome:
        read = (number(zone / "temp") for zone in sorted(self._zones.glob("thermal_zone*")))
        degrees = [one / 1000 for one in read if one is not None and one // 1000 in _BELIEVED]
        if not degrees:
            return unknown("这台主机没有温度计")
        self._hot = max(degrees) >= (COOL if self._hot else LIMIT)
        return failed(HOT) if self._hot else passed(f"最热处 {max(degrees):.0f} ℃")

"""温度: each part of the machine that has a thermometer (``/sys/class/thermal``, thousandths of a degree Celsius) by its limit."""

from __future__ import annotations

from pathlib import Path

from kiosk.health.kernel import Kernel, number, text
from kiosk.verdict import Outcome, failed, passed, unknown

HOT = "machine_hot"
LIMIT = 80.0
"""Degrees Celsius, where the kernel tells none. A Raspberry Pi slows itself down from here on (``temp_soft_limit`` 60 on a 3 B+,
else 80 to 85), long before the critical point its kernel tells."""
STEP = 5.0
"""So far below the point at which the machine is switched off, or slowed down as far as it goes, it is hot; and so far below the
limit it is cool again: not hot and cool with every breath of the fan."""
_BELIEVED = range(-40, 151)
_A_LIMIT = range(40, 151)
"""Of an unset trip point the kernel says 0, or less than nothing."""


class Heat:
    code = "heat"
    title = "主机温度"

    def __init__(self, kernel: Kernel) -> None:
        self._zones = kernel.sys / "class" / "thermal"
        self._sensors = kernel.sys / "class" / "hwmon"
        self._board = kernel.sys / "firmware" / "devicetree" / "base" / "compatible"
        self._hot = False

    def look(self) -> Outcome:
        zones = sorted(self._zones.glob("thermal_zone*"))
        read = [(degrees, zone) for zone in zones if (degrees := _degrees(zone / "temp", _BELIEVED)) is not None]
        if not read:
            return unknown("这台主机没有温度计")
        less = STEP if self._hot else 0
        self._hot = any(degrees >= self._limit(zone) - less for degrees, zone in read)
        return failed(HOT) if self._hot else passed(f"最热处 {max(degrees for degrees, _ in read):.0f} ℃")

    def _limit(self, zone: Path) -> float:
        """By its trip points (the kernel's ``sysfs-class-thermal``): a PC without a fan may be as hot as its maker says."""
        if "raspberrypi," in (text(self._board) or ""):
            return LIMIT
        points: dict[str, list[float]] = {"critical": [], "hot": [], "passive": []}
        for path in zone.glob("trip_point_*_type"):
            degrees = _degrees(path.with_name(path.name.replace("_type", "_temp")), _A_LIMIT)
            if degrees is not None and (kind := text(path)) in points:
                points[kind].append(degrees)
        off = [*points["hot"], *(one - STEP for one in (*points["critical"], *self._of_the_processor(zone)))]
        return min(off) if off else max(points["passive"], default=LIMIT)

    def _of_the_processor(self, zone: Path) -> list[float]:
        """Intel's zone has trip points for others to set; what the processor bears its own sensor tells (hwmon, ``coretemp``)."""
        if text(zone / "type") != "x86_pkg_temp":
            return []
        ours = [one for one in self._sensors.glob("hwmon*") if text(one / "name") == "coretemp"]
        return [degrees for one in ours if (degrees := _degrees(one / "temp1_crit", _A_LIMIT)) is not None]


def _degrees(path: Path, believed: range) -> float | None:
    read = number(path)
    return read / 1000 if read is not None and read // 1000 in believed else None

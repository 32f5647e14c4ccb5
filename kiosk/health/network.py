"""网线: whether any of the machine's own network interfaces has a carrier. Whether the centre answers is the link's to say."""

from __future__ import annotations

from kiosk.health.kernel import Kernel, number, text
from kiosk.verdict import Outcome, failed, passed, unknown

UNPLUGGED = "network_unplugged"


class Network:
    code = "network"
    title = "网络接口"

    def __init__(self, kernel: Kernel) -> None:
        self._interfaces = kernel.sys / "class" / "net"

    def look(self) -> Outcome:
        # What is hardware has a device behind it; loopbacks, bridges and tunnels have none.
        real = [one for one in sorted(self._interfaces.glob("*")) if (one / "device").exists()]
        if not real:
            return unknown("没有找到网卡")
        # An interface that is down answers "carrier" with an error.
        there = [one.name for one in real if number(one / "carrier") == 1 and text(one / "operstate") in ("up", "unknown")]
        return passed(f"{'、'.join(there)} 已接通") if there else failed(UNPLUGGED)

"""The checks of a terminal, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from devices.port import DeviceState
from kiosk.clock import Clock
from kiosk.glass_watch import GlassJudge
from kiosk.health.boots import Boots
from kiosk.health.clock import Kept
from kiosk.health.data_disk import DataDisk
from kiosk.health.devices import Devices
from kiosk.health.disk import Disk
from kiosk.health.glass import Glass
from kiosk.health.heat import Heat
from kiosk.health.kernel import Kernel
from kiosk.health.lock import Lock
from kiosk.health.memory import Memory
from kiosk.health.network import Network
from kiosk.health.power import Power
from kiosk.health.storage import Storage
from kiosk.health.watch import HealthWatch
from kiosk.settings import PathSettings


def machine_health(
    paths: PathSettings,
    states: Callable[[], Mapping[str, DeviceState]],
    glass: GlassJudge,
    clock: Clock,
    news: Callable[[], None],
    kernel: Kernel | None = None,
) -> HealthWatch:
    kernel = kernel or Kernel()
    boots = Boots(kernel, paths.data)
    checks = (
        Power(kernel, paths.runtime),
        DataDisk(kernel, paths.data),
        Storage(kernel, paths.data),
        Lock(kernel),
        boots,
        Disk(paths.data, paths.reserve * 1024 * 1024),
        Memory(kernel),
        Heat(kernel),
        Kept(clock),
        Network(kernel),
        Glass(glass),
        Devices(states),
    )
    return HealthWatch(checks, clock.monotonic, news, boots)

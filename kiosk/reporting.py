"""What a terminal says of itself: its state for the centre, and the same as people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from devices.port import DeviceState
from kiosk.clock import CHINA, Clock
from kiosk.store.outbox import StoredDocuments, StoredOutbox
from kiosk.store.room import Room
from mqtt.messages import Backlog, DeviceReport, Health, HelpWanted
from mqtt.wire import MOST_CODES, VERSION


class Reporting(Struct, frozen=True):
    """Any thread."""

    states: Callable[[], Mapping[str, DeviceState]]
    outbox: StoredOutbox
    documents: StoredDocuments
    room: Room
    clock: Clock

    def health(self, bd: int, serving: bool, faults: Sequence[str], wanted: HelpWanted | None) -> Health:
        """The state report. ``faults``: what is wrong beside the devices, by code, worst first; ``wanted``: a call for help."""
        now = self.clock.monotonic()
        reports = {
            name: DeviceReport(
                life=state.life.value,
                fault=state.fault,
                warning=state.warning,
                proof_age=round(now - state.proof_at, 1) if state.proof_at is not None else None,
            )
            for name, state in self.states().items()  # each says itself whether its proof is too old to be called ready
        }
        unconfirmed, oldest = self.outbox.depth()
        return Health(
            v=VERSION,
            bd=bd,
            devices=reports,
            serving=serving,
            unconfirmed=unconfirmed,
            oldest=(self.clock.now() - oldest).total_seconds() if oldest else None,
            pages_waiting=self.documents.count(),
            ts=self.clock.now().isoformat(),
            fault=next(iter(faults), None),
            backlog=Backlog(self.room.days(self.clock.now().date()), self.outbox.set_aside(), self.outbox.dropped()),
            help=wanted,
            also=tuple(faults[1 : 1 + MOST_CODES]),
        )

    def facts(self, connected: bool, app: str, catalogue: str) -> tuple[tuple[str, str], ...]:
        """What there is to know beside the devices."""
        unconfirmed, oldest = self.outbox.depth()
        free = self.room.free()
        return (
            ("与中心的连接", "连着" if connected else "断开"),
            ("没有送到中心的事件", f"{unconfirmed} 条" + (f"，最早 {oldest.astimezone(CHINA):%m-%d %H:%M}" if oldest else "")),
            ("没有传完的页", str(self.documents.count())),
            ("磁盘剩余", f"{free // 1_048_576} MiB" if free is not None else "不知道"),
            ("程序", app),
            ("事项目录", catalogue),
        )

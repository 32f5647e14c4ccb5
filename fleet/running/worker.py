"""An ingest worker: hears all terminals, stores what its own say, and carries to them what is wanted of them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fleet.authority.authority import Connect
from fleet.ingest import Ingest
from fleet.inputs import Input
from fleet.orders import Orders
from fleet.running.ground import Ground
from fleet.running.share import Share
from mqtt.connection import Broker
from mqtt.walk import Pace

_LOOK_FOR_CYCLES = 100_000
"""Objects made since the last look. A worker has read ahead some hundred thousand, none in a cycle: looked through at every 700 new
ones, as Python does, they took a third of its time.
"""


class Worker:
    """``told``: what was stored, and in how many seconds."""

    def __init__(
        self,
        ground: Ground,
        share: Share = Share(),  # noqa: B008 nothing of it changes
        pace: Pace | None = None,
        told: Callable[[Sequence[Input], float], None] = lambda _batch, _seconds: None,
    ) -> None:
        settings, self._authority = ground.settings, ground.authority
        ground.folder.keep_worker(ground.authority.ca, share.number, datetime.now(UTC))
        tls = ground.folder.centre(share.number)
        links = [Broker(host, port, tls) for host, port in settings.broker.addresses]
        self.ingest = Ingest(
            links, ground.store, ground.members, pace, self._born, told, share, shared=settings.ingest.shared and share.of > 1
        )
        groups = {terminal: groups for terminal, groups in ground.groups.items() if share.has(terminal)}
        self.orders = Orders(ground.store, groups, ground.folder.signer, self.ingest.publish, lambda: self.ingest.hearing)

    def start(self) -> None:
        gc.set_threshold(_LOOK_FOR_CYCLES)
        self.ingest.start()
        self.orders.start()

    def stop(self) -> None:
        self.orders.stop()
        self.ingest.stop()

    def _born(self, births: Sequence[Connect]) -> None:
        self._authority.births(births)
        for one in births:
            self.orders.born(one.terminal)

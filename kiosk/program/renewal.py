"""A terminal's program and the next one, in one piece for the composition root: the updater, the trial, what waits for its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from devices.port import DeviceState
from domain.program.manifest import Manifest
from kiosk.clock import Clock
from kiosk.enrolment.files import IdentityFiles
from kiosk.orders.fetch import fetch_archive
from kiosk.program.gate import Now
from kiosk.program.place import Programs, Stood
from kiosk.program.trial import TrialWatch
from kiosk.program.updating import Means, Updater
from kiosk.settings import Settings
from kiosk.standing import Parts, Stage
from kiosk.visit.pulse import GlassState
from mqtt.publisher import Outbox, Row
from mqtt.window import Ranges

HELD = frozenset({"storekeeper", "staff", "uploader", "wanted", "commands"})
"""Names of the threads a terminal starts by :meth:`Renewal.later`."""


class Senses(Struct, frozen=True):
    """How this terminal stands, asked from any thread. ``glass``: how the page on it was judged last; ``missing``: critical parts
    that have not checked in (``kiosk/watch``); ``unwell``: checks of the machine's health that failed; ``busy``: code of what is to
    be done before the program may end, empty when nothing is.
    """

    devices: Callable[[], Mapping[str, DeviceState]]
    link: Callable[[], bool]
    glass: Callable[[], GlassState]
    missing: Callable[[], tuple[str, ...]]
    unwell: Callable[[], tuple[str, ...]]
    busy: Callable[[], str]


class Renewal:
    """Made before anything is started. What must not happen on trial is started by :meth:`later`."""

    def __init__(
        self,
        settings: Settings,
        own: str,
        stage: Stage,
        parts: Parts,
        clock: Clock,
        senses: Senses,
        leave: Callable[[], None],
    ) -> None:
        """``own``: the version of this program; ``leave``: ends it, and whoever runs it starts the launcher again."""
        self._settings = settings
        self._stage = stage
        self._parts = parts
        self._clock = clock
        self._senses = senses
        self._leave = leave
        self._waiting: list[tuple[Callable[[], None], Callable[[], None]]] = []
        self._held: HeldOutbox | None = None
        self._running: ExitStack | None = None
        self.programs = Programs.here()
        self.on_trial = parts.updating
        reserve = settings.paths.reserve * 1024 * 1024
        means = Means(self._fetch, self._busy, self.stood, settings.paths.data, reserve, leave)
        self.updater = Updater(self.programs, settings.program.publisher, own, stage, means, clock)

    @property
    def leaving(self) -> str:
        """Why the program leaves, for the centre."""
        return "update" if self.on_trial or self.updater.leaving else "shutdown"

    def stood(self) -> Stood:
        usable = tuple(sorted(name for name, state in self._senses.devices().items() if state.usable))
        return Stood(usable, self._senses.link(), self._senses.glass() is GlassState.ALIVE, self._senses.unwell())

    def outbox(self, outbox: Outbox) -> Outbox:
        """``outbox``, of which nothing leaves while the program is on trial."""
        self._held = HeldOutbox(outbox, held=self.on_trial)
        return self._held

    def later(self, running: ExitStack, start: Callable[[], None], stop: Callable[[], None]) -> None:
        """Start it, now or when the trial is over; ``stop`` is for ``running`` to call."""
        self._running = running
        if self.on_trial:
            self._waiting.append((start, stop))
        else:
            start()
            running.callback(stop)

    def begin(self, running: ExitStack) -> None:
        """Everything else has been started: look at it, if this is a trial."""
        running.callback(self.updater.stop)
        if self.on_trial and self.programs is not None:
            watch = TrialWatch(self.programs, self._clock, self._look, self._stands, self._leave)
            watch.start()
            running.callback(watch.stop)

    def _fetch(self, manifest: Manifest, path: Path, wait: Callable[[float], bool]) -> None:
        centre = self._settings.centre
        tls, rate = IdentityFiles(centre.identity).tls(), self._settings.program.rate * 1024
        fetch_archive(centre.documents, tls, manifest.sha256, manifest.size, path, rate, wait)

    def _busy(self) -> str:
        return "staff_inside" if self._parts.maintenance else self._senses.busy()

    def waiting(self) -> frozenset[str]:
        """Threads that are started when the trial is over."""
        return HELD if self.on_trial else frozenset()

    def _look(self) -> Now:
        return Now(self._senses.missing(), self.stood())

    def _stands(self) -> bool:
        def switch() -> None:
            self._parts.updating = False
            self._stage.stand(self._parts.standing(self._clock.now()))

        if self._parts.updating and not self._stage.between(switch):
            return False
        if self._held is not None:
            self._held.held = False
        while self._waiting:
            start, stop = self._waiting.pop(0)
            start()
            if self._running is not None:
                self._running.callback(stop)
        self.on_trial = False
        return True


def on_trial() -> bool:
    """Whether the program of this process is."""
    programs = Programs.here()
    return programs is not None and programs.trial() is not None


class HeldOutbox:
    """An outbox that gives nothing while it is held."""

    def __init__(self, outbox: Outbox, *, held: bool) -> None:
        self._outbox = outbox
        self.held = held

    @property
    def epoch(self) -> str:
        return self._outbox.epoch

    def pending(self, limit: int) -> Sequence[Row]:
        return () if self.held else self._outbox.pending(limit)

    def confirm(self, ranges: Ranges) -> None:
        self._outbox.confirm(ranges)

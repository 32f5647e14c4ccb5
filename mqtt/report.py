"""The state report as a difference: what to say, how often, and what the centre makes of it. No I/O; times are monotonic seconds.

Differences are told against the last whole report and not against each other (QoS 0 may lose any of them): the next one makes
good what was lost. A whole one that is lost is made good by the next whole one, at most ``WHOLE_PERIOD`` later; until then the
centre knows that it does not know.
"""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from mqtt.messages import REPORT_VERSION, Health, Report
from mqtt.wire import VERSION

PERIOD = 30.0
"""Seconds between reports when nothing changes; three missed ones mean lost."""
WHOLE_PERIOD = 300.0
"""Seconds after which a report is whole again, whatever was lost."""
GAP = 0.25
"""Seconds between two reports at least: a change just after one waits so long."""
BURST = 10
"""Reports that may come ``GAP`` apart; a device that flaps on is told once in ``REFILL`` seconds, with its latest word."""
REFILL = 10.0


class Reporter:
    """What one connection has reported. ``bd`` is its number."""

    def __init__(self, bd: int, now: float) -> None:
        self._bd = bd
        self._n = -1
        self._whole: Health | None = None
        self._whole_n = 0
        self._whole_at = now
        self._last = now - GAP
        self._left = float(BURST)
        self._next = now

    @property
    def at(self) -> float:
        """When the next report is due."""
        return self._next

    def changed(self) -> None:
        """The report would read otherwise now: it is due as soon as the rate allows."""
        wait = max(0.0, 1.0 - self._left) * REFILL
        self._next = min(self._next, self._last + max(GAP, wait))

    def forget(self, at: float) -> None:
        """Nobody may have what was told so far: the next report is whole, and due at ``at``, unless one is due before."""
        self._whole = None
        self._next = min(self._next, max(at, self._last + GAP))

    def report(self, health: Health, now: float) -> Report:
        """What to send now."""
        self._left = min(BURST, self._left + (now - self._last) / REFILL)
        self._left = max(0.0, self._left - 1.0)
        self._last, self._next = now, now + PERIOD
        self._n += 1
        base = self._whole
        if base is None or now - self._whole_at >= WHOLE_PERIOD or set(base.devices) - set(health.devices):
            self._whole, self._whole_n, self._whole_at = health, self._n, now
            return whole(health, self._bd, self._n)
        return difference(base, health, self._bd, self._n, self._whole_n)


def whole(health: Health, bd: int, n: int) -> Report:
    return Report(
        v=REPORT_VERSION,
        bd=bd,
        n=n,
        of=n,
        ts=health.ts,
        devices=health.devices,
        serving=health.serving,
        unconfirmed=health.unconfirmed,
        oldest=health.oldest,
        pages_waiting=health.pages_waiting,
        fault=health.fault,
        backlog=health.backlog,
        help=health.help if health.help is not None else UNSET,
        also=health.also if health.also else UNSET,
    )


def difference(base: Health, health: Health, bd: int, n: int, of: int) -> Report:
    """Ages (``proof_age``, ``oldest``) run by themselves: they are told with what they belong to, and are no change."""
    waiting = health.unconfirmed != base.unconfirmed
    return Report(
        v=REPORT_VERSION,
        bd=bd,
        n=n,
        of=of,
        ts=health.ts,
        devices={
            name: device
            for name, device in health.devices.items()
            if name not in base.devices or replace(device, proof_age=None) != replace(base.devices[name], proof_age=None)
        },
        serving=health.serving if health.serving != base.serving else UNSET,
        unconfirmed=health.unconfirmed if waiting else UNSET,
        oldest=health.oldest if waiting else UNSET,
        pages_waiting=health.pages_waiting if health.pages_waiting != base.pages_waiting else UNSET,
        fault=health.fault if health.fault != base.fault else UNSET,
        backlog=health.backlog if health.backlog != base.backlog else UNSET,
        help=health.help if health.help != base.help else UNSET,
        also=health.also if health.also != base.also else UNSET,
    )


def merged(base: Health | None, report: Report) -> Health | None:
    """What a terminal is like by ``report``; ``base``: what the whole report it names said. ``None``: nobody here heard that."""
    if report.of == report.n:
        base = Health(v=VERSION, bd=report.bd, devices={}, serving=False, unconfirmed=0, oldest=None, pages_waiting=0, ts=report.ts)
    if base is None:
        return None
    told = {name: said for name in _FIELDS if (said := getattr(report, name)) is not UNSET}
    return replace(base, bd=report.bd, ts=report.ts, devices={**base.devices, **report.devices}, **told)


_FIELDS = ("serving", "unconfirmed", "oldest", "pages_waiting", "fault", "backlog", "help", "also")

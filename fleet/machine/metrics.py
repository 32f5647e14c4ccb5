"""Prometheus metrics: what the ingest counts as it goes, and what is read from the database when somebody asks.

Labels are parties, codes and states, so that their number does not grow with the fleet; a single terminal is the board's matter.
"""

from __future__ import annotations

import shutil
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fleet.inputs import DeadLetter, EventIn, Input, RefusedIn
from fleet.known import Known
from fleet.machine.health import Machine, expiries, readiness
from fleet.presence import judge

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_UNOWNED = "-"
"""The party of a terminal whose settings name none."""


class Metrics:
    """``now``: seconds since 1970."""

    def __init__(self, machine: Machine, known: Known, now: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        self._events = Counter("tongban_events", "Events stored, by type.", ["type"], registry=self._registry)
        self._broken = Counter("tongban_events_broken", "Events that break the contract.", registry=self._registry)
        self._refused = Counter("tongban_messages_refused", "Messages refused without a receipt.", registry=self._registry)
        self._commit = Histogram("tongban_ingest_commit_seconds", "Storing a batch.", registry=self._registry, buckets=_SECONDS)
        self._registry.register(_AtScrape(machine, known, now))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def ingested(self, batch: Sequence[Input], seconds: float) -> None:
        """A batch is stored; by the ingest's thread."""
        self._commit.observe(seconds)
        for kind, count in Tally(one.envelope.type for one in batch if isinstance(one, EventIn)).items():
            self._events.labels(kind).inc(count)
        self._broken.inc(sum(isinstance(one, DeadLetter) for one in batch))
        self._refused.inc(sum(isinstance(one, RefusedIn) for one in batch))

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)


class _AtScrape(Collector):
    def __init__(self, machine: Machine, known: Known, now: Callable[[], float]) -> None:
        self._machine = machine
        self._known = known
        self._now = now

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        now, hearing = self._now(), self._machine.hearing()
        yield _gauge("tongban_hearing", "Whether the centre hears its terminals.", (), {(): hearing.since is not None})
        checks = {(one.name,): one.ok for one in readiness(self._machine, now).checks}
        yield _gauge("tongban_ready", "Checks of readiness.", ("check",), checks)
        with self._machine.store.reading() as db:
            heard = {name: (said, at) for name, said, at in db.execute("SELECT terminal, said, heard FROM terminals")}
            standing = db.execute("SELECT terminal, code, grade FROM conditions WHERE until IS NULL").fetchall()
            lives = db.execute("SELECT state, count(*) FROM lives GROUP BY state").fetchall()
            open_ = db.execute("SELECT state, count(*) FROM open_commands GROUP BY state").fetchall()
            (kept,) = db.execute("SELECT count(*) FROM dead_letters").fetchone()
            backup = db.execute("SELECT at FROM record WHERE act = 'backup' ORDER BY position DESC LIMIT 1").fetchone()
        there = Tally((self._party(name), judge(*heard.get(name, (None, None)), hearing, now).value) for name in self._known.places)
        yield _gauge("tongban_terminals", "Terminals, by party and presence.", ("party", "presence"), there)
        found = Tally((self._party(terminal), code, grade) for terminal, code, grade in standing)
        yield _gauge("tongban_conditions", "What stands about terminals.", ("party", "code", "grade"), found)
        yield _gauge("tongban_cases", "Cases, by how far they are.", ("state",), {(state,): n for state, n in lives})
        yield _gauge("tongban_commands_open", "Commands that have not ended.", ("state",), {(state,): n for state, n in open_})
        yield _gauge("tongban_dead_letters", "Broken events kept for staff.", (), {(): kept})
        ends = {(name,): end for name, end in expiries(self._machine.certificates).items() if end is not None}
        yield _gauge("tongban_certificate_expiry_seconds", "When it ends, since 1970.", ("name",), ends)
        if backup is not None:
            yield _gauge("tongban_backup_last_seconds", "When the last backup was made, since 1970.", (), {(): backup[0]})
        disk = shutil.disk_usage(self._machine.data)
        yield _gauge("tongban_disk_free_bytes", "Of the data folder's disk.", (), {(): disk.free})
        yield _gauge("tongban_database_bytes", "Of the database.", (), {(): self._machine.store.database.size()})

    def _party(self, terminal: str) -> str:
        return self._known.owners.get(terminal, _UNOWNED)


def _gauge(name: str, said: str, labels: Sequence[str], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, float(value))
    return family

"""What terminals say of themselves, into the centre's tables: births, wills, leavings, and state reports merged with the whole one;
and the conditions and samples that follow from it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass
from dataclasses import fields as fields_of
from datetime import datetime

import msgspec
from msgspec.structs import replace

from fleet import database
from fleet.board import conditions, samples
from fleet.board.conditions import Open
from fleet.database import rows
from mqtt.messages import Birth, Health, Left, Report, TerminalState
from mqtt.report import merged
from mqtt.wire import encode

EARLIER = "state report of an earlier connect"
REPEATED = "state report was heard already"


@dataclass(slots=True)
class _Row:
    """Of the table ``terminals``."""

    terminal: str
    said: str | None = None
    bd: int | None = None
    why: str | None = None
    birth: bytes | None = None
    state_at: float | None = None
    heard: float | None = None
    health: bytes | None = None
    report_bd: int | None = None
    report_n: int | None = None
    whole_n: int | None = None
    whole: bytes | None = None
    sampled: bytes | None = None


_COLUMNS = [field.name for field in fields_of(_Row)]
_LATER = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS[1:])


class Terminals:
    """Those a batch tells of: read once for all of them; :meth:`write` writes what they are like after it."""

    def __init__(self, db: database.Connection, terminals: Collection[str], now: float) -> None:
        self._db, self._now = db, now
        self._rows: dict[str, _Row] = {}
        self._open: dict[str, list[Open]] = {}
        self._told: set[str] = set()
        self._shown: set[str] = set()
        self._samples: list[samples.Sample] = []
        if terminals:
            asked = f"SELECT {', '.join(_COLUMNS)} FROM terminals WHERE terminal IN (SELECT value FROM json_each(?))"  # noqa: S608
            for row in db.execute(asked, (json.dumps(sorted(terminals)),)):
                self._rows[row[0]] = _Row(*row)
            self._open = conditions.standing_of(db, terminals)

    def state(self, terminal: str, said: TerminalState, *, retained: bool) -> None:
        """``retained``: the broker kept it from before we listened."""
        row = self._rows.get(terminal) or _Row(terminal)
        if not _counts(row, said, retained=retained):
            return
        if isinstance(said, Birth):
            if not retained and row.bd is not None and said.bd <= row.bd and _boot(row.birth) != said.boot:
                # A new database counts its connects from 1 again: it has nothing to do with the reports before.
                row.report_bd = row.whole = row.health = None
            row.said, row.why, row.birth = "up", None, encode(said)
        else:
            row.said, row.why = ("off", said.why) if isinstance(said, Left) else ("lost", None)
        row.bd, row.state_at = said.bd, self._now
        if not retained and row.said != "lost":
            row.heard = self._now
        self._tell(row)
        up = row.said == "up"
        judged = conditions.PRESENCE if up else conditions.PRESENCE | {"help"}  # nobody knows whether one still waits there
        self._settle(terminal, judged, conditions.of_presence(row.said, row.why))
        self._shown.add(terminal)

    def report(self, terminal: str, told: Health | Report) -> str | None:
        """Merge a state report; why it was refused, else ``None``. One of a later connect proves that its birth was missed.

        A difference against a whole report nobody here heard proves the terminal alive, and that what it is like is not known.
        """
        row = self._rows.get(terminal) or _Row(terminal)
        if row.bd is not None and told.bd < row.bd:
            return EARLIER
        n: int | None = None
        health: Health | None
        whole_n, whole = row.whole_n, row.whole
        if isinstance(told, Health):
            health, whole_n, whole = told, None, None
        else:
            n, same = told.n, row.report_bd == told.bd
            if same and row.report_n is not None and n <= row.report_n:
                return REPEATED
            base = msgspec.json.decode(whole, type=Health) if same and whole is not None and whole_n == told.of else None
            health = merged(base, told)
            if told.of == told.n and health is not None:
                whole_n, whole = told.n, encode(health)
            elif not same:
                whole_n, whole = None, None
        before = row.health
        if health is not None:
            row.sampled, new = samples.keep(terminal, row.sampled, health, self._now)
            self._samples += new
        if row.bd is None or row.bd < told.bd:
            row.said, row.state_at, row.why = "up", self._now, None
        row.bd = row.report_bd = told.bd
        row.report_n, row.whole_n, row.whole = n, whole_n, whole
        row.heard, row.health = self._now, encode(health) if health else None
        self._tell(row)
        judged = (conditions.PRESENCE if row.said == "up" else frozenset()) | (conditions.REPORTED if health else frozenset())
        found = conditions.of_report(health, self._now) if health else frozenset()
        if not self._settle(terminal, judged, found) and _shown(health) != _shown(_health(before)):
            self._shown.add(terminal)
        return None

    def write(self) -> None:
        told = [astuple(self._rows[terminal]) for terminal in sorted(self._told)]
        rows.insert(self._db, "terminals", told, ", ".join(_COLUMNS), then=f"ON CONFLICT (terminal) DO UPDATE SET {_LATER}")
        rows.insert(self._db, "samples", self._samples, then=samples.AGAIN)
        if self._shown:
            conditions.bump(self._db, *sorted(self._shown))

    def _tell(self, row: _Row) -> None:
        self._rows[row.terminal] = row
        self._told.add(row.terminal)

    def _settle(self, terminal: str, judged: Collection[str], found: Iterable[conditions.Condition]) -> bool:
        changed = conditions.settle(self._db, terminal, judged, found, self._now, opened=self._open.get(terminal, []))
        if changed:
            self._open |= conditions.standing_of(self._db, (terminal,))
        return changed


def _counts(row: _Row, said: TerminalState, *, retained: bool) -> bool:
    """Not old news: a broker that was killed may have forgotten the will, the leaving or the birth that came after."""
    bd = row.bd
    if isinstance(said, Birth):
        old = retained and bd is not None and (said.bd < bd or (said.bd == bd and row.said != "up"))
        return not old or _later(said, row.birth)
    # A will or leaving of an earlier connect says nothing about the present one. One of a later connect stands on the topic when
    # the terminal came and went while nobody here listened.
    return bd is None or bd == said.bd or (retained and said.bd > bd)


def _health(kept: bytes | None) -> Health | None:
    found: Health | None = msgspec.json.decode(kept, type=Health) if kept else None
    return found


def _shown(health: Health | None) -> Health | None:
    """Without what runs by itself: times and ages."""
    if health is None:
        return None
    devices = {name: replace(report, proof_age=None) for name, report in health.devices.items()}
    return replace(health, devices=devices, ts="", oldest=None)


def _later(said: Birth, birth: bytes | None) -> bool:
    """Whether ``said`` is of a later moment than the birth that is known, by the terminal's clock: then it is a new database's."""
    if birth is None:
        return True
    try:
        return datetime.fromisoformat(said.ts) > datetime.fromisoformat(msgspec.json.decode(birth, type=Birth).ts)
    except ValueError:
        return False


def _boot(birth: bytes | None) -> str | None:
    found: Birth | None = msgspec.json.decode(birth, type=Birth) if birth else None
    return found.boot if found else None

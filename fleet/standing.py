"""What a terminal says of itself, into the centre's tables: births, wills, leavings, and state reports merged with the whole one;
and the conditions and samples that follow from it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from fleet import database
from fleet.board import conditions, samples
from mqtt.messages import Birth, Health, Left, Report, TerminalState, encode
from mqtt.report import merged

EARLIER = "state report of an earlier connect"
REPEATED = "state report was heard already"


def state(db: database.Connection, terminal: str, said: TerminalState, now: float, *, retained: bool) -> None:
    """``retained``: the broker kept it from before we listened."""
    row = db.execute("SELECT bd, said, birth FROM terminals WHERE terminal = ?", (terminal,)).fetchone()
    bd, before, birth = row if row is not None else (None, None, None)
    if isinstance(said, Birth):
        if retained and bd is not None and (said.bd < bd or (said.bd == bd and before != "up")) and not _later(said, birth):
            return  # old news: a broker that was killed may have forgotten the will, the leaving or the birth that came after
        if not retained and bd is not None and said.bd <= bd and _boot(birth) != said.boot:
            # A new database counts its connects from 1 again: it is believed, and its reports have nothing to do with those before.
            db.execute("UPDATE terminals SET report_bd = NULL, whole = NULL, health = NULL WHERE terminal = ?", (terminal,))
    elif bd is not None and bd != said.bd and not (retained and said.bd > bd):
        # A will or leaving of an earlier connect says nothing about the present one. One of a later connect stands on the topic
        # when the terminal came and went while nobody here listened.
        return
    word, why, kept = (
        ("up", None, encode(said))
        if isinstance(said, Birth)
        else ("off", said.why, None)
        if isinstance(said, Left)
        else ("lost", None, None)
    )
    heard = None if retained or word == "lost" else now
    db.execute(
        "INSERT INTO terminals AS t (terminal, said, bd, why, birth, state_at, heard) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (terminal) DO UPDATE SET said = excluded.said, bd = excluded.bd, why = excluded.why, "
        "birth = coalesce(excluded.birth, t.birth), state_at = excluded.state_at, heard = coalesce(excluded.heard, t.heard)",
        (terminal, word, said.bd, why, kept, now, heard),
    )
    judged = conditions.PRESENCE if word == "up" else conditions.PRESENCE | {"help"}  # nobody knows whether one still waits there
    conditions.settle(db, terminal, judged, conditions.of_presence(word, why), now)
    conditions.bump(db, terminal)


def report(db: database.Connection, terminal: str, told: Health | Report, now: float) -> str | None:
    """Merge a state report; why it was refused, else ``None``. One of a later connect proves that its birth was missed.

    A difference against a whole report nobody here heard proves the terminal alive, and that what it is like is not known.
    """
    row = db.execute(
        "SELECT bd, report_bd, report_n, whole_n, whole, health, sampled FROM terminals WHERE terminal = ?", (terminal,)
    ).fetchone()
    bd, last_bd, last_n, whole_n, whole, before, sampled = row if row is not None else (None,) * 7
    if bd is not None and told.bd < bd:
        return EARLIER
    n: int | None = None
    health: Health | None
    if isinstance(told, Health):
        health, whole_n, whole = told, None, None
    else:
        n, same = told.n, last_bd == told.bd
        if same and last_n is not None and n <= last_n:
            return REPEATED
        base = msgspec.json.decode(whole, type=Health) if same and whole is not None and whole_n == told.of else None
        health = merged(base, told)
        if told.of == told.n and health is not None:
            whole_n, whole = told.n, encode(health)
        elif not same:
            whole_n, whole = None, None
    kept = samples.keep(db, terminal, sampled, health, now) if health is not None else sampled
    (said,) = db.execute(
        "INSERT INTO terminals AS t (terminal, said, bd, state_at, heard, health, report_bd, report_n, whole_n, whole, sampled) "
        "VALUES (?1, 'up', ?2, ?3, ?3, ?4, ?2, ?5, ?6, ?7, ?8) "
        "ON CONFLICT (terminal) DO UPDATE SET health = excluded.health, heard = excluded.heard, "
        "report_bd = excluded.report_bd, report_n = excluded.report_n, whole_n = excluded.whole_n, whole = excluded.whole, "
        "sampled = excluded.sampled, "
        "said = iif(coalesce(t.bd, -1) < ?2, 'up', t.said), state_at = iif(coalesce(t.bd, -1) < ?2, ?3, t.state_at), "
        "why = iif(coalesce(t.bd, -1) < ?2, NULL, t.why), bd = ?2 RETURNING said",
        (terminal, told.bd, now, encode(health) if health else None, n, whole_n, whole, kept),
    ).fetchone()
    judged = (conditions.PRESENCE if said == "up" else frozenset()) | (conditions.REPORTED if health else frozenset())
    found = conditions.of_report(health, now) if health else frozenset()
    if not conditions.settle(db, terminal, judged, found, now) and _shown(health) != _shown(_health(before)):
        conditions.bump(db, terminal)
    return None


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

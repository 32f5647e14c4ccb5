"""What must hold: at no moment anything unconfirmed is gone from a terminal; in the end all is at the centre, once, unchanged."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from chaos.plan import CENTRE, TERMINALS, Plan
from chaos.terminal import HOME_KEY
from chaos.world import World
from domain import sealing
from mqtt.events import CaseTaken, RatingGiven, decode_event


@dataclass(frozen=True)
class Promise:
    """What a citizen was told: their case is taken in, or their rating is given (``level``)."""

    visit: str
    case: str
    level: int | None = None


@dataclass(frozen=True)
class Held:
    """What a terminal still has. ``waiting``: (case, level) of its outbox; ``documents``: digests, by case, with a copy here."""

    waiting: frozenset[tuple[str, int | None]]
    documents: dict[str, frozenset[str]]
    dropped: int = 0
    last: int = 0


def promises(world: World, name: str) -> list[Promise]:
    lines = [line.split() for line in world.ledger(name).read_text().splitlines()]
    cases = [Promise(visit, case) for kind, visit, case, *_ in (line for line in lines if line[0] == "case")]
    ratings = [Promise(visit, case, int(level)) for _, visit, case, level in (line for line in lines if line[0] == "rating")]
    return list(dict.fromkeys(cases + ratings))  # killed before the end of a visit, a terminal says the same again


def drained(world: World, plan: Plan) -> bool:
    """Every visit has taken place and every terminal is empty. For a rival: its outbox is, which is all it knows."""
    for name in TERMINALS:
        ended = world.ledger(name).read_text().count("done ")
        if ended < len(plan.visits[name]):
            return False
        held = terminal(world, name)
        if held.waiting or held.last < 0 or (world.rival is None and held.documents):
            return False
    return True


def forgotten(world: World) -> list[str]:
    """Promises neither kept here nor kept there, now. The terminal is read first: what is gone from it must have arrived before."""
    problems = []
    for name in TERMINALS:
        known = promises(world, name)
        try:
            held = terminal(world, name)
            with centre(world) as db:
                cases = {number for (number,) in db.execute("SELECT number FROM cases")}
                ratings = set(db.execute("SELECT number, level FROM ratings"))
                stored = {digest for (digest,) in db.execute("SELECT digest FROM documents")}
                named: dict[str, set[str]] = {}
                for number, digest in db.execute("SELECT number, digest FROM case_documents"):
                    named.setdefault(number, set()).add(digest)
        except sqlite3.Error:
            continue  # a database in the hands of a process that was killed, or on a full disk; the next look tells
        for one in known:
            there = one.case in cases if one.level is None else (one.case, one.level) in ratings
            if not there and (one.case, one.level) not in held.waiting:
                problems.append(f"{name}: {'rating of ' if one.level else ''}{one.case} is deleted here and not there")
            if one.level is None:
                here = held.documents.get(one.case, frozenset())
                if not here and not named.get(one.case, {"-"}) <= stored:
                    problems.append(f"{name}: pages of {one.case} are deleted here and not all there")
    return problems


def lost(world: World) -> tuple[int, int]:
    """Cases and ratings that were promised, and how many of them the centre does not have."""
    with centre(world) as db:
        there = {(number, None) for (number,) in db.execute("SELECT number FROM cases")}
        there |= set(db.execute("SELECT number, level FROM ratings"))
    known = [(one.case, one.level) for name in TERMINALS for one in promises(world, name)]
    return len(known), sum(one not in there for one in known)


def arrived(world: World, plan: Plan) -> list[str]:
    """After draining."""
    problems = []
    with centre(world) as db:
        letters = db.execute("SELECT reason FROM dead_letters").fetchall()
        problems += [f"refused at the centre: {reason}" for (reason,) in letters]
        for name in TERMINALS:
            problems += _events(db, world, plan, name)
            problems += _documents(db, world, plan, name)
    return problems


def _events(db: sqlite3.Connection, world: World, plan: Plan, name: str) -> Iterator[str]:
    """Once each, readable in the order of the sequence, which is the order in which things happened."""
    held = terminal(world, name)
    rows = db.execute("SELECT epoch, sequence, raw FROM events WHERE terminal = ? ORDER BY epoch, sequence", (name,)).fetchall()
    if len({epoch for epoch, _, _ in rows}) > 1:
        yield f"{name}: more than one epoch"
    missing = set(range(1, held.last + 1)) - {sequence for _, sequence, _ in rows}
    if len(missing) > held.dropped:
        yield f"{name}: sequences {sorted(missing)[:5]} are not at the centre"
    told = [decode_event(raw)[1] for _, _, raw in rows]
    cases = [data.case for data in told if isinstance(data, CaseTaken)]
    known = promises(world, name)
    if cases != [one.case for one in known if one.level is None]:
        yield f"{name}: cases are not once each in their order: {cases}"
    if len(cases) != len(plan.visits[name]):
        yield f"{name}: {len(cases)} cases of {len(plan.visits[name])} visits"
    ratings = [(data.case, data.level) for data in told if isinstance(data, RatingGiven)]
    if ratings != [(one.case, one.level) for one in known if one.level is not None]:
        yield f"{name}: ratings are not once each in their order: {ratings}"


def _documents(db: sqlite3.Connection, world: World, plan: Plan, name: str) -> Iterator[str]:
    """Byte for byte: what the desk opens is what lay under the camera."""
    visits = {visit.id: visit for visit in plan.visits[name]}
    for one in promises(world, name):
        if one.level is not None:
            continue
        visit = visits[one.visit]
        wanted = [visit.content + one.case.encode(), *(page.picture for page in visit.pages)]
        digests = [d for (d,) in db.execute("SELECT digest FROM case_documents WHERE number = ? ORDER BY position", (one.case,))]
        if len(digests) != len(wanted):
            yield f"{name}: {one.case} names {len(digests)} documents, not {len(wanted)}"
        for digest, plain in zip(digests, wanted, strict=False):
            path = world.disk(CENTRE) / "data" / "documents" / digest[:2] / digest
            sealed = path.read_bytes() if path.exists() else b""
            if hashlib.sha256(sealed).hexdigest() != digest:
                yield f"{name}: {one.case}: document {digest[:12]} is not there as it was sent"
            elif sealing.unseal(sealed, HOME_KEY) != plain:
                yield f"{name}: {one.case}: document {digest[:12]} is another one"
    left = [path.name for path in (world.disk(name) / "pages").glob("*/*")]
    if left:
        yield f"{name}: files nobody needs are left: {left[:3]}"


def terminal(world: World, name: str) -> Held:
    with _reading(world.disk(name) / "terminal.db") as db:
        rows = db.execute("SELECT data FROM outbox UNION ALL SELECT data FROM set_aside").fetchall()
        waiting = [_of(bytes(data)) for (data,) in rows]
        documents: dict[str, set[str]] = {}
        for number, digest, body in db.execute("SELECT number, digest, body FROM document WHERE number IS NOT NULL"):
            if body is not None or (world.disk(name) / "pages" / digest[:2] / f"{digest}.sealed").exists():
                documents.setdefault(number, set()).add(digest)
        (dropped,) = db.execute("SELECT dropped FROM terminal").fetchone()
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    kept = {number: frozenset(digests) for number, digests in documents.items()}
    return Held(frozenset(one for one in waiting if one), kept, dropped, last[0] if last else 0)


def _of(data: bytes) -> tuple[str, int | None] | None:
    row = msgspec.json.decode(data)
    if row["kind"] in ("case.taken", "rating.given"):
        return row["case"], row.get("level")
    return ("", 0)


@contextmanager
def centre(world: World) -> Iterator[sqlite3.Connection]:
    with _reading(world.disk(CENTRE) / "data" / "centre.db") as db:
        yield db


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()

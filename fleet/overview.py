"""What the console shows, read from the store in one moment. Cases are entries without an applicant: the centre knows none."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import msgspec

from domain.case.lifewords import STATES
from domain.case.rights import State
from fleet import database, words
from fleet.authority.authority import Identity
from fleet.cases.counting import Counts, counts
from fleet.presence import Hearing, Presence, judge
from fleet.store import Store
from mqtt.messages import Birth, DeviceReport, Health, HelpWanted

BEIJING = timezone(timedelta(hours=8))
"""The one clock of the whole country; the server's own zone is nobody's business here."""

MOST_ROWS = 100
"""Rows of one table of the page; the total is shown beside it."""


_SEEN = "(?1 IS NULL OR home IN (SELECT value FROM json_each(?1)) OR intake IN (SELECT value FROM json_each(?1)))"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """``condition``: good, warning, bad or unknown; said in words as well."""

    name: str
    condition: str
    life: str
    trouble: str


@dataclass(frozen=True, slots=True)
class TerminalView:
    id: str
    place: str
    presence: Presence
    presence_words: str
    because: str
    identity: str
    """What is wrong with the terminal's certificate, in words; empty when nothing is."""
    heard: float | None
    devices: tuple[DeviceView, ...]
    serving: bool | None
    trouble: str
    unconfirmed: int | None
    pages_waiting: int | None
    backlog: tuple[str, ...]
    """How long it can go on, and what it gave up or cannot read; in words."""
    app: str
    help: HelpWanted | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    number: str
    item_name: str
    situation: str
    home: str
    intake: str
    terminal: str
    taken_at: str
    received: float
    stored: int
    missing: int
    receipt: str
    receipt_uncertain: bool
    awaits: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class CommandView:
    """``condition``: good, bad, waiting or unknown; said in words as well."""

    terminal: str
    op: str
    condition: str
    state: str
    said: str
    by: str
    why: str
    made: float


@dataclass(frozen=True, slots=True)
class WantedView:
    """What a terminal said last of what is wanted of it."""

    terminal: str
    what: str
    rev: int
    condition: str
    state: str
    said: str
    received: float


@dataclass(frozen=True, slots=True)
class RefusedView:
    topic: str
    reason: str
    count: int
    last: float


@dataclass(frozen=True, slots=True)
class Overview:
    now: float
    cases: tuple[CaseView, ...]
    cases_total: int
    whole_total: int
    ratings: Mapping[int, int]
    work: Counts
    """Where cases stand after they were taken in, and how many are late."""
    consults: Mapping[int, int]
    """Ratings of services without a case; those of intakes are ``ratings``. Both empty for whoever sees some parties only."""
    services: Mapping[str, int]
    """Services without a case, by their way in words."""
    unsure: tuple[CaseView, ...]
    refused: tuple[RefusedView, ...]
    commands: tuple[CommandView, ...]
    wanted: tuple[WantedView, ...]
    kept: int
    """Broken events kept for staff."""


def overview(
    store: Store,
    places: Mapping[str, str],
    parties: Mapping[str, str],
    now: float,
    only: Collection[str] | None = None,
) -> Overview:
    """``places``: terminal → where it stands, those that may be seen; ``parties``: party → its name. ``now``: seconds since 1970.
    ``only``: parties whose cases, sent or taken in, may be seen; ``None``: all.
    """
    whose, theirs = json.dumps(sorted(only)) if only is not None else None, json.dumps(sorted(places))
    with store.reading() as db:

        def rows(sql: str, parameter: str | None, *more: object) -> list[database.Row]:
            return db.execute(sql.replace("SEEN", _SEEN), (parameter, *more)).fetchall()

        newest = "SELECT * FROM case_entries WHERE SEEN ORDER BY received DESC, number DESC LIMIT ?2"
        cases = tuple(_case(row, parties) for row in rows(newest, whose, MOST_ROWS))
        doubtful = "SELECT * FROM case_entries WHERE outcome = 'uncertain' AND SEEN ORDER BY received DESC LIMIT ?2"
        unsure = tuple(_case(row, parties) for row in rows(doubtful, whose, MOST_ROWS))
        ((cases_total,),) = rows("SELECT count(*) FROM cases WHERE SEEN", whose)
        ((partial,),) = rows(
            "SELECT count(DISTINCT number) FROM case_documents JOIN cases USING (number) LEFT JOIN documents d USING (digest) "
            "WHERE d.digest IS NULL AND SEEN",
            whose,
        )
        by_level = (
            "WITH about AS (SELECT number, home, intake FROM cases UNION ALL SELECT number, home, intake FROM services) "
            "SELECT of, level, count(*) FROM ratings LEFT JOIN about USING (number) WHERE SEEN GROUP BY of, level"
        )
        # Whoever is rated could tell by a count that grows what somebody just gave: they wait for the statistics.
        rated = {(row["of"], row["level"]): row[2] for row in rows(by_level, None)} if only is None else None
        services = {row["way"]: row[1] for row in rows("SELECT way, count(*) FROM services WHERE SEEN GROUP BY way", whose)}
        refused = tuple(
            RefusedView(row["topic"], words.refusal(row["reason"]), row["count"], row["last"])
            for row in rows("SELECT * FROM refused WHERE ?1 IS NULL ORDER BY last DESC LIMIT ?2", whose, MOST_ROWS)
        )
        of_theirs = "terminal IN (SELECT value FROM json_each(?1))"
        given = f"SELECT * FROM commands WHERE {of_theirs} ORDER BY made DESC LIMIT ?2"  # noqa: S608 no value stands in it
        commands = tuple(_command(row) for row in rows(given, theirs, MOST_ROWS))
        told = f"SELECT * FROM reported WHERE {of_theirs} ORDER BY received DESC, terminal LIMIT ?2"  # noqa: S608 nor in it
        wanted = tuple(_wanted(row) for row in rows(told, theirs, MOST_ROWS))
        work = counts(db, whose, now)
        (kept,) = db.execute("SELECT count(*) FROM dead_letters").fetchone()
    return Overview(
        now=now,
        cases=cases,
        cases_total=cases_total,
        whole_total=cases_total - partial,
        ratings={level: rated.get(("intake", level), 0) for level in (5, 4, 3, 2, 1)} if rated is not None else {},
        work=work,
        consults={level: rated.get(("consult", level), 0) for level in (5, 4, 3, 2, 1)} if rated is not None else {},
        services={said: services.get(way, 0) for way, said in words.WAYS.items()},
        unsure=unsure,
        refused=refused,
        commands=commands,
        wanted=wanted,
        kept=kept,
    )


def standing(
    db: database.Connection, places: Mapping[str, str], hearing: Hearing, identity: Callable[[str], Identity], now: float
) -> tuple[TerminalView, ...]:
    """How each terminal of ``places`` stands."""
    known = {row["terminal"]: row for row in db.execute("SELECT * FROM terminals")}
    return tuple(
        _terminal(name, place, known.get(name), hearing, words.identity(identity(name), now), now) for name, place in places.items()
    )


def local_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, BEIJING).strftime("%m-%d %H:%M:%S")


def local_moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, BEIJING).strftime("%m-%d %H:%M")


def local_text(text: str) -> str:
    """An RFC 3339 time in Beijing time; unreadable ones, and those of no year we can count, as they came."""
    try:
        return datetime.fromisoformat(text).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return text


def _terminal(name: str, place: str, row: database.Row | None, hearing: Hearing, identity: str, now: float) -> TerminalView:
    said, heard = (row["said"], row["heard"]) if row is not None else (None, None)
    presence = judge(said, heard, hearing, now)
    health = msgspec.json.decode(row["health"], type=Health) if row is not None and row["health"] else None
    birth = msgspec.json.decode(row["birth"], type=Birth) if row is not None and row["birth"] else None
    current = presence == Presence.ONLINE
    return TerminalView(
        id=name,
        place=place,
        presence=presence,
        presence_words=words.PRESENCE[presence],
        because=_because(presence, row, hearing),
        identity=identity,
        heard=heard,
        devices=tuple(_device(d, report, current) for d, report in sorted(health.devices.items())) if health else (),
        serving=health.serving if health and current else None,
        trouble=words.fault(health.fault) if health else "",
        unconfirmed=health.unconfirmed if health else None,
        pages_waiting=health.pages_waiting if health else None,
        backlog=words.backlog(health.backlog) if health and health.backlog else (),
        app=birth.app if birth else "",
        help=health.help if health and current else None,  # of a terminal that is gone nobody knows whether one still waits
    )


def _because(presence: Presence, row: database.Row | None, hearing: Hearing) -> str:
    match presence:
        case Presence.LEFT if row is not None:
            return words.LEAVING.get(row["why"] or "", row["why"] or "")
        case Presence.LOST if row is not None:
            return "连接中断" if row["said"] == "lost" else "连续三次没有心跳"
        case Presence.UNKNOWN:
            if hearing.since is None:
                return "中心与消息服务器断开"
            return "还没有报到过" if row is None else "中心刚恢复，等待心跳"
    return ""


def _device(name: str, report: DeviceReport, current: bool) -> DeviceView:
    said = [words.fault(code) for code in (report.fault, report.warning) if code]
    if report.life == "unknown":
        said.append(words.proof(report.proof_age))
    trouble = "；".join(said)
    if not current:
        condition = "unknown"
    elif report.life == "unknown":
        condition = "warning" if report.warning else "unknown"
    elif report.fault or report.life in ("faulted", "absent"):
        condition = "bad"
    elif report.warning:
        condition = "warning"
    else:
        condition = "good" if report.life in ("ready", "busy") else "unknown"
    return DeviceView(words.DEVICES.get(name, name), condition, words.LIFE.get(report.life, report.life), trouble)


def _command(row: database.Row) -> CommandView:
    state = row["state"]
    condition = {"succeeded": "good", "failed": "bad", "rejected": "bad", "expired": "bad", "canceled": "unknown"}
    return CommandView(
        terminal=row["terminal"],
        op=words.OPERATIONS.get(row["op"], row["op"]),
        condition=condition.get(state, "waiting"),
        state=words.COMMAND_STATES[state],
        said="；".join(said for said in (words.reason(row["reason"]), row["detail"]) if said),
        by=row["by"],
        why=row["why"],
        made=row["made"],
    )


def _wanted(row: database.Row) -> WantedView:
    return WantedView(
        terminal=row["terminal"],
        what=words.WANTED[row["what"]],
        rev=row["rev"],
        condition={"applied": "good", "refused": "bad"}.get(row["state"], "waiting"),
        state=words.WANTED_STATES[row["state"]],
        said="；".join(said for said in (words.reason(row["reason"]), row["detail"]) if said),
        received=row["received"],
    )


def _case(row: database.Row, parties: Mapping[str, str]) -> CaseView:
    return CaseView(
        number=row["number"],
        item_name=row["item_name"],
        situation=row["situation"],
        home=parties.get(row["home"], row["home"]),
        intake=parties.get(row["intake"], row["intake"]),
        terminal=row["terminal"],
        taken_at=local_text(row["taken_at"]),
        received=row["received"],
        stored=row["stored"],
        missing=row["named"] - row["stored"],
        receipt=words.OUTCOMES.get(row["outcome"], "—"),
        receipt_uncertain=row["outcome"] == "uncertain",
        awaits=tuple(words.AWAITED.get(kind, kind) for kind in json.loads(row["open"])),
        state=STATES[State(row["state"])],
    )

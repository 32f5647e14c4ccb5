"""What is shown of tickets, read in one moment. Whoever handles one for the rated party reads neither which case it is of nor at
what hour it came, nor whether somebody will be called: by none of these can they find who gave the rating.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from msgspec import Struct

from domain.calendar import CHINA
from domain.rating import levels, service
from domain.rating import ticket_acts as acts
from domain.rating.ticket import Rules, Ticket, appeal_until, day_of
from domain.rating.ticket_acts import Act, Role
from domain.rating.ticket_rights import ENDED, RIGHTS, State
from domain.rating.ticket_terms import Standing, Term, standing
from domain.rating.ticket_words import ACTS, GROUNDS, OUTCOMES, REACHED, SATISFACTION, STANDINGS, STATES, TERMS
from fleet import database
from fleet.people.rights import ALL, Grant, may, scope
from fleet.people.rights import Act as Right
from fleet.tickets import ledger
from fleet.tickets.ledger import Tickets

A_PAGE = 50
_CONDITION: dict[Standing, str] = {"running": "good", "warning": "warning", "last_day": "warning", "over": "bad"}
VIEWS = {"mine": "该我办", "open": "未办结", "over": "已超期", "soon": "快到期", "appeal": "申诉待复核", "all": "全部"}
"""Lists, by the word in the address."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks: for which parties they may read tickets and handle them, and whether they follow up."""

    reads: frozenset[str]
    handles: frozenset[str]
    follows: bool

    @classmethod
    def of(cls, grants: tuple[Grant, ...]) -> Eyes:
        return cls(scope(grants, Right.READ_TICKETS), scope(grants, Right.HANDLE_TICKETS), may(grants, Right.FOLLOW_UP))

    def read(self, party: str) -> bool:
        return ALL in self.reads or party in self.reads

    def handle(self, party: str) -> bool:
        return ALL in self.handles or party in self.handles

    def follow(self, party: str) -> bool:
        """Whoever could handle it for the rated party is not the somebody else who follows up."""
        return self.follows and not self.handle(party)

    def role(self, party: str) -> Role | None:
        if self.handle(party):
            return "unit"
        return "centre" if self.follows else None


@dataclass(frozen=True, slots=True)
class Filters:
    view: str = "mine"
    party: str = ""
    side: str = ""
    state: str = ""


class TicketLine(Struct, frozen=True):
    """``condition``: a badge's state; said in words as well."""

    ticket: int
    label: str
    day: str
    party: str
    side: str
    of: str
    item: str
    level: str
    state: str
    term: str
    due: str
    condition: str
    standing: str
    mine: bool


@dataclass(frozen=True, slots=True)
class WorkList:
    lines: tuple[TicketLine, ...]
    total: int
    counts: Mapping[str, int]
    """View → how many."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline. ``said``: class and words of it."""

    at: str
    what: str
    who: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One ticket. ``role``: for which side the visitor may act, ``ways``: the acts that may come next, the obvious first.
    ``case``: only for who follows up.
    """

    line: TicketLine
    ticket: Ticket
    role: Role | None
    ways: tuple[str, ...]
    tags: tuple[str, ...]
    words: bool
    round: str
    by: str
    case: str | None
    named: bool | None
    appeal_until: str
    timeline: tuple[Step, ...]
    returned: int


def work_list(
    db: database.Connection, eyes: Eyes, filters: Filters, names: Mapping[str, str], now: float, page: int = 1
) -> WorkList:
    """Due first. ``names``: party → its name."""
    more, held = _narrowed(filters), _held(eyes, filters, now)
    counts = {
        view: db.execute(f"SELECT count(*) FROM tickets t WHERE {_SEEN} AND {where}{more}", held).fetchone()[0]  # noqa: S608
        for view, where in _VIEWS.items()
    }
    found = lines(db, eyes, filters, names, now, A_PAGE, (page - 1) * A_PAGE)
    return WorkList(found, counts[filters.view], counts)


def lines(
    db: database.Connection, eyes: Eyes, filters: Filters, names: Mapping[str, str], now: float, most: int, first: int = 0
) -> tuple[TicketLine, ...]:
    """Due first."""
    today = day_of(datetime.fromtimestamp(now, UTC))
    return tuple(_line(row, eyes, names, today) for row in chosen(db, eyes, filters, now, most, first))


def chosen(db: database.Connection, eyes: Eyes, filters: Filters, now: float, most: int, first: int = 0) -> Iterable[database.Row]:
    """Rows of tickets with their rating, due first."""
    where = f"{_SEEN} AND {_VIEWS[filters.view]}{_narrowed(filters)}"
    return db.execute(
        f"{_LINE} WHERE {where} ORDER BY term IS NULL, due, t.ticket LIMIT :most OFFSET :first",
        {**_held(eyes, filters, now), "most": most, "first": first},
    )


def one(db: database.Connection, eyes: Eyes, number: int, tickets: Tickets, names: Mapping[str, str], now: float) -> View:
    """``LookupError`` for one that is none, or none of the visitor's."""
    row = db.execute(f"{_LINE} WHERE {_SEEN} AND t.ticket = :ticket", {**_held(eyes, Filters(), now), "ticket": number}).fetchone()
    if row is None:
        raise LookupError(number)
    today = day_of(datetime.fromtimestamp(now, UTC))
    ticket = ledger.read(db, number)
    role, centre = eyes.role(row["party"]), eyes.follow(row["party"])
    edition = levels.named(row["edition"])
    tags = {tag.code: tag.text for tag in levels.level(row["level"], edition).tags}
    calendar = tickets.calendars(row["party"])
    until = appeal_until(ticket, calendar, tickets.rules)
    done = ledger.acts(db, number)
    return View(
        line=_line(row, eyes, names, today),
        ticket=ticket,
        role=role,
        ways=_ways(ticket, role, today <= until, tickets.rules),
        tags=tuple(tags.get(code, str(code)) for code in json.loads(row["tags"])),
        words=row["words"] is not None,
        round=service.ROUNDS[row["round"]],
        by=_BY.get(row["by"], row["by"]),
        case=row["number"] if centre else None,
        named=ticket.opened.named if centre else None,
        appeal_until=str(until),
        timeline=tuple(_timeline(row, done, centre)),
        returned=len(ticket.returned),
    )


def _ways(ticket: Ticket, role: Role | None, appealing: bool, rules: Rules) -> tuple[str, ...]:
    """Tags of the acts, as their forms are named."""
    fits = [kind for kind, (whose, states) in RIGHTS.items() if whose == role and ticket.state in states]
    out = {
        acts.Appealed: ticket.appeal is not None or not appealing,
        acts.CalledBack: not ticket.calling,
        acts.SentBack: len(ticket.returned) >= rules.returns,
        acts.Closed: ticket.calling and len(ticket.missed) < rules.tries,
    }
    return tuple(str(kind.__struct_config__.tag) for kind in fits if not out.get(kind))


def _timeline(row: database.Row, done: tuple[Act, ...], centre: bool) -> list[Step]:
    opened = datetime.fromtimestamp(row["opened"], UTC)
    found = [Step(_clock(opened) if centre else row["day"], "收到差评，工单建立", "系统", ())]
    for act in done:
        if isinstance(act, acts.CalledBack) and not centre:
            if act.satisfaction is not None:  # what the rater thinks of the mending, not that they were called
                found.append(Step(str(day_of(act.at)), ACTS[acts.Rerated], "评价人", (SATISFACTION[act.satisfaction],)))
            continue
        who = "评价人" if isinstance(act, acts.Rerated) else act.by
        found.append(Step(_clock(act.at), ACTS[type(act)], who, tuple(_said(act))))
    return found


def _said(act: Act) -> list[str]:
    match act:
        case acts.Answered():
            return [OUTCOMES[act.outcome], act.said]
        case acts.Appealed():
            return [f"理由：{GROUNDS[act.ground]}", act.said]
        case acts.AppealDecided():
            return [
                "申诉成立，这条评价不计入统计（仍保留，统计页同时列出两个数）" if act.upheld else "申诉不成立，工单照办",
                act.said,
            ]
        case acts.CalledBack():
            satisfaction = [SATISFACTION[act.satisfaction]] if act.satisfaction else []
            return [REACHED[act.reached], *satisfaction]
        case acts.Rerated():
            return [SATISFACTION[act.satisfaction]]
        case acts.Rectified() | acts.SentBack():
            return [act.said]
        case acts.Acknowledged() | acts.Closed():
            return []


def _line(row: database.Row, eyes: Eyes, names: Mapping[str, str], today: date) -> TicketLine:
    state = State(row["state"])
    near = standing(today, date.fromisoformat(row["due"]), date.fromisoformat(row["warns"])) if row["term"] else None
    follows = eyes.follow(row["party"])
    term = Term(row["term"]) if row["term"] else None
    if term is Term.CALL and not follows:
        term = Term.CLOSE
    mine = (row["whose"] == "unit" and eyes.handle(row["party"])) or (row["whose"] == "centre" and follows)
    return TicketLine(
        ticket=row["ticket"],
        label=label(row["ticket"], row["day"]),
        day=row["day"],
        party=names.get(row["party"], row["party"]) or "（办件还没到）",
        side=service.SIDES[row["side"]],
        of=service.NAMES[row["of"]],
        item=row["item_name"] or "（办件还没到）",
        level=levels.level(row["level"], levels.named(row["edition"])).name,
        state=STATES[state],
        term=TERMS[term] if term else "",
        due=f"{row['due']}{'（预计）' if row['estimate'] else ''}" if term else "",
        condition=_CONDITION[near] if near else "left",
        standing=STANDINGS[near] if near else STATES[state],
        mine=mine and state not in ENDED,
    )


def label(ticket: int, day: str) -> str:
    """How people call it: the year, and its number."""
    return f"差评 {day[:4]}-{ticket:05d}"


def _held(eyes: Eyes, filters: Filters, now: float) -> dict[str, object]:
    """What the conditions below name."""
    return {
        "reads": json.dumps(sorted(eyes.reads)),
        "all": ALL in eyes.reads,
        "handles": json.dumps(sorted(eyes.handles)),
        "handles_all": ALL in eyes.handles,
        "follows": eyes.follows,
        "today": str(day_of(datetime.fromtimestamp(now, UTC))),
        "party": filters.party,
        "side": filters.side,
        "state": filters.state,
    }


def _narrowed(filters: Filters) -> str:
    return "".join(f" AND t.{name} = :{name}" for name in ("party", "side", "state") if getattr(filters, name))


def _clock(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


_BY = {"screen": "终端屏幕", "pad": "评价器", "page": "进度查询页"}
_SEEN = "(:all = 1 OR t.party IN (SELECT value FROM json_each(:reads)))"
_HANDLED = "(:handles_all = 1 OR t.party IN (SELECT value FROM json_each(:handles)))"
_VIEWS = {
    "mine": f"term IS NOT NULL AND ((whose = 'unit' AND {_HANDLED}) OR (whose = 'centre' AND :follows = 1 AND NOT {_HANDLED}))",
    "open": "term IS NOT NULL",
    "over": "term IS NOT NULL AND due < :today",
    "soon": "term IS NOT NULL AND due >= :today AND (warns <= :today OR due = :today)",
    "appeal": "t.state = 'appealed'",
    "all": "TRUE",
}
_LINE = (
    'SELECT t.*, r.number, r."of", r.tags, r.edition, r.words, r.round, r."by", '
    "coalesce(c.item_name, s.item_name) AS item_name FROM tickets t JOIN ratings r ON r.id = t.rating "
    "LEFT JOIN cases c ON c.number = r.number LEFT JOIN services s ON s.number = r.number"
)

"""Bad ratings of a few weeks, each with its ticket somewhere on its way, and what some raters wrote; one key opens that."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from support.console_board import HALLS, stamp, tell
from support.fleet import taken
from support.tickets import act_of

from domain import sealing
from domain.rating import ticket_acts as acts
from domain.rating.service import Kind, Service, Side
from domain.rating.ticket_acts import Act
from domain.rating.ticket_rights import RIGHTS
from domain.rating.words import Words, encode
from fleet.documents import Documents
from fleet.ratings.ledger import keep
from fleet.ratings.rating import NewRating
from fleet.store import Store
from fleet.tickets import ledger
from fleet.tickets.opened import Box

DAY = 86400.0
KEY = sealing.new_key("centre-rating")
TEXT = "排了一个多小时，窗口说系统慢，让我改天再来。"
NAME, PHONE = "罗试言", "13900001234"
SEALED = sealing.seal(encode(Words(text=TEXT, name=NAME, phone=PHONE)), (KEY[0],))
DIGEST = sealing.digest(SEALED)
ITEMS = (("i-gjj-01", "离职提取住房公积金"), ("i-yb-03", "异地就医备案"), ("i-hk-02", "户口迁移"))
_HOMES = ("mianzhu", "langzhong", "renshou")
_WAYS: tuple[tuple[tuple[type[Act], dict[str, Any]], ...], ...] = (
    (),
    ((acts.Acknowledged, {}),),
    ((acts.Acknowledged, {}), (acts.Answered, {"outcome": "complex", "said": "查了当天的叫号，等候超过一小时属实"})),
    ((acts.Appealed, {"said": "当天该窗口没有受理这一事项，疑似点错"}),),
    ((acts.Acknowledged, {}), (acts.Answered, {}), (acts.Rectified, {})),
    (
        (acts.Acknowledged, {}),
        (acts.Answered, {"outcome": "no_basis", "said": "须本人到场，已说明依据"}),
        (acts.Closed, {}),
    ),
    ((acts.Appealed, {}), (acts.AppealDecided, {"upheld": True, "said": "调取记录，该办件不是本窗口办理"})),
)


def seed_tickets(store: Store, now: float) -> None:
    """Two dozen, the youngest of today; every third of somebody who left a name."""
    for n in range(24):
        ago = (n * 1.3) % 26
        at = now - ago * DAY - 3600.0
        home, (item, name) = _HOMES[n % 3], ITEMS[n % 3]
        terminal = sorted(HALLS)[n % 8]
        case = f"chengdu2611K{n:04d}"
        told = replace(taken(case, (f"t {case}".encode(),)), home=home, intake=HALLS[terminal][1], taken_at=stamp(at))
        tell(store, terminal, 1000 + n, replace(told, item=item, item_name=name), at)
        party = home if n % 2 else HALLS[terminal][1]
        side: Side = "home" if n % 2 else "intake"
        number = bad(store, case, at + 300.0, side=side, party=party, named=n % 3 == 0, level=1 + n % 2)
        live(store, number, _WAYS[n % len(_WAYS)], at + 3600.0, (now - at - 7200.0) / 4)
    with store.transaction() as db:
        store.tickets.refresh(db, now)


def bad(
    store: Store,
    case: str,
    at: float,
    *,
    side: Side = "intake",
    party: str = "mianzhu",
    named: bool = False,
    level: int = 2,
    of: Kind | None = None,
    words: str | None = None,
) -> int:
    """A bad rating; the number of its ticket."""
    said = words or (DIGEST if named else None)
    tags = (207, 209) if level == 2 else (108,)
    of = of or ("delivery" if side == "home" else "intake")
    new = NewRating(Service(case, of, side), party, level, tags, "2020", "screen", stamp(at), said, named, "t-mz-01")
    with store.transaction() as db:
        rating = keep(db, new, store.tickets, at)
        (number,) = db.execute("SELECT ticket FROM tickets WHERE rating = ?", (rating.id,)).fetchone()
    return int(number)


def live(store: Store, number: int, ways: tuple[tuple[type[Act], dict[str, Any]], ...], at: float, apart: float) -> None:
    for after, (kind, more) in enumerate(ways):
        moment = at + after * max(60.0, min(apart, 2 * DAY))
        with store.transaction() as db:
            named = ledger.read(db, number).opened.named
            if kind is acts.Closed and named:
                return
            act = act_of(kind, datetime.fromtimestamp(moment, UTC), **more)
            store.tickets.act(db, number, after, RIGHTS[kind][0], act, moment)


def box(folder: Path) -> Box:
    """What opens raters' words, with :data:`SEALED` lying there."""
    documents = Documents(folder / "documents")
    documents.take("ticketing", DIGEST, BytesIO(SEALED), len(SEALED))
    return Box((KEY[1],), documents)

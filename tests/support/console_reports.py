"""Three months of cases with what became of them, and their ratings, written as the ledgers write them, but all at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import msgspec
from support.cases import act_of
from support.console_board import HALLS, stamp
from support.console_tickets import ITEMS

from domain.case import acts
from domain.case.acts import Act
from fleet.reports import making
from fleet.store import Store

DAY = 86400.0
_LIFE: tuple[tuple[type[Act], float], ...] = (
    (acts.Prechecked, 0.1),
    (acts.Dispatched, 0.4),
    (acts.Arrived, 1.2),
    (acts.Accepted, 2.0),
    (acts.Decided, 6.0),
    (acts.ResultSent, 6.5),
    (acts.Delivered, 9.0),
)
_HOMES = ("mianzhu", "langzhong", "renshou")


def seed_reports(store: Store, now: float, *, cases: int = 360, days: float = 100.0, seed: int = 9) -> None:
    """Four in five are rated at the hall, one in three of the decided ones at home; nobody else is."""
    draw = random.Random(seed)
    taken, lives, done, ratings, ended = [], [], [], [], []
    for n in range(cases):
        at = now - days * DAY * (1 - (n + 1) / (cases + 1))
        home, (item, name) = draw.choice(_HOMES), draw.choice(ITEMS)
        terminal = draw.choice(sorted(HALLS))
        intake, number = HALLS[terminal][1], f"R{seed:02d}{n:08d}"
        taken.append((number, terminal, item, name, "s1", home, intake, stamp(at), f"tok{number}".ljust(22, "x"), at, "[]", None))
        pace, position, kinds = draw.lognormvariate(0, 0.5), 0, _LIFE[: draw.randint(4, len(_LIFE))]
        for kind, after in kinds:
            when = at + after * pace * DAY
            if when > now:
                break
            position += 1
            act = act_of(kind, datetime.fromtimestamp(when, UTC))
            tag = str(kind.__struct_config__.tag)
            done.append((number, position, tag, terminal if kind is acts.Delivered else None, when, msgspec.json.encode(act)))
            if kind is acts.Decided:
                ended.append((number, position, "promised", "home", "2026-01-01", when, int(pace < 1.6)))
                if draw.random() < 0.33:
                    ratings.append(_rating(number, "delivery", "home", home, draw, min(now, when + DAY)))
        lives.append((number, "submitted", position, "[]", None))
        if draw.random() < 0.8:
            ratings.append(_rating(number, "intake", "intake", intake, draw, at + 300.0))
    ratings.sort(key=lambda row: row[5])
    with store.transaction() as db:
        db.executemany("INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", taken)
        db.executemany("INSERT INTO lives VALUES (?, ?, ?, ?, ?)", lives)
        db.executemany("INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?)", done)
        db.executemany("INSERT INTO ended_terms VALUES (?, ?, ?, ?, ?, ?, ?)", ended)
        db.executemany(
            'INSERT INTO ratings (number, "of", side, task, round, party, level, received, given_at, tags, edition, "by", named) '
            "VALUES (?, ?, ?, '', 1, ?, ?, ?, ?, '[]', '2020', 'screen', 0)",
            [(*row[:5], row[5], stamp(row[5])) for row in ratings],
        )
    making.refresh(store, now)


def _rating(number: str, of: str, side: str, party: str, draw: random.Random, at: float) -> tuple[str, str, str, str, int, float]:
    return (number, of, side, party, draw.choices((5, 4, 3), (6, 3, 1))[0], at)

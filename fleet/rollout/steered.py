"""Who may steer a roll-out: whoever may steer every terminal it is for, those to come among them."""

from __future__ import annotations

from fleet import database
from fleet.known import Known
from fleet.people.rights import ALL
from fleet.rollout import audience
from fleet.rollout.book import LISTED


def all_of_it(db: database.Connection, id_: int, known: Known, mine: frozenset[str]) -> bool:
    """``mine``: the parties whose terminals whoever asks may steer. False also where there is none."""
    row = db.execute("SELECT target FROM rollouts WHERE id = ?", (id_,)).fetchone()
    if row is None:
        return False
    if ALL in mine:
        return True
    members = {t for (t,) in db.execute("SELECT terminal FROM rollout_members WHERE rollout = ?", (id_,))}
    offered = audience.choices(known.places, known.groups, known.parties, mine)
    return members <= set(known.of(mine)) and (row[0] == LISTED or row[0] in offered)

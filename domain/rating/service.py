"""What is rated: one service event of a case (一次一评, 一事一评), and whose service it was. Pure.

Of each service event each side can be rated once, and once more afterwards (追加). What was not rated is unrated: a state of its
own, neither good nor bad, out of which only a person's rating leads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from domain.case.rights import State

Kind = Literal["consult", "intake", "correction", "delivery"]
"""咨询, 申报, 补正, 签收/办结: the ``serviceName`` of the national interface (缴费 does not occur here)."""
Side = Literal["intake", "home"]
"""Who is rated: the place that takes in and hands over, or the home department, of its handling (with ``delivery`` only)."""
By = Literal["screen", "pad", "page"]
"""Where it was given: the terminal's screen, its rating pad, the progress page (by the receipt's code)."""
Round = Literal[1, 2]
"""首次 and 追加."""

NAMES: dict[Kind, str] = {"consult": "咨询", "intake": "申报", "correction": "补正", "delivery": "签收/办结"}
SIDES: dict[Side, str] = {"intake": "收件地", "home": "业务属地"}
ROUNDS: dict[Round, str] = {1: "首次评价", 2: "追加评价"}

SETTLED = frozenset({State.NOT_ACCEPTED, State.DECIDED, State.RESULT_SENT, State.DELIVERED, State.CLOSED})
"""States in which the home department has decided, so that its handling can be rated."""


class Service(Struct, frozen=True, order=True):
    """One service event, as one side gave it. ``number``: of the case, or of the service without one (咨询). ``task``: digest of
    the task a correction answered, because a case may have several; empty for what happens once."""

    number: str
    of: Kind
    side: Side = "intake"
    task: str = ""


class Given(Struct, frozen=True):
    """A rating that somebody gave."""

    service: Service
    round: Round
    level: int


class Unrated(Struct, frozen=True):
    """Nobody has rated this."""


Standing = Unrated | Given


def next_round(given: int) -> Round | None:
    """Which rating comes after ``given`` of the same service and side; ``None``: it has its first and its follow-up."""
    if given == 0:
        return 1
    return 2 if given == 1 else None


def standing(service: Service, ratings: Iterable[Given]) -> Standing:
    """How the service stands: by its latest round, and unrated as long as nobody has rated it."""
    own = [one for one in ratings if one.service == service]
    return max(own, key=lambda one: one.round, default=Unrated())

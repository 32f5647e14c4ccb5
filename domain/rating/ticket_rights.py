"""Who may do what with a ticket in which state: one table, gone over whole by a test. A right that does not stand here nobody has.

No row deletes or changes a rating, and none could: an upheld appeal leaves it out of the statistics, and both numbers are shown.
"""

from __future__ import annotations

from enum import StrEnum

from domain.rating import ticket_acts as acts
from domain.rating.ticket_acts import Act, Role


class State(StrEnum):
    """``settled``: mended or explained, what the centre does is left; ``excluded``: closed, by an appeal that was upheld."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RECTIFYING = "rectifying"
    APPEALED = "appealed"
    SETTLED = "settled"
    CLOSED = "closed"
    EXCLUDED = "excluded"


S = State
ENDED = frozenset({S.CLOSED, S.EXCLUDED})

RIGHTS: dict[type[Act], tuple[Role, frozenset[State]]] = {
    acts.Acknowledged: ("unit", frozenset({S.OPEN})),
    acts.Answered: ("unit", frozenset({S.ACKNOWLEDGED})),
    acts.Rectified: ("unit", frozenset({S.RECTIFYING})),
    acts.Appealed: ("unit", frozenset({S.OPEN, S.ACKNOWLEDGED, S.RECTIFYING})),
    acts.AppealDecided: ("centre", frozenset({S.APPEALED})),
    acts.CalledBack: ("centre", frozenset({S.SETTLED})),
    acts.SentBack: ("centre", frozenset({S.SETTLED})),
    acts.Closed: ("centre", frozenset({S.SETTLED})),
    acts.Rerated: ("rater", frozenset({S.SETTLED, S.CLOSED})),
}


def may(role: Role, act: type[Act], state: State) -> bool:
    whose, states = RIGHTS[act]
    return role == whose and state in states

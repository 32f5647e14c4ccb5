"""What the pages of alerts share: the means, and for which parties the visitor may do what."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from fleet.alerts.means import Means
from fleet.people import gate
from fleet.people.rights import ALL, Act
from fleet.store import Store

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Hub(Means):
    store: Store
    now: Callable[[], float] = time.time

    def only(self, act: Act) -> frozenset[str] | None:
        """The parties the visitor may do ``act`` for; ``None``: all of them, and for what is no party's."""
        mine = gate.parties(act)
        return None if ALL in mine else mine

    def may(self, party: str, act: Act) -> bool:
        allowed = self.only(act)
        return allowed is None or party in allowed

    def steers_all(self) -> bool:
        return self.only(Act.STEER) is None

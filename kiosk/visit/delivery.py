"""How the result comes back: asked only where there is something to decide."""

from __future__ import annotations

from domain.catalogue.opening import DeliveryWay, Opening
from kiosk.visit.state import Visit

_BY_ITSELF: tuple[DeliveryWay, ...] = ("e_licence", "terminal_print")
"""Ways the result comes without anybody being told where to."""


def offered(opened: Opening) -> tuple[DeliveryWay, ...]:
    """The ways to choose among; none where the result comes by itself, or in one way only."""
    decided = len(opened.delivery) < 2 or set(opened.delivery) <= set(_BY_ITSELF)
    return () if decided else opened.delivery


def delivery(visit: Visit, opened: Opening | None) -> str | None:
    """How the result comes back, chosen or not to be chosen; ``None``: not decided yet, or there is none."""
    if visit.delivery is not None or opened is None or not opened.delivery or offered(opened):
        return visit.delivery
    return opened.delivery[0]

"""好差评 on the screen: what is asked about, the five levels, and for one of them its tags. Nothing is chosen beforehand."""

from __future__ import annotations

from msgspec import Struct

from domain.rating import levels
from domain.rating.service import Service
from kiosk.visit import followup_path
from kiosk.visit.services import asked, services
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Visit
from ui.view import said
from ui.words import _, translated


class Rating(Struct, frozen=True):
    """``which`` of how many ``of`` questions this is. ``pad``: there is one to press, and it works."""

    question: str
    levels: tuple[levels.Level, ...]
    which: int
    of: int
    pad: bool


class Reason(Struct, frozen=True):
    """``words``: there is room to write; ``contact``: and to leave whom to call back. ``errors`` by field."""

    level: levels.Level
    first: tuple[levels.Tag, ...]
    more: tuple[levels.Tag, ...]
    words: bool
    contact: bool
    errors: dict[str, str]
    most: int = levels.MOST_WORDS


def rate(glass: Glass, visit: Visit) -> Rating:
    service = asked(visit)
    if service is None:
        raise LookupError("nothing is left to be rated")
    pad = glass.hall.pad and "rating" not in glass.snapshot().out
    return Rating(_question(glass, visit, service), levels.edition().levels, len(visit.ratings) + 1, len(services(visit)), pad)


def reason(glass: Glass, visit: Visit) -> Reason:
    if visit.rated is None:
        raise LookupError("no level was given, yet its reasons are asked for")
    level = levels.level(visit.rated.level, levels.named(visit.rated.edition))
    return Reason(
        level,
        tuple(t for t in level.tags if t.default_shown),
        tuple(t for t in level.tags if not t.default_shown),
        words=glass.hall.words,
        contact=glass.hall.words and level.is_bad,
        errors=said.errors(visit.errors),
    )


def _question(glass: Glass, visit: Visit, service: Service) -> str:
    if service.side == "home":
        told, task = followup_path.of(visit).rating, followup_path.of(visit).task
        home = told.home if told else task.home_name if task else _("办件的业务属地")
        return _("%(home)s办这件事，办得怎么样？", home=translated(home))
    if service.of == "delivery":
        return _("%(hall)s这次的服务怎么样？", hall=translated(glass.hall.hall))
    return _("这次补材料，办得怎么样？") if service.of == "correction" else _("这次办得怎么样？")

"""Which services of a visit can be rated, as they are asked about: the hall's, and a department's that has decided. Pure."""

from __future__ import annotations

from domain.rating.service import Service
from kiosk.visit.state import Visit


def services(visit: Visit) -> tuple[Service, ...]:
    """None before something was done; taking a case back is no service."""
    if visit.followup is None:
        if visit.submitted is not None:
            return (Service(visit.submitted.case, "intake"),)
        return (Service(visit.noted.number, "consult"),) if visit.noted is not None else ()
    told, task = visit.followup, visit.followup.task
    if told.rating is not None:
        return (Service(told.rating.case, "delivery", "home"),)
    if task is None or told.answered is None or told.chosen is None:
        return ()
    if told.doing == "correct":
        return (Service(task.case, "correction", task=told.chosen),)
    if told.doing == "collect":
        return (Service(task.case, "delivery"), Service(task.case, "delivery", "home"))
    return ()


def asked(visit: Visit) -> Service | None:
    """The one that is asked about now: the first that was neither rated nor passed over."""
    return next(iter(services(visit)[len(visit.ratings) :]), None)


def question(visit: Visit) -> str:
    """What a key of the rating pad answers: this visit's question, and none before or after it."""
    return f"{visit.id}.{len(visit.ratings)}"

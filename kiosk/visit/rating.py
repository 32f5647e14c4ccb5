"""好差评: the visit's last question, once for each service that was given.

Nothing is chosen beforehand, and nothing is a rating until it was handed in: on the screen by 提交评价, on the pad by a key whose
level needs no reason. Whoever walks away, whatever they touched before, has not rated.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from domain.rating import levels, words
from kiosk.visit import events as ev
from kiosk.visit.effects import Effect, StoreRating
from kiosk.visit.outcome import Handler, Outcome, Rules
from kiosk.visit.services import asked, question, services
from kiosk.visit.state import Rated, Step, Visit


def begin(visit: Visit) -> Visit:
    """The next question, or the last screen where there is none."""
    return replace(visit, step=Step.RATING if asked(visit) is not None else Step.FAREWELL, rated=None, errors={})


def to_rating(visit: Visit, _event: ev.Next | ev.Back, _now: float, _rules: Rules) -> Outcome:
    return begin(visit), ()


def rate(visit: Visit, event: ev.Rate, _now: float, rules: Rules) -> Outcome:
    """On the screen every level has its tags; only a bad one needs any."""
    rated = _rated(event.level, "screen", rules)
    return (replace(visit, step=Step.REASON, rated=rated) if rated is not None else visit), ()


def pad(visit: Visit, event: ev.PadPressed, _now: float, rules: Rules) -> Outcome:
    """The pad has levels and nothing else: a bad one is asked on the screen why."""
    rated = _rated(event.level, "pad", rules) if event.question == question(visit) else None
    if rated is None:
        return visit, ()
    if levels.level(rated.level, levels.named(rated.edition)).reason_required:
        return replace(visit, step=Step.REASON, rated=rated), ()
    return _given(visit, rated)


def reason(visit: Visit, event: ev.GiveReason, _now: float, rules: Rules) -> Outcome:
    if visit.rated is None:
        return visit, ()
    text, name, phone = (one.strip() if rules.words else "" for one in (event.text, event.name, event.phone))
    bad = levels.is_bad(visit.rated.level)
    errors = words.contact_errors(name, phone) if bad else {}
    try:
        levels.check(visit.rated.level, event.tags, text, levels.named(visit.rated.edition))
    except levels.RatingError as error:
        errors = {"tags": str(error), **errors}
    if errors:
        return replace(visit, errors=errors), ()
    contact = (name, phone) if bad else ("", "")  # nobody is called back about a good one
    return _given(visit, replace(visit.rated, tags=event.tags, text=text, name=contact[0], phone=contact[1]))


def unrated(visit: Visit, _event: ev.Next, _now: float, _rules: Rules) -> Outcome:
    """Silence stays silence: it never becomes a rating."""
    return begin(replace(visit, ratings=(*visit.ratings, None))), ()


def kept(visit: Visit) -> tuple[Effect, ...]:
    """What was given, for the store: once more after a restart, which is harmless."""
    given = zip(services(visit), visit.ratings, strict=False)
    return tuple(StoreRating(service, visit.home, rated) for service, rated in given if rated is not None)


def _given(visit: Visit, rated: Rated) -> Outcome:
    after = replace(visit, ratings=(*visit.ratings, rated))
    return begin(after), kept(after)[-1:]


def _rated(level: int, by: Literal["screen", "pad"], rules: Rules) -> Rated | None:
    edition = levels.named(rules.edition) if rules.edition else levels.edition()
    known = level in {one.satisfaction for one in edition.levels}
    return Rated(level, by, edition=edition.edition) if known else None


AT: dict[tuple[Step, type], Handler] = {
    (Step.RATING, ev.Rate): rate,
    (Step.RATING, ev.PadPressed): pad,
    (Step.RATING, ev.Next): unrated,
    (Step.REASON, ev.GiveReason): reason,
    (Step.REASON, ev.Back): to_rating,
    (Step.REASON, ev.Next): unrated,
}
"""Of any visit, also one about a former case."""

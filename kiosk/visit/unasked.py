"""Taking a picture by itself: a page that lies still and good is taken after a short count, once.

What keeps it from being taken is a *hold*. ``CHANGE``: what lies there was taken; it must be taken away or changed first.
``MOVE``: the citizen wanted it otherwise (again, not yet), or the picture failed; once it is moved, the count may begin anew.
The camera tells lying pages apart by number (``devices.port.Sight.lay``), however often one is pushed about; when it has
forgotten them, after a restart of either side, a hold stays until it has seen one change. The button takes a page at any time.
"""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.effects import TakePicture
from kiosk.visit.outcome import Outcome, Rules
from kiosk.visit.snapshot import Desk, LivePicture
from kiosk.visit.state import Hold, Scan, Step, Unasked, Visit

MAX_PAGES = 20
"""Pages of one material: more than any of the catalogue's needs, and a bound on what one visit can write."""


def is_on(visit: Visit, rules: Rules) -> bool:
    """The citizen's choice, or the terminal's setting."""
    return rules.unasked if visit.unasked.on is None else visit.unasked.on


def left(visit: Visit, now: float, rules: Rules) -> float | None:
    """Seconds until the page is taken; ``None`` while nothing is counted."""
    since = visit.unasked.since
    return None if since is None else max(0.0, rules.count - (now - since))


def desk(picture: LivePicture, visit: Visit, now: float, rules: Rules) -> Desk:
    """What the screen shows of the desk beside its picture."""
    side, first = path.side(visit, rules.catalogue), not path.kept(visit, rules.catalogue)
    return Desk(picture, left(visit, now, rules), rules.count, visit.unasked.hold, is_on(visit, rules), side, first)


def held(visit: Visit, hold: Hold) -> Unasked:
    return replace(visit.unasked, hold=hold, since=None)


def desk_seen(visit: Visit, event: ev.DeskSeen, now: float, rules: Rules) -> Outcome:
    before = visit.unasked
    changed = 0 not in (event.lay, before.lay) and event.lay != before.lay
    let_go = changed or (before.hold is Hold.MOVE and not event.still)
    seen = replace(before, still=event.still, lay=event.lay, hold=Hold.NONE if let_go else before.hold)
    visit = replace(visit, unasked=seen)
    if changed:  # somebody is here, though no finger touched the glass
        visit = replace(visit, touched=now, warned=False)
    return _counting(visit, now, rules), ()


def tick(visit: Visit, now: float, rules: Rules) -> Outcome:
    visit = _counting(visit, now, rules)
    if left(visit, now, rules) != 0:
        return visit, ()
    shots = visit.unasked.shots + 1
    ref = f"{visit.id}-{shots}"
    taken = replace(held(visit, Hold.CHANGE), shots=shots)
    return replace(visit, scan=Scan(taking=ref, instead=visit.scan.instead), unasked=taken, touched=now), (TakePicture(ref),)


def choose(visit: Visit, event: ev.TakeUnasked, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, unasked=replace(visit.unasked, on=event.on, since=None)), ()


def not_yet(visit: Visit, _event: ev.NotYet, _now: float, _rules: Rules) -> Outcome:
    return replace(visit, unasked=held(visit, Hold.MOVE)), ()


def restored(visit: Visit) -> Unasked:
    """After a restart of the service: a page whose picture lies sealed is not taken again, one whose picture was lost is."""
    lost = visit.scan.taking is not None or visit.scan.shown is not None or not path.all_sealed(visit)
    hold = Hold.NONE if lost else visit.unasked.hold
    return replace(visit.unasked, hold=hold, still=False, lay=0, since=None)


def _counting(visit: Visit, now: float, rules: Rules) -> Visit:
    since = visit.unasked.since if visit.unasked.since is not None else now
    return replace(visit, unasked=replace(visit.unasked, since=since if _ready(visit, rules) else None))


def _ready(visit: Visit, rules: Rules) -> bool:
    material = path.current_material(visit, rules.catalogue)
    return (
        visit.step is Step.SCAN
        and visit.unasked.still
        and visit.unasked.hold is Hold.NONE
        and is_on(visit, rules)
        and not (visit.scan.taking or visit.scan.chosen or visit.leaving or visit.warned)
        and material is not None
        and len(path.collected(visit, material.material_id).pages) < MAX_PAGES
    )

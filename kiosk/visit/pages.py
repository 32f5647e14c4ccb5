"""The kept pages of the material under the camera: looked at one by one, taken anew, given up, put in another order."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.effects import DropPages
from kiosk.visit.outcome import Outcome, Rules, with_collected
from kiosk.visit.state import Collected, Hold, KeptPage, Scan, Visit
from kiosk.visit.unasked import held


def choose(visit: Visit, event: ev.ChoosePage, _now: float, rules: Rules) -> Outcome:
    """One page to look at; none: back to the camera, and nothing is taken instead of a page any more."""
    if visit.scan.taking or (event.ref is not None and _page(visit, event.ref, rules) is None):
        return visit, ()
    return replace(visit, scan=Scan(chosen=event.ref)), ()


def take_instead(visit: Visit, _event: ev.TakeInstead, _now: float, rules: Rules) -> Outcome:
    """The next picture takes the place of the chosen page; until it is kept the old one stays."""
    if _page(visit, visit.scan.chosen, rules) is None:
        return visit, ()
    return replace(visit, scan=Scan(instead=visit.scan.chosen), unasked=held(visit, Hold.MOVE)), ()


def give_up(visit: Visit, _event: ev.GiveUpPage, _now: float, rules: Rules) -> Outcome:
    page = _page(visit, visit.scan.chosen, rules)
    if page is None:
        return visit, ()
    left = tuple(p for p in path.kept(visit, rules.catalogue) if p.ref != page.ref)
    return replace(visit, scan=Scan(), collected=_with(visit, left, rules), unasked=held(visit, Hold.MOVE)), (dropped(page),)


def move(visit: Visit, event: ev.MovePage, _now: float, rules: Rules) -> Outcome:
    pages = list(path.kept(visit, rules.catalogue))
    page = _page(visit, visit.scan.chosen, rules)
    to = pages.index(page) + event.by if page is not None else -1
    if page is None or not 0 <= to < len(pages):
        return visit, ()
    pages.remove(page)
    pages.insert(to, page)
    return replace(visit, collected=_with(visit, tuple(pages), rules)), ()


def with_new(pages: tuple[KeptPage, ...], new: KeptPage, instead: str | None) -> tuple[tuple[KeptPage, ...], KeptPage | None]:
    """``new`` at the end, or in the place of ``instead``; the page that had to go."""
    old = next((p for p in pages if p.ref == instead), None)
    return (tuple(new if p is old else p for p in pages), old) if old is not None else ((*pages, new), None)


def dropped(page: KeptPage) -> DropPages:
    return DropPages((page.ref,), (page.digest,) if page.digest else ())


def _page(visit: Visit, ref: str | None, rules: Rules) -> KeptPage | None:
    return next((p for p in path.kept(visit, rules.catalogue) if p.ref == ref), None)


def _with(visit: Visit, pages: tuple[KeptPage, ...], rules: Rules) -> tuple[Collected, ...]:
    material = path.current_material(visit, rules.catalogue)
    assert material is not None, "a page is chosen among those of a material"
    return with_collected(visit, replace(path.collected(visit, material.material_id), pages=pages))


def refs(visit: Visit | None) -> tuple[str, ...]:
    """The kept pages a new one may repeat: all but the one it takes the place of."""
    if visit is None:
        return ()
    return tuple(page.ref for c in visit.collected for page in c.pages if page.ref != visit.scan.instead)

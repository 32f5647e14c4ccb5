"""The materials under the camera: take, look, keep or take again, leave out."""

from __future__ import annotations

from msgspec.structs import replace

from domain.case.advice import Sought, advise
from domain.case.turning import turned_finding
from kiosk.visit import applicants, drafting, handing_in, path
from kiosk.visit import events as ev
from kiosk.visit.effects import DrawUp, DropPages, ReadPage, SealPage, TakePicture, TurnPicture
from kiosk.visit.outcome import Outcome, Rules, back, drop, each_page, onward, with_collected
from kiosk.visit.pages import dropped, with_new
from kiosk.visit.state import (
    Collected,
    Hold,
    KeptPage,
    Reading,
    Scan,
    ShownPage,
    Step,
    Visit,
)
from kiosk.visit.unasked import MAX_PAGES, held


def take(visit: Visit, event: ev.TakePage, _now: float, rules: Rules) -> Outcome:
    material = path.current_material(visit, rules.catalogue)
    if material is None or visit.scan.taking or len(path.collected(visit, material.material_id).pages) >= MAX_PAGES:
        return visit, ()
    scan = Scan(taking=event.ref, instead=visit.scan.instead)
    return replace(visit, scan=scan, unasked=held(visit, Hold.CHANGE)), (TakePicture(event.ref),)


def page_shown(visit: Visit, event: ev.PageShown, _now: float, _rules: Rules) -> Outcome:
    if visit.scan.taking != event.ref:
        return visit, (DropPages((event.ref,), ()),)
    scan = Scan(shown=ShownPage(event.ref, event.findings, format=event.format), instead=visit.scan.instead)
    return replace(visit, step=Step.PAGE, scan=scan), (ReadPage(event.ref),)


def page_late(visit: Visit, event: ev.PageShown, _now: float, _rules: Rules) -> Outcome:
    return visit, (DropPages((event.ref,), ()),)


def page_not_taken(visit: Visit, event: ev.PageNotTaken, _now: float, _rules: Rules) -> Outcome:
    if visit.scan.taking != event.ref:
        return visit, ()
    scan = Scan(fault=event.fault, instead=visit.scan.instead)
    return replace(visit, scan=scan, unasked=held(visit, Hold.MOVE)), ()


def keep(visit: Visit, _event: ev.KeepPage, _now: float, rules: Rules) -> Outcome:
    material, shown = path.current_material(visit, rules.catalogue), visit.scan.shown
    if material is None or shown is None or visit.home is None:
        return visit, ()
    before = path.collected(visit, material.material_id)
    new = KeptPage(shown.ref, shown.findings, reading=shown.reading, format=shown.format)
    pages, old = with_new(before.pages, new, visit.scan.instead)
    kept = replace(visit, step=Step.SCAN, scan=Scan(), collected=with_collected(visit, replace(before, pages=pages)))
    return kept, (SealPage(visit.id, shown.ref, visit.home), *((dropped(old),) if old else ()))


def turn(visit: Visit, _event: ev.TurnPage, _now: float, _rules: Rules) -> Outcome:
    """What was found stays where it is on the paper; it is read anew, the way up it is held now."""
    shown = visit.scan.shown
    if shown is None:
        return visit, ()
    found = tuple(turned_finding(one, 1) for one in shown.findings)
    shown = replace(shown, findings=found, reading=None, turns=(shown.turns + 1) % 4)
    return replace(visit, scan=replace(visit.scan, shown=shown)), (TurnPicture(shown.ref), ReadPage(shown.ref))


def page_read(visit: Visit, event: ev.PageRead, _now: float, rules: Rules) -> Outcome:
    """While it is on the screen, or behind the next one; once the case is being handed in it comes too late."""
    shown = visit.scan.shown
    if shown is not None and shown.ref == event.ref:
        material = path.current_material(visit, rules.catalogue)
        first = material is not None and not path.collected(visit, material.material_id).pages
        reading = _reading(visit, material.material_id if material else "", event, rules, first=first)
        return replace(visit, scan=replace(visit.scan, shown=replace(shown, reading=reading))), ()
    kept = next((c for c in visit.collected if any(page.ref == event.ref for page in c.pages)), None)
    if kept is None or visit.submitted or visit.step is Step.SUBMITTING:
        return visit, ()
    reading = _reading(visit, kept.material, event, rules, first=kept.pages[0].ref == event.ref)
    return replace(visit, collected=each_page(visit, event.ref, reading=reading)), ()


def _reading(visit: Visit, material: str, event: ev.PageRead, rules: Rules, *, first: bool) -> Reading:
    """A title stands on a material's first page only."""
    wanted = {m.material_id: m.title_words for m in path.to_scan(visit, rules.catalogue)} if first else {}
    sought = Sought(wanted.get(material, ()), *applicants.called(visit, rules.catalogue))
    return Reading(event.lines, advise(event.lines, sought, event.today))


def retake(visit: Visit, _event: ev.RetakePage | ev.Back, _now: float, _rules: Rules) -> Outcome:
    refs = (visit.scan.shown.ref,) if visit.scan.shown else ()
    again = replace(visit, step=Step.SCAN, scan=Scan(instead=visit.scan.instead), unasked=held(visit, Hold.MOVE))
    return again, (DropPages(refs, ()),)


def page_sealed(visit: Visit, event: ev.PageSealed, _now: float, _rules: Rules) -> Outcome:
    if not any(p.ref == event.ref for c in visit.collected for p in c.pages):
        return visit, (DropPages((event.ref,), (event.digest,)),)
    visit = replace(visit, collected=each_page(visit, event.ref, digest=event.digest, size=event.size))
    return _waited_for(visit)


def page_lost(visit: Visit, event: ev.PageLost, _now: float, rules: Rules) -> Outcome:
    hit = next((c for c in visit.collected if any(p.ref == event.ref for p in c.pages)), None)
    if hit is None or visit.submitted:
        return visit, ()
    if visit.inked is None and hit.material in {m.material_id for m in path.signed_forms(visit, rules.catalogue)}:
        # What was filled in and the signature are in the case all the same: nobody is sent away for a document of it.
        visit = replace(visit, collected=with_collected(visit, replace(hit, pages=())))
        return _waited_for(visit)
    left = replace(hit, done=False, pages=tuple(p for p in hit.pages if p.ref != event.ref))
    return replace(
        visit, step=Step.SCAN, scan=Scan(fault=event.fault), unasked=held(visit, Hold.MOVE), collected=with_collected(visit, left)
    ), ()


def _waited_for(visit: Visit) -> Outcome:
    """What the last document that came to the disk was waited for by."""
    if not path.all_sealed(visit):
        return visit, ()
    if visit.step is Step.KEEPING:
        return visit, drafting.kept_now(visit)
    if visit.step is Step.SUBMITTING:
        return visit, handing_in.handed_in(visit)
    return visit, (DrawUp(visit),) if visit.step is Step.REVIEW else ()


def material_done(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    material = path.current_material(visit, rules.catalogue)
    if material is None:
        return onward(visit, rules)
    have = path.collected(visit, material.material_id)
    if not have.pages or visit.scan.taking:
        return visit, ()
    return onward(visit, rules, collected=with_collected(visit, replace(have, done=True)), scan=Scan())


def leave_out(visit: Visit, _event: ev.LeaveOut, _now: float, rules: Rules) -> Outcome:
    material = path.current_material(visit, rules.catalogue)
    if material is None or not path.may_leave_out(material) or visit.scan.taking:
        return visit, ()
    have = path.collected(visit, material.material_id)
    empty = Collected(material.material_id, done=True)
    return onward(visit, rules, effects=drop((have,)), collected=with_collected(visit, empty), scan=Scan())


def scan_again(visit: Visit, event: ev.ScanAgain, _now: float, rules: Rules) -> Outcome:
    if event.material not in {m.material_id for m in path.to_scan(visit, rules.catalogue)} or visit.scan.taking:
        return visit, ()
    have = path.collected(visit, event.material)
    fresh = replace(visit, step=Step.SCAN, scan=Scan(), collected=with_collected(visit, Collected(event.material)))
    return fresh, drop((have,))


def scan_back(visit: Visit, event: ev.Back, now: float, rules: Rules) -> Outcome:
    """From a kept page to the camera, back through the materials, then out of the scanning."""
    if visit.scan.taking:
        return visit, ()
    if visit.scan.chosen or visit.scan.instead:
        return replace(visit, scan=Scan()), ()
    materials = [m.material_id for m in path.to_scan(visit, rules.catalogue)]
    current = path.current_material(visit, rules.catalogue)
    at = materials.index(current.material_id) if current else len(materials)
    if at == 0:
        return back(visit, event, now, rules)
    before = replace(path.collected(visit, materials[at - 1]), done=False)
    return replace(visit, scan=Scan(), collected=with_collected(visit, before)), ()

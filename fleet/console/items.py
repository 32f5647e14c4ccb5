"""事项管理 at the console: every part with its state, its draft thing by thing, its versions side by side, its way in words."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.catalogue.catalogue import CatalogueDamagedError
from domain.catalogue.part import JOINT
from fleet.console.items_approval import add_approval
from fleet.console.items_forms import add_forms
from fleet.console.office import GONE, STATES, STEPS, Office, may, me
from fleet.items import blank, brief, checking, choices, comparing, drafts, overview, versions
from fleet.items.drafts import ConflictError, RefusedError
from fleet.items.elements import ONCE, TYPES, kinds_of
from fleet.items.shape import called, title
from fleet.people.gate import needs
from fleet.people.rights import Act

_KINDS = {
    "about": "说明",
    "item": "事项",
    "bundle": "一件事",
    "year": "节假日",
    "party": "本方资料",
    "opening": "开通",
    "not-open": "没有开通的",
    "form": "表单",
}


def create_items(office: Office) -> Blueprint:
    pages = Blueprint("items", __name__)
    store = office.store

    @pages.app_errorhandler(CatalogueDamagedError)
    def _unreadable(error: Exception) -> tuple[str, int]:
        return render_template("no.html", text=f"{error}。请核对中心设置的 catalogue_root，或重新发布一次。"), 503

    @pages.context_processor
    def _in_words() -> dict[str, object]:
        told = {"brief": brief.brief, "words_of": brief.word, "limit": brief.limit, "proofs": brief.proofs}
        return {**told, "step_words": STEPS}

    @pages.get("/items")
    @needs(Act.SEE)
    def index() -> str:
        with store.reading() as db:
            now, listed = office.shelf.now(db), office.parts(db)
            rows = [(one, office.called(db, one.part)) for one in overview.overview(db, office.shelf, listed)]
        return render_template("items/index.html", rows=rows, now=now, states=STATES)

    @pages.get("/items/<part>")
    @needs(Act.SEE)
    def of(part: str) -> str:
        with store.reading() as db:
            office.part(db, part)
            now, listed = office.shelf.now(db), versions.listed(db, part)
            way = db.execute("SELECT * FROM item_steps WHERE part = ? ORDER BY id DESC LIMIT 100", (part,)).fetchall()
            numbers = {version.id: version.number for version in listed}
            shown = {
                "draft": drafts.of(db, part),
                "versions": listed,
                "way": way,
                "numbers": numbers,
                "name": office.called(db, part),
            }
        return render_template(
            "items/part.html", part=part, piece=now.parts.get(part), now=now, states=STATES, steps=STEPS,
            edits=may(Act.EDIT_ITEMS, part), **shown,
        )  # fmt: skip

    @pages.post("/items/<part>/begin")
    @needs(Act.EDIT_ITEMS)
    def begin(part: str) -> Response:
        with store.transaction() as db:
            office.part(db, part, Act.EDIT_ITEMS)
            if drafts.of(db, part) is None:
                base = versions.basis(db, office.shelf.now(db), part, office.now())
                body = base.body if base else blank.part(part, office.called(db, part))
                drafts.begin(db, part, body, base.id if base else None, me(), office.now())
        return redirect(url_for("items.draft", part=part), 303)

    @pages.post("/items/<part>/drop")
    @needs(Act.EDIT_ITEMS)
    def drop(part: str) -> Response:
        with store.transaction() as db:
            drafts.drop(db, office.draft(db, part, Act.EDIT_ITEMS), me(), request.form.get("why", "").strip()[:400], office.now())
        return redirect(url_for("items.of", part=part), 303)

    @pages.get("/items/<part>/draft")
    @needs(Act.SEE)
    def draft(part: str) -> str:
        with store.reading() as db:
            one = office.draft(db, part)
            elements = drafts.elements(db, one.id)
            known = office.directory(db, part)
            found = checking.check(db, office.shelf, one, office.today(), elements)
            name = office.called(db, part)
        kind, asked = request.args.get("kind", ""), request.args.get("q", "").strip()
        kinds = kinds_of(part)
        kind = kind if kind in kinds else ("item" if part == JOINT else "opening")
        counts = {each: sum(e.kind == each for e in elements) for each in kinds}
        rows = []
        for e in elements:
            words = known.name(e.value["item"], e.value.get("situation")) if "item" in e.value else title(TYPES[e.kind], e.value)
            if e.kind == kind and (not asked or asked.lower() in f"{words} {e.value}".lower()):
                rows.append((e, words, [f for f in found if f.number == e.number]))
        missing = choices.unsaid(known, elements) if kind in ("opening", "not-open") else []
        about = {"name": name, "kinds": _KINDS, "counts": counts, "once": ONCE, "thing": called(TYPES[kind])}
        edits = may(Act.EDIT_ITEMS, part) and one.state == "open"
        return render_template(
            "items/draft.html", part=part, draft=one, kind=kind, rows=rows, found=found, asked=asked, missing=missing, known=known,
            edits=edits, **about,
        )  # fmt: skip

    @pages.get("/items/<part>/draft/check")
    @needs(Act.SEE)
    def check(part: str) -> str:
        return _check(part)

    def _check(part: str, error: str = "", at: str = "") -> str:
        with store.reading() as db:
            one = office.draft(db, part)
            found = checking.check(db, office.shelf, one, office.today())
            shown = {"name": office.called(db, part), "draft": one, "found": found}
            known = office.directory(db, part)

        def place(where: str) -> str:
            """Where a finding points, by names where they are known."""
            ids = [step for step in where.split("/") if step != part]
            return known.name(ids[0], ids[1] if len(ids) > 1 else None) if ids and ids[0] in known.items else where

        edits = may(Act.EDIT_ITEMS, part) and one.state == "open"
        return render_template("items/check.html", part=part, place=place, error=error, at=at, edits=edits, **shown)

    @pages.post("/items/<part>/draft/check")
    @needs(Act.EDIT_ITEMS)
    def answer(part: str) -> Response | tuple[str, int]:
        name, words = request.form.get("finding", ""), request.form.get("words", "")
        try:
            with store.transaction() as db:
                one = office.draft(db, part, Act.EDIT_ITEMS)
                found = checking.check(db, office.shelf, one, office.today())
                checking.answer(db, one, found, name, words, me(), office.now())
        except RefusedError as error:
            return _check(part, str(error), name), 422
        return redirect(url_for("items.check", part=part), 303)

    @pages.get("/items/<part>/draft/changes")
    @needs(Act.SEE)
    def changed(part: str) -> str:
        with store.reading() as db:
            one = office.draft(db, part)
            base = versions.by_id(db, one.base) if one.base else None
            found = comparing.compared(part, base.body if base else None, drafts.body(db, one), office.directory(db, part))
            name = office.called(db, part)
        old = f"第 {base.number} 版" if base else "（没有）"
        return render_template(
            "items/compare.html", part=part, name=name, found=found, old=old, new="草稿", count=comparing.count(found)
        )

    @pages.get("/items/<part>/compare")
    @needs(Act.SEE)
    def compare(part: str) -> str:
        old, new = request.args.get("old", type=int), request.args.get("new", type=int)
        with store.reading() as db:
            office.part(db, part)
            try:
                before, after = (versions.of(db, part, number or 0) for number in (old, new))
            except LookupError:
                abort(404)
            name, known = office.called(db, part), office.directory(db, part)
        found = comparing.compared(part, before.body, after.body, known)
        told = {"old": f"第 {before.number} 版", "new": f"第 {after.number} 版", "count": comparing.count(found)}
        return render_template("items/compare.html", part=part, name=name, found=found, **told)

    @pages.get("/items/<part>/draft/history")
    @needs(Act.SEE)
    def history(part: str) -> str:
        return _history(part)

    def _history(part: str, error: str = "") -> str:
        with store.reading() as db:
            one = office.draft(db, part)
            shown = {"edits": drafts.edits(db, one.id), "name": office.called(db, part)}
        can = may(Act.EDIT_ITEMS, part) and one.state == "open"
        return render_template("items/history.html", part=part, draft=one, can=can, error=error, **shown)

    @pages.post("/items/<part>/draft/history")
    @needs(Act.EDIT_ITEMS)
    def undo(part: str) -> Response | tuple[str, int]:
        position, seen = request.form.get("position", 0, type=int), request.form.get("seen", 0, type=int)
        try:
            with store.transaction() as db:
                drafts.undo(db, office.draft(db, part, Act.EDIT_ITEMS), position, seen, me(), office.now())
        except ConflictError:
            return _history(part, GONE), 409
        except RefusedError as error:
            return _history(part, str(error)), 422
        return redirect(url_for("items.history", part=part), 303)

    add_forms(pages, office)
    add_approval(pages, office)
    return pages

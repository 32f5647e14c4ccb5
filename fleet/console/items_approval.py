"""The second person: what was proposed, read beside what it replaces and beside the linter; approved, given back, signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.catalogue.catalogue import CatalogueDamagedError
from fleet.console.office import GONE, STATES, Office, may, me
from fleet.items import approving, checking, comparing, drafts, versions
from fleet.items.drafts import ConflictError, RefusedError
from fleet.people.gate import needs
from fleet.people.rights import Act

Answer = Response | str | tuple[str, int]


def add_approval(pages: Blueprint, office: Office) -> None:
    """To the pages of the administration."""
    store = office.store

    @pages.get("/items/<part>/draft/propose")
    @needs(Act.EDIT_ITEMS)
    def propose(part: str) -> str:
        return _propose(part)

    def _propose(part: str, error: str = "") -> str:
        with store.reading() as db:
            one = office.draft(db, part, Act.EDIT_ITEMS)
            found = checking.check(db, office.shelf, one, office.today())
            base = versions.by_id(db, one.base) if one.base else None
            changed = comparing.compared(part, base.body if base else None, drafts.body(db, one), office.directory(db, part))
            name = office.called(db, part)
        return render_template(
            "items/propose.html", part=part, name=name, draft=one, found=found, hinders=sum(f.hinders for f in found),
            count=comparing.count(changed), today=office.today(), error=error, given=request.form,
        )  # fmt: skip

    @pages.post("/items/<part>/draft/propose")
    @needs(Act.EDIT_ITEMS)
    def proposed(part: str) -> Answer:
        try:
            asked = approving.Proposal(
                request.form.get("why", ""), request.form.get("batch", ""), _day(request.form.get("since", ""))
            )
            with store.transaction() as db:
                one = office.draft(db, part, Act.EDIT_ITEMS)
                found = checking.check(db, office.shelf, one, office.today())
                made = approving.propose(db, one, found, asked, me(), office.today(), office.now())
        except RefusedError as error:
            return _propose(part, str(error)), 422
        return redirect(url_for("items.version", part=part, number=made.number), 303)

    @pages.get("/items/<part>/versions/<int:number>")
    @needs(Act.SEE)
    def version(part: str, number: int) -> str:
        return _version(part, number)

    def _version(part: str, number: int, error: str = "") -> str:
        with store.reading() as db:
            office.part(db, part)
            one = _of(part, number)
            draft = drafts.by_id(db, one.draft) if one.draft else None
            base = versions.by_id(db, draft.base) if draft and draft.base else None
            changed = comparing.compared(part, base.body if base else None, one.body, office.directory(db, part))
            live = draft is not None and one.state == "proposed"
            found = checking.check(db, office.shelf, draft, office.today()) if draft and live else []
            name, hand = office.called(db, part), approving.had_a_hand(db, one, me())
            way = db.execute("SELECT step, words, by, at FROM item_steps WHERE version = ? ORDER BY id", (one.id,)).fetchall()
        return render_template(
            "items/version.html", part=part, name=name, version=one, base=base, changed=changed, count=comparing.count(changed),
            approves=may(Act.APPROVE_ITEMS, part), edits=may(Act.EDIT_ITEMS, part), hand=hand, here=office.keys.here(part),
            found=found, states=STATES, request_=approving.request(one).decode() if one.state == "approved" else "", way=way,
            error=error, live=live,
        )  # fmt: skip

    @pages.get("/items/<part>/versions/<int:number>/part")
    @needs(Act.SEE)
    def content(part: str, number: int) -> Response:
        """The very bytes that are signed."""
        with store.reading() as db:
            office.part(db, part)
        one = _of(part, number)
        answer = Response(one.body, mimetype="application/json")
        answer.headers["Content-Disposition"] = f'attachment; filename="{part}-{one.number}.part"'
        return answer

    def _of(part: str, number: int) -> versions.Version:
        with store.reading() as db:
            try:
                return versions.of(db, part, number)
            except LookupError:
                abort(404)

    def act(part: str, number: int, right: Act, deed: Callable[[versions.Version], None]) -> Answer:
        with store.reading() as db:
            office.part(db, part, right)
        one = _of(part, number)
        try:
            deed(one)
        except ConflictError:
            return _version(part, number, GONE), 409
        except (RefusedError, CatalogueDamagedError) as error:
            return _version(part, number, str(error)), 422
        return redirect(url_for("items.version", part=part, number=number), 303)

    @pages.post("/items/<part>/versions/<int:number>/approve")
    @needs(Act.APPROVE_ITEMS)
    def approve(part: str, number: int) -> Answer:
        def deed(one: versions.Version) -> None:
            with store.transaction() as db:
                draft = drafts.by_id(db, one.draft) if one.draft else None
                found = checking.check(db, office.shelf, draft, office.today()) if draft and one.state == "proposed" else []
                approving.approve(db, one, found, office.keys, me(), office.today(), office.now())

        return act(part, number, Act.APPROVE_ITEMS, deed)

    @pages.post("/items/<part>/versions/<int:number>/return")
    @needs(Act.APPROVE_ITEMS)
    def give_back(part: str, number: int) -> Answer:
        def deed(one: versions.Version) -> None:
            with store.transaction() as db:
                approving.give_back(db, one, me(), request.form.get("words", ""), office.now())

        return act(part, number, Act.APPROVE_ITEMS, deed)

    @pages.post("/items/<part>/versions/<int:number>/withdraw")
    @needs(Act.EDIT_ITEMS)
    def withdraw(part: str, number: int) -> Answer:
        def deed(one: versions.Version) -> None:
            with store.transaction() as db:
                approving.withdraw(db, one, me(), request.form.get("words", ""), office.now())

        return act(part, number, Act.EDIT_ITEMS, deed)

    @pages.post("/items/<part>/versions/<int:number>/sign")
    @needs(Act.APPROVE_ITEMS)
    def sign(part: str, number: int) -> Answer:
        def deed(one: versions.Version) -> None:
            with store.transaction() as db:
                approving.sign(db, one, request.form.get("signature", ""), office.keys, me(), office.today(), office.now())

        return act(part, number, Act.APPROVE_ITEMS, deed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise RefusedError("日期写成 2026-12-01 这样") from None

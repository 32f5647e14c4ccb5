"""事项纠错 at the console: errors windows report, as work. Everybody sees their own party's; who edits its items does the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.catalogue.part import JOINT
from fleet import words
from fleet.console.office import CALLED, Office, may, me
from fleet.items import drafts, reports
from fleet.items.drafts import RefusedError
from fleet.items.reports import Report
from fleet.people import accounts
from fleet.people.gate import needs, parties
from fleet.people.rights import ALL, Act
from fleet.people.rights import may as granted

STATES = {
    "open": ("waiting", "没有人接"),
    "taken": ("warning", "在核对"),
    "mending": ("warning", "已在草稿里改"),
    "mended": ("good", "改好了"),
    "answered": ("good", "不用改"),
}
STEPS = {
    "taken": "接下",
    "passed-on": "转交",
    "answered": "不用改",
    "mending": "在草稿里改了",
    "mended": "随新目录改好",
    "reopened": "那一批退回了，要再公布",
}
Answer = Response | str | tuple[str, int]


def create_reports(office: Office, places: Mapping[str, str]) -> Blueprint:
    """``places``: terminal → where it stands."""
    pages = Blueprint("corrections", __name__)
    store = office.store

    @pages.get("/corrections")
    @needs(Act.SEE)
    def listed() -> str:
        seen, done = parties(Act.SEE), request.args.get("done") == "1"
        with store.reading() as db:
            only = None if ALL in seen else seen
            found, total = reports.listed(db, only, done=done, before=request.args.get("before", type=int))
            names, known = CALLED | dict(office.parties(db)), office.directory(db)
        shown = {"states": STATES, "names": names, "places": places, "parts": words.PARTS, "most": reports.A_PAGE, "known": known}
        return render_template("items/reports.html", reports=found, total=total, done=done, **shown)

    def seen(number: int) -> Report:
        """404 for what is another party's."""
        with store.reading() as db:
            found = reports.by_number(db, number) or abort(404)
        mine = parties(Act.SEE)
        if ALL not in mine and not mine & {found.part, found.told.home}:
            abort(404)
        return found

    def show(number: int, error: str = "") -> str:
        found = seen(number)
        with store.reading() as db:
            names, known = CALLED | dict(office.parties(db)), office.directory(db)
            draft = drafts.of(db, found.part)
            place = reports.place(found, drafts.elements(db, draft.id)) if draft else None
            steps = reports.steps(db, number)
            people = [one for one in accounts.people(db) if granted(one.grants, Act.EDIT_ITEMS) and _edits(one, found.part)]
        return render_template(
            "items/report.html", one=found, names=names, known=known, places=places, parts=words.PARTS, states=STATES, steps=steps,
            said=STEPS, draft=draft, place=place, works=may(Act.EDIT_ITEMS, found.part), people=people, joint=JOINT, error=error,
        )  # fmt: skip

    @pages.get("/corrections/<int:number>")
    @needs(Act.SEE)
    def one(number: int) -> str:
        return show(number)

    def act(number: int, deed: Callable[[Report, str], None]) -> Answer:
        found = seen(number)
        if not may(Act.EDIT_ITEMS, found.part):
            abort(403)
        try:
            deed(found, request.form.get("words", ""))
        except RefusedError as error:
            return show(number, str(error)), 422
        return redirect(url_for("corrections.one", number=number), 303)

    @pages.post("/corrections/<int:number>/take")
    @needs(Act.EDIT_ITEMS)
    def take(number: int) -> Answer:
        def deed(found: Report, _words: str) -> None:
            who = request.form.get("who", "") or me()
            with store.transaction() as db:
                person = accounts.person(db, who)
                if person is None or not _edits(person, found.part):
                    raise RefusedError("要交给能改这一份的人")
                reports.take(db, found, who, me(), office.now())

        return act(number, deed)

    @pages.post("/corrections/<int:number>/pass-on")
    @needs(Act.EDIT_ITEMS)
    def pass_on(number: int) -> Answer:
        def deed(found: Report, text: str) -> None:
            to = JOINT if found.part != JOINT else found.told.home
            with store.transaction() as db:
                reports.pass_on(db, found, to, text, me(), office.now())

        answer = act(number, deed)
        back = url_for("corrections.listed")
        return redirect(back, 303) if isinstance(answer, Response) else answer

    @pages.post("/corrections/<int:number>/answer")
    @needs(Act.EDIT_ITEMS)
    def answer(number: int) -> Answer:
        def deed(found: Report, text: str) -> None:
            with store.transaction() as db:
                reports.answer(db, found, text, me(), office.now())

        return act(number, deed)

    @pages.post("/corrections/<int:number>/mending")
    @needs(Act.EDIT_ITEMS)
    def mending(number: int) -> Answer:
        def deed(found: Report, text: str) -> None:
            with store.transaction() as db:
                if drafts.of(db, found.part) is None:
                    raise RefusedError("先开一份草稿，改好再记")
                reports.mending(db, found, text, me(), office.now())

        return act(number, deed)

    return pages


def _edits(one: accounts.Person, part: str) -> bool:
    """As :func:`fleet.console.office.may`, of somebody else."""
    whose = {grant.party for grant in one.grants if granted((grant,), Act.EDIT_ITEMS)}
    return (ALL in whose) if part == JOINT else part in whose

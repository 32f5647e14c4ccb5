"""分批公布 at the console: the centre's own staff put approved parts into one catalogue for all terminals, and take it back."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.catalogue.catalogue import CatalogueDamagedError
from fleet.console.office import STATES, Office, me
from fleet.items import batches, comparing, versions
from fleet.items.choices import directory
from fleet.items.drafts import ConflictError, RefusedError
from fleet.people.gate import needs, parties
from fleet.people.rights import ALL, Act

Answer = Response | str | tuple[str, int]


def create_batches(office: Office) -> Blueprint:
    pages = Blueprint("batches", __name__)
    store = office.store

    def show(error: str = "", plan: batches.Plan | None = None) -> str:
        with store.reading() as db:
            now, waiting = office.shelf.now(db), versions.waiting(db)
            listed, names = batches.listed(db), {part: office.called(db, part) for part in {**waiting, **now.parts}}
            names |= {part: office.called(db, part) for one in listed for part in one.parts}
        about = []
        if plan is not None:
            pieces, known = plan.before.parts, directory(plan.joint)
            for part, version in plan.chosen.items():
                old = pieces[part].body if part in pieces else None
                about.append((part, comparing.compared(part, old, version.body, known)))
        today = office.today()
        suggested = f"{today} {'、'.join(sorted({v.batch for v in waiting.values() if v.state == 'signed'}))}".strip()
        again = sum(one.kind == "published" and one.version.startswith(suggested) for one in listed)
        suggested += f"（{again + 1}）" if again else ""
        return render_template(
            "items/batches.html", now=now, waiting=waiting, batches=listed, names=names, states=STATES, error=error, plan=plan,
            about=about, given=request.form, suggested=suggested, today=today, count=comparing.count,
            latest=max((v.since for v in waiting.values() if v.since and v.state == "signed"), default=None),
        )  # fmt: skip

    def ours() -> None:
        """Publishing is the centre's own: what goes to all terminals is no one party's to send."""
        if ALL not in parties(Act.APPROVE_ITEMS):
            abort(403)

    @pages.get("/batches")
    @needs(Act.APPROVE_ITEMS)
    def listed() -> str:
        ours()
        return show()

    @pages.post("/batches")
    @needs(Act.APPROVE_ITEMS)
    def publish() -> Answer:
        ours()
        why, day = request.form.get("why", ""), request.form.get("since", "")
        try:
            with store.reading() as db:
                made = batches.plan(
                    db, office.shelf, office.keys, request.form.getlist("part"), request.form.get("title", ""), office.today()
                )
            since = _since(day, office.today(), made)
            if request.form.get("do") != "publish":
                return show(plan=made)
            batches.store(office.shelf, made)
            with store.transaction() as db:
                waves = office.waves(db, made.title) if request.form.get("how") == "waves" else None
                batches.publish(db, office.shelf, made, since, why, me(), office.now(), waves)
        except ConflictError:
            return show("刚才有人发布过或撤回了一份，请再看一遍。"), 409
        except (RefusedError, CatalogueDamagedError) as error:
            return show(str(error)), 422
        return redirect(url_for("batches.listed"), 303)

    @pages.post("/batches/<int:rev>/take-back")
    @needs(Act.APPROVE_ITEMS)
    def take_back(rev: int) -> Answer:
        ours()
        try:
            with store.transaction() as db:
                batches.take_back(
                    db, office.shelf, office.keys, rev, request.form.get("why", ""), me(), office.today(), office.now()
                )
        except (RefusedError, CatalogueDamagedError) as error:
            return show(str(error)), 422
        return redirect(url_for("batches.listed"), 303)

    return pages


def _since(text: str, today: date, made: batches.Plan) -> str | None:
    """The first moment of the day it is used from; ``None``: at once. Not before the day a drafter asked for."""
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise RefusedError("日期写成 2026-12-01 这样") from None
    asked = max((v.since for v in made.chosen.values() if v.since), default="")
    if day < today:
        raise RefusedError("从哪天起使用不能是过去的日子")
    if str(day) < asked:
        raise RefusedError(f"选上的里面有一份要从 {asked} 起生效，不能更早")
    return f"{day}T00:00:00+08:00" if day > today else None

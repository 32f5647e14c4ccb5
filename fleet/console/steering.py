"""Steering at the console: what is under way and how it stands, what staff do to it, one terminal's commands, and who did what."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fleet import database, given, words
from fleet.commands import NoCommandError
from fleet.console.steering_ask import deed_fields
from fleet.documents import Documents
from fleet.items.published import Shelf
from fleet.known import Known
from fleet.people import record
from fleet.people.gate import needs, parties, session
from fleet.people.rights import ALL, Act
from fleet.presence import Hearing
from fleet.rollout import acts, deeds, reading
from fleet.rollout.book import NoRolloutError
from fleet.rollout.commanding import LIFE, recent, told
from fleet.rollout.deeds import DEEDS, NoDeedError
from fleet.rollout.engine import Stand
from fleet.rollout.steered import all_of_it
from fleet.store import Store
from fleet.web import sent

MOST_WHY = 200


def create_steering(
    app: Flask,
    store: Store,
    known: Known,
    shelf: Shelf | None,
    documents: Documents | None,
    hearing: Callable[[], Hearing],
    now: Callable[[], float],
) -> Blueprint:
    """``shelf``: where bodies lie, without one nothing is taken back; ``documents``: where support bundles do.

    ``steering_terminal.html`` is for the page of a terminal; there this is all it needs:
    ``{% with terminal = id %}{% include "steering_terminal.html" %}{% endwith %}``.
    """
    pages = Blueprint("steering", __name__)

    def only() -> set[str] | None:
        """The terminals whoever asks may see; ``None``: all."""
        mine = parties(Act.SEE)
        return None if ALL in mine else set(known.of(mine))

    def at(terminal: str) -> dict[str, object]:
        with store.reading() as db:
            return {"deeds": DEEDS, "devices": words.DEVICES, "recent": recent(db, terminal)}

    app.jinja_env.globals["steering_at"] = at
    app.jinja_env.globals["Stand"] = Stand

    def steered(db: database.Connection, id_: int) -> bool:
        """Whether whoever asks may steer all of it; 404 where none of it is theirs to see."""
        members = {t for (t,) in db.execute("SELECT terminal FROM rollout_members WHERE rollout = ?", (id_,))}
        seen = only()
        if not members or not (seen is None or members & seen):
            abort(404)
        return all_of_it(db, id_, known, parties(Act.STEER))

    def shown(id_: int, error: str = "") -> str:
        show, page = request.args.get("show", "holding"), max(0, request.args.get("page", 0, int))
        with store.reading() as db:
            seen = only()
            found = reading.one(db, id_, seen, known.places, known.groups, hearing(), now(), show, page)
            if found is None:
                abort(404)
            may_steer = steered(db, id_) if parties(Act.STEER) else False
        return render_template(
            "steering_run.html", one=found, show=show, page=page, most=reading.A_PAGE, may_steer=may_steer, error=error, at=now()
        )

    @pages.get("/steering")
    @needs(Act.SEE)
    def overview() -> str:
        with store.reading() as db:
            return render_template("steering.html", found=reading.listed(db, only()), publishes=shelf is not None)

    @pages.get("/steering/acts")
    @needs(Act.SEE)
    def all_acts() -> str:
        by, kind, terminal = (request.args.get(name, "")[:64] for name in ("by", "kind", "terminal"))
        before = request.args.get("before", 2e12, float)
        with store.reading() as db:
            found = reading.acts(db, only(), by, kind, terminal, before)
        asked = {"by": by, "kind": kind, "terminal": terminal}
        return render_template("steering_acts.html", acts=found, kinds=reading.KINDS, asked=asked, most=reading.A_PAGE)

    @pages.get("/steering/<int:id_>")
    @needs(Act.SEE)
    def run(id_: int) -> str:
        return shown(id_)

    @pages.get("/steering/<int:id_>/live")
    @needs(Act.SEE)
    def run_live(id_: int) -> str:
        """The part of it that fetches itself again."""
        with store.reading() as db:
            found = reading.one(db, id_, only(), known.places, known.groups, hearing(), now())
        return render_template("steering_run_live.html", one=found) if found is not None else abort(404)

    @pages.post("/steering/<int:id_>/<what>")
    @needs(Act.STEER)
    def steer(id_: int, what: str) -> Response | tuple[str, int]:
        why, by = request.form.get("why", "")[:MOST_WHY], session().who.login
        with store.reading() as db:
            if not steered(db, id_):
                abort(403)
        to = id_
        try:
            with store.transaction() as db:
                match what:
                    case "pause":
                        acts.pause(db, id_, by, why, now())
                    case "resume":
                        acts.resume(db, id_, by, why, now())
                    case "end":
                        acts.end(db, id_, by, why, now())
                    case "leave-out":
                        acts.leave_out(db, id_, request.form.getlist("t"), by, why, now())
                    case "take-back" if shelf is not None and shelf.bodies is not None:
                        begun, _kept = acts.take_back(db, shelf.bodies, known.groups, id_, by, why, now())
                        to = begun[0] if len(begun) == 1 else id_
                    case _:
                        abort(404)
        except NoRolloutError as error:
            return shown(id_, str(error)), 409
        return redirect(url_for("steering.run", id_=to), 303)

    @pages.post("/steering/terminals/<terminal>/<op>")
    @needs(Act.STEER)
    def at_terminal(terminal: str, op: str) -> Response | tuple[str, int]:
        """A command to one terminal, given at once."""
        if terminal not in known.of(parties(Act.STEER)):
            abort(404)
        try:
            do = deeds.asked(op, deed_fields(request.form))
            with store.transaction() as db:
                id_ = given.give(db, terminal, do, session().who.login, request.form.get("why", "")[:MOST_WHY], now(), LIFE)
        except (NoDeedError, NoCommandError) as error:
            text = f"没有下：{error}"
            return render_template("steering_refused.html", text=text, terminal=terminal), 422
        return redirect(url_for("steering.one_command", id_=id_), 303)

    def theirs(db: database.Connection, id_: str, act: Act) -> database.Row:
        row = db.execute("SELECT * FROM commands WHERE id = ?", (id_,)).fetchone()
        if row is None or row["terminal"] not in known.of(parties(act)):
            abort(404)
        found: database.Row = row
        return found

    @pages.get("/steering/commands/<id_>")
    @needs(Act.SEE)
    def one_command(id_: str) -> str:
        with store.reading() as db:
            found = told(db, theirs(db, id_, Act.SEE), known.places)
        return render_template("steering_told.html", one=found, bundles=documents is not None)

    @pages.post("/steering/commands/<id_>/cancel")
    @needs(Act.STEER)
    def cancel(id_: str) -> Response | tuple[str, int]:
        why, by = request.form.get("why", "")[:MOST_WHY] or "不用了", session().who.login
        with store.reading() as db:
            terminal = theirs(db, id_, Act.STEER)["terminal"]
        try:
            with store.transaction() as db:
                given.cancel(db, id_, by, why, now())
        except NoCommandError as error:
            return render_template("steering_refused.html", text=str(error), terminal=terminal), 409
        return redirect(url_for("steering.one_command", id_=id_), 303)

    @pages.get("/steering/commands/<id_>/bundle.zip")
    @needs(Act.STEER)
    def bundle(id_: str) -> Response:
        """What a terminal made for technical support; that somebody took it stands in the record."""
        with store.reading() as db:
            row = theirs(db, id_, Act.STEER)
        if documents is None or (row["op"], row["state"]) != ("support-bundle", "succeeded"):
            abort(404)
        try:
            opened = documents.open(row["detail"])
        except FileNotFoundError:
            abort(404)
        with store.transaction() as db:
            record.write(db, now(), session().who.login, "bundle.read", row["terminal"])
        return sent(opened, "application/zip", f"{row['terminal']}.zip")

    return pages

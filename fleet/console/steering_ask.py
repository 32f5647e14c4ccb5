"""Something new for terminals, at the console: what, for whom (looked at before it is given), in which waves, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fleet import words
from fleet.authority.authority import Identity
from fleet.board.board import Board
from fleet.board.query import STATES, Query
from fleet.board.rows import Row
from fleet.items.published import Shelf
from fleet.known import Known
from fleet.overview import BEIJING
from fleet.people.gate import needs, parties, session
from fleet.people.rights import ALL, Act
from fleet.presence import Hearing, Presence
from fleet.rollout import acts, asking, audience, bodies, deeds
from fleet.rollout.audience import Choice, Preview
from fleet.rollout.bodies import SETTINGS, NoBodyError
from fleet.rollout.book import COMMAND, LISTED, Given, NoRolloutError
from fleet.rollout.deeds import DEEDS, NoDeedError
from fleet.store import Store
from mqtt.commands import Operation
from mqtt.wire import Wanted

MOST_LISTED = 200
"""Terminals one can tick on a page; more are chosen by what they are."""
FOUND = "filter"
"""Chosen: whatever the filters find."""
MOST_WHY = 200
FACTORY = "factory"
"""Chosen instead of a version: the program terminals came with."""
_FILTERS = ("state", "party", "setting", "device", "fault", "version", "label", "text")
"""Of the board (``fleet/board/query.py``): the address of a view of it, with ``/steering/command`` before it, is a choice."""


@dataclass(frozen=True, slots=True)
class Whom:
    """``seal``: of exactly these terminals; what is given is given to whom was shown, and to nobody else."""

    choice: Choice
    preview: Preview

    @property
    def seal(self) -> str:
        return hashlib.sha256("\n".join((self.choice.target, *self.preview.chosen)).encode()).hexdigest()[:32]


def add_asking(
    pages: Blueprint,
    store: Store,
    known: Known,
    board: Board,
    shelf: Shelf | None,
    hearing: Callable[[], Hearing],
    identity: Callable[[str], Identity],
    now: Callable[[], float],
) -> None:
    """``pages``: of steering; ``shelf``: where bodies are kept, without one nothing is published here."""

    def offered() -> dict[str, str]:
        return audience.choices(known.places, known.groups, known.parties, parties(Act.STEER))

    def listing(asked: Mapping[str, str]) -> list[tuple[Row, Presence]]:
        """What the board finds by these filters, of the terminals that may be steered."""
        return board.all(Query.read(asked), parties(Act.STEER))

    def whom(asked: MultiDict[str, str], do: Operation | None) -> Whom | None:
        """Whom the fields name; ``None`` where nobody is named yet. 404 for terminals of others."""
        to = asked.get("to", "")
        if not to:
            return None
        places = known.of(parties(Act.STEER))
        listed = [row.terminal for row, _ in listing(asked)] if to == FOUND else [to] if to in places else asked.getlist("t")
        target = LISTED if to == FOUND or to in places else to
        choice = audience.chosen(target, listed, places, known.groups, offered())
        if choice is None:
            abort(404)
        with store.reading() as db:
            return Whom(choice, audience.preview(db, choice.terminals, places, do, identity, hearing(), now()))

    def page(template: str, asked: MultiDict[str, str], asks: Operation | None, error: str, **more: object) -> str:
        mine = parties(Act.STEER)
        names = known.parties if ALL in mine else {p: n for p, n in known.parties.items() if p in mine}
        return render_template(
            template,
            asked=asked,
            filters=_FILTERS,
            found=listing(asked),
            most=MOST_LISTED,
            offered=offered(),
            parties=names,
            groups=sorted({g for t in known.of(mine) for g in known.groups.get(t, ()) if ":" not in g}),
            options=board.options(mine),
            states=STATES,
            whom=whom(asked, asks),
            error=error,
            **{"defaults": asking.DEFAULTS, **more},
        )

    def begun(given: Given, do: Operation | None) -> int:
        """The roll-out of this form; :class:`NoRolloutError`."""
        form, at = request.form, now()
        found = whom(form, do)
        if found is None or not found.preview.chosen:
            raise NoRolloutError("一台可以给的终端也没有")
        if form.get("seal") != found.seal:
            raise NoRolloutError("名单和刚才看的不一样了，请再看一遍")
        rules = asking.rules(form, at, command=do is not None)
        waves = asking.waves(form, found.preview.chosen, found.preview.here, known.groups, f"{at}")
        target = LISTED if do is not None else found.choice.target
        with store.transaction() as db:
            return acts.begin(db, given, target, waves, rules, session().who.login, form.get("why", "")[:MOST_WHY], at)

    def command_page(asked: MultiDict[str, str], error: str = "") -> str:
        do, op = None, asked.get("op", "")
        if op and not error:
            try:
                do = deeds.asked(op, deed_fields(asked))
            except NoDeedError as refused:
                error = str(refused)
        told = deeds.title(do) if do else ""
        return page("steering_command.html", asked, do, error, deeds=DEEDS, do=do, told=told, devices=words.DEVICES)

    @pages.get("/steering/command")
    @needs(Act.STEER)
    def command() -> str:
        return command_page(request.args)

    @pages.post("/steering/command")
    @needs(Act.STEER)
    def give() -> Response | tuple[str, int]:
        try:
            do = deeds.asked(request.form.get("op", ""), deed_fields(request.form))
            id_ = begun(Given(COMMAND, deeds.title(do), do=do), do)
        except (NoDeedError, NoRolloutError) as error:
            return command_page(request.form, str(error)), 409
        return redirect(url_for("steering.run", id_=id_), 303)

    def kind(what: str) -> Wanted:
        if shelf is None or shelf.bodies is None or what not in bodies.PUBLISHED:
            abort(404)
        return what

    def form_page(what: Wanted, error: str = "") -> str:
        assert shelf is not None
        places = known.of(parties(Act.STEER))
        with store.reading() as db:
            out = bodies.out_there(db, what, places, known.groups)
        held = [(count, bodies.title(shelf, what, digest) if digest else "没有发布过") for digest, count in out]
        values = bodies.settings_of(shelf, out[0][0]) if what == "settings" and out and out[0][0] else {}
        return render_template(
            "steering_publish.html",
            what=what,
            word=words.WANTED[what],
            held=held,
            values=request.form.to_dict() or values,
            settings=SETTINGS,
            most=bodies.MOST_NOTICES,
            signed=shelf.root is not None,
            programs=shelf.programs.versions() if what == "program" and shelf.programs is not None else [],
            error=error,
        )

    @pages.get("/steering/publish/<what>")
    @needs(Act.STEER)
    def publish(what: str) -> str:
        return form_page(kind(what))

    @pages.post("/steering/publish/<what>")
    @needs(Act.STEER)
    def keep(what: str) -> Response | tuple[str, int]:
        """Checked and kept; nothing is published yet."""
        wanted = kind(what)
        assert shelf is not None
        try:
            made = _made(wanted, shelf, now())
        except (NoBodyError, NoDeedError) as error:
            return form_page(wanted, str(error)), 422
        assert shelf.bodies is not None
        given = bodies.keep(shelf.bodies, made)
        return redirect(url_for("steering.look", what=what, digest=given.sha256), 303)

    def look_page(what: Wanted, digest: str, asked: MultiDict[str, str], error: str = "") -> str:
        assert shelf is not None
        try:
            facts, title = bodies.facts(shelf, what, digest), bodies.title(shelf, what, digest)
            found = whom(asked, None)
            out: list[tuple[int, str, list[str]]] = []
            if found is not None:
                with store.reading() as db:
                    held = bodies.out_there(db, what, found.choice.terminals, known.groups)
                for old, count in held[:4]:
                    before = bodies.title(shelf, what, old) if old else "没有发布过"
                    out.append((count, before, bodies.differences(shelf, what, old, digest)))
        except NoBodyError:
            abort(404)
        defaults = asking.DEFAULTS | ({"within": "240"} if what == "program" else {})
        more: dict[str, object] = {"what": what, "word": words.WANTED[what], "digest": digest, "defaults": defaults}
        more |= {"facts": facts, "told": title, "out": out}
        return page("steering_look.html", asked, None, error, **more)

    @pages.get("/steering/publish/<what>/<digest>")
    @needs(Act.STEER)
    def look(what: str, digest: str) -> str:
        return look_page(kind(what), digest, request.args)

    @pages.post("/steering/publish/<what>/<digest>")
    @needs(Act.STEER)
    def roll_out(what: str, digest: str) -> Response | tuple[str, int]:
        wanted = kind(what)
        assert shelf is not None
        try:
            id_ = begun(bodies.kept(shelf, wanted, digest), None)
        except NoRolloutError as error:
            return look_page(wanted, digest, request.form, str(error)), 409
        except NoBodyError:
            abort(404)
        return redirect(url_for("steering.run", id_=id_), 303)


def deed_fields(asked: Mapping[str, str]) -> dict[str, str]:
    """What a command needs, from a form that has other fields too: there each begins with ``do_``."""
    return {name.removeprefix("do_"): value for name, value in asked.items() if name.startswith("do_")}


def _made(what: Wanted, shelf: Shelf, at: float) -> bodies.Body:
    """From the form's fields; :class:`NoBodyError`, :class:`NoDeedError`."""
    form = request.form
    match what:
        case "settings":
            return bodies.settings({name: form.get(name, "") for name in SETTINGS})
        case "notices":
            texts = [text.strip() for text in form.getlist("text") if text.strip()]
            begins, ends = form.get("since", "").strip(), form.get("until", "").strip()
            start = deeds.moment(begins) if begins else datetime.fromtimestamp(at, BEIJING).isoformat(timespec="seconds")
            return bodies.notices(texts, start, deeds.moment(ends) if ends else None)
        case "program":
            if shelf.programs is None:
                raise NoBodyError("这里没有程序")
            return bodies.program("" if form.get("version") == FACTORY else form.get("version", "")[:40] or "-", shelf.programs)
        case _:
            pack, openings = request.files.get("pack"), request.files.get("openings")
            data = pack.read() if pack else b""
            if not data:
                raise NoBodyError("要选一个文件")
            second = openings.read() if openings and openings.filename else None
            return bodies.catalogue(data, second, shelf.root, datetime.fromtimestamp(at, BEIJING).date())

"""The board's pages: every terminal, filtered and in order; the same by party, label or version; tags and saved views."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable

import msgspec
from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fleet import commands, words
from fleet.board import tags, views
from fleet.board.board import Board
from fleet.board.query import BY, PAGE, STATES, Found, Query, began
from fleet.board.streams import Picture, Streams
from fleet.board.tags import BoardError
from fleet.board.words import SETTINGS, said
from fleet.overview import local_time
from fleet.people import record
from fleet.people.gate import COOKIE, needs, parties, session, token
from fleet.people.rights import ALL, Act
from fleet.presence import Presence
from fleet.store import Store
from mqtt.commands import HelpComing

ANSWER_LIFE = 300.0
"""Seconds the answer to a call for help may take to its terminal; later it says nothing any more."""
_BY = {"party": "签约方", "label": "分组、标签", "version": "版本", "setting": "放在哪里"}


def create_board(store: Store, board: Board, streams: Streams, now: Callable[[], float] = time.time) -> Blueprint:
    pages = Blueprint("board", __name__)
    known = board.known

    def painter(query: Query) -> Callable[[], tuple[Found, Picture]]:
        """Draws what ``query`` asks for, for whoever asks now; needs no request any more."""
        seen, steers, mark = parties(Act.SEE), parties(Act.STEER), token()
        parts = current_app.jinja_env.get_template("board_rows.html").module

        def draw() -> tuple[Found, Picture]:
            found = board.view(query, seen)
            calling = (one for one in board.rows(seen) if one.help is not None and "help" in one.codes)
            first = sorted(calling, key=lambda one: one.help.since if one.help else "")
            waiting = [(one, known.has(one.terminal, steers)) for one in first]
            more = {
                "tiles": str(parts.tiles(found, STATES)),  # type: ignore[attr-defined]
                "calls": str(parts.calls(waiting, not board.hears, mark)),  # type: ignore[attr-defined]
                "total": f"{found.total:,}",
            }
            rows = {one.terminal: str(parts.row(one, presence, known.parties)) for one, presence in found.rows}  # type: ignore[attr-defined]
            return found, Picture(rows, more)

        return draw

    def shown(error: str = "", status: int = 200) -> tuple[str, int]:
        query, seen = Query.read(request.values if error else request.args), parties(Act.SEE)
        found, picture = painter(query)()
        with store.reading() as db:
            saved = views.of(db, session().who.login, seen)
        return (
            render_template(
                "board.html",
                found=found,
                query=query,
                picture=picture,
                options=board.options(seen),
                saved=saved,
                devices=words.DEVICES,
                faults=words.FAULTS,
                settings=SETTINGS,
                states=STATES,
                page_size=PAGE,
                error=error,
                asof=now(),
            ),
            status,
        )

    @pages.get("/")
    @needs(Act.SEE)
    def page() -> tuple[str, int]:
        return shown()

    @pages.get("/board/stream")
    @needs(Act.SEE)
    def stream() -> Response:
        draw, had = painter(Query.read(request.args)), request.headers.get("Last-Event-ID") or request.args.get("seen", "")
        told = streams.follow(request.cookies.get(COOKIE, ""), lambda: draw()[1], lambda: local_time(now()), had)
        return Response(told, mimetype="text/event-stream")

    @pages.get("/areas")
    @needs(Act.SEE)
    def areas() -> str:
        """The map's equivalent as a table, and any other roll-up."""
        query, by = Query.read(request.args), request.args.get("by", "party")
        if by not in BY:
            abort(404)
        groups = board.rolled(query, by, parties(Act.SEE))
        names = {"party": known.parties, "setting": SETTINGS}.get(by, {})
        return render_template("areas.html", groups=groups, by=by, bys=_BY, names=names, states=STATES, query=query)

    @pages.get("/board.csv")
    @needs(Act.SEE)
    def table() -> Response:
        query, seen = Query.read(request.args), parties(Act.SEE)
        lines = io.StringIO()
        write = csv.writer(lines)
        write.writerow(["终端", "地点", "签约方", "放在", "版本", "状态", "服务", "自", "情况", "待确认", "待传页", "标签"])
        for row, presence in board.all(query, seen):
            write.writerow(
                [
                    row.terminal,
                    _plain(row.place),
                    _plain(known.parties.get(row.party, row.party)),
                    SETTINGS[row.setting],
                    row.app,
                    words.PRESENCE[presence],
                    "" if row.serving is None or presence is not Presence.ONLINE else "正常服务" if row.serving else "暂停服务",
                    local_time(began(row)) if began(row) else "",
                    "；".join(said(one.condition) for one in row.standing),
                    row.unconfirmed,
                    row.pages,
                    " ".join(map(_plain, row.labels)),
                ]
            )
        answer = Response("﻿" + lines.getvalue(), mimetype="text/csv")
        answer.headers["Content-Disposition"] = 'attachment; filename="terminals.csv"'
        return answer

    @pages.post("/board/tags")
    @needs(Act.STEER)
    def tag() -> AnyResponse | tuple[str, int]:
        """To everything the filter leaves, or off it."""
        query, may = Query.read(request.form), parties(Act.STEER)
        named, off = request.form.get("tag", "").strip(), "off" in request.form
        change = tags.remove if off else tags.add
        try:
            with store.transaction() as db:
                change(db, [row.terminal for row, _ in board.all(query, may)], named, session().who.login, now())
        except BoardError as error:
            return shown(str(error), 422)
        return redirect(f"/?{query.address()}", 303)

    @pages.post("/board/views")
    @needs(Act.SEE)
    def save() -> AnyResponse | tuple[str, int]:
        query, mine = Query.read(request.form), parties(Act.SEE)
        party = (ALL if ALL in mine else min(mine)) if "shared" in request.form else None
        try:
            with store.transaction() as db:
                views.save(db, session().who.login, request.form.get("name", ""), query.address(), party, now())
        except BoardError as error:
            return shown(str(error), 422)
        return redirect(f"/?{query.address()}", 303)

    @pages.post("/board/views/<int:view>/remove")
    @needs(Act.SEE)
    def unsave(view: int) -> AnyResponse:
        with store.transaction() as db:
            if not views.remove(db, session().who.login, view, now()):
                abort(404)
        return redirect("/", 303)

    @pages.post("/help/<terminal>")
    @needs(Act.STEER)
    def coming(terminal: str) -> AnyResponse:
        """Whoever asked for help at ``terminal`` reads that somebody comes."""
        if not known.has(terminal, parties(Act.STEER)):
            abort(404)
        try:
            do = msgspec.convert({"op": "help-coming", "since": request.form.get("since", "")}, HelpComing)
        except msgspec.ValidationError:
            abort(400)
        with store.transaction() as db:
            commands.order(db, terminal, do, session().who.login, "请人帮忙", now(), ANSWER_LIFE)
            record.write(db, now(), session().who.login, "help", terminal)
        return redirect("/", 303)

    return pages


def _plain(text: str) -> str:
    """For a table calculation, which would take some first letters for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text

"""A terminal's page, its notes and tags, and each of its tables as CSV."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fleet import database, words
from fleet.alerts import maintenance
from fleet.alerts.sites import of_known
from fleet.authority.authority import Identity
from fleet.board import availability, samples, tags, terminal
from fleet.board.board import Board
from fleet.board.intervals import Span
from fleet.board.tags import BoardError
from fleet.overview import local_time
from fleet.people.gate import needs, parties, session
from fleet.people.rights import Act
from fleet.store import Store

RANGES = {"7": "7 天", "30": "30 天", "90": "90 天", "365": "一年"}

_FORMULA = ("=", "+", "-", "@")
"""What a table calculation would take for one."""


def create_terminal(
    store: Store, board: Board, identity: Callable[[str], Identity], now: Callable[[], float] = time.time
) -> Blueprint:
    """``identity``: what the authority's books say of a terminal."""
    pages = Blueprint("terminal", __name__)
    known, sites = board.known, of_known(board.known)

    def own(name: str, act: Act = Act.SEE) -> str:
        """404 for a terminal that is none, or none of the visitor's."""
        return name if known.has(name, parties(act)) else abort(404)

    def span() -> tuple[str, float, float]:
        asked = request.args.get("days", "30")
        asked = asked if asked in RANGES else "30"
        end = now()
        return asked, end - float(asked) * terminal.DAY, end

    def planned(db: database.Connection, name: str, begin: float, end: float) -> list[Span]:
        windows = maintenance.during(db, begin, end)
        return [(one.begins, one.ends) for one in windows if one.where.has(name, sites[name])]

    def measured(db: database.Connection, name: str, begin: float, end: float) -> availability.Availability:
        hours = known.hours.get(name, availability.OFFICE)
        return availability.measured(db, name, hours, planned(db, name, begin, end), begin, end)

    def shown(name: str, error: str = "", status: int = 200) -> tuple[str, int]:
        days, begin, end = span()
        row, presence = board.row(name)
        with store.reading() as db:
            told = {
                "lines": terminal.timeline(db, name, begin, end, end),
                "days": terminal.days(db, name, begin, end),
                "wanted": terminal.wanted(db, name, known.groups.get(name, ())),
                "curves": terminal.curves(db, name, begin, end),
                "notes": tags.notes(db, name),
                "own_tags": [tag for (tag,) in db.execute("SELECT tag FROM tags WHERE terminal = ? ORDER BY tag", (name,))],
                "served": measured(db, name, begin, end),
            }
        page = render_template(
            "terminal.html",
            t=row,
            presence=presence,
            identity=identity(name),
            certificate=words.identity(identity(name), end),
            backlog=words.backlog(row.backlog) if row.backlog is not None else (),
            devices=[(words.DEVICES.get(d.name, d.name), d, _said(d.fault, d.warning, d.proof, d.life)) for d in row.devices],
            life=words.LIFE,
            hours=known.hours.get(name, availability.OFFICE),
            assumed=name not in known.hours,
            range=days,
            ranges=RANGES,
            most=terminal.MOST_LINES,
            now=end,
            error=error,
            **told,
        )
        return page, status

    @pages.get("/terminals/<name>")
    @needs(Act.SEE)
    def page(name: str) -> tuple[str, int]:
        return shown(own(name))

    @pages.post("/terminals/<name>/notes")
    @needs(Act.STEER)
    def note(name: str) -> AnyResponse | tuple[str, int]:
        return _done(name, lambda db: tags.note(db, name, request.form.get("text", ""), session().who.login, now()))

    @pages.post("/terminals/<name>/tags")
    @needs(Act.STEER)
    def tag(name: str) -> AnyResponse | tuple[str, int]:
        change = tags.remove if "off" in request.form else tags.add
        return _done(name, lambda db: change(db, [name], request.form.get("tag", "").strip(), session().who.login, now()))

    def _done(name: str, do: Callable[[database.Connection], object]) -> AnyResponse | tuple[str, int]:
        own(name, Act.STEER)
        try:
            with store.transaction() as db:
                do(db)
        except BoardError as error:
            return shown(name, str(error), 422)
        return redirect(url_for("terminal.page", name=name), 303)

    @pages.get("/terminals/<name>/<table>.csv")
    @needs(Act.SEE)
    def table(name: str, table: str) -> Response:
        own(name)
        _, begin, end = span()
        with store.reading() as db:
            match table:
                case "timeline":
                    lines = terminal.timeline(db, name, begin, end, end, None)
                    rows = ([local_time(one.at), one.kind, one.text, one.more] for one in lines)
                    return _csv(name, table, ["时间", "类别", "情况", "详情"], rows)
                case "days":
                    done = terminal.days(db, name, begin, end)
                    counted = ([local_time(one.day)[:5], one.cases, one.services, one.printed, one.unprinted] for one in done)
                    return _csv(name, table, ["日期", "收件", "咨询等服务", "凭证已打印", "凭证没有打成"], counted)
                case "samples":
                    points = (
                        [samples.KINDS[what].name, local_time(at), value, samples.KINDS[what].unit]
                        for what in samples.KINDS
                        for at, value in samples.read(db, name, what, begin, end)
                    )
                    return _csv(name, table, ["什么", "时间", "数值", "单位"], points)
                case "availability":
                    one = measured(db, name, begin, end)
                    row = [one.opened, one.planned, one.unknown, one.due, one.out, one.times, one.share]
                    heads = ["开放秒数", "计划停用秒数", "无从得知秒数", "应服务秒数", "停用秒数", "停用次数", "可用率"]
                    return _csv(name, table, heads, [row])
        abort(404)

    return pages


def _said(fault: str | None, warning: str | None, proof: float | None, life: str) -> str:
    told = [words.fault(code) for code in (fault, warning) if code]
    if life == "unknown":
        told.append(words.proof(proof))
    return "；".join(told)


def _csv(name: str, table: str, heads: list[str], rows: Iterable[Iterable[Any]]) -> Response:
    lines = io.StringIO()
    write = csv.writer(lines)
    write.writerow(heads)
    for row in rows:
        write.writerow([f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA else cell for cell in row])
    answer = Response("﻿" + lines.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{table}.csv"'
    return answer

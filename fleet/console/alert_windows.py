"""Maintenance windows at the console: of one terminal or of a tag's hundreds, by who steers them all."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for

from fleet.alerts import maintenance
from fleet.alerts.maintenance import WindowError
from fleet.alerts.rules import RuleError, Where
from fleet.console import alert_forms
from fleet.console.alert_hub import Answer, Hub, within
from fleet.people.gate import needs, parties, session
from fleet.people.rights import Act


def add_windows(pages: Blueprint, hub: Hub) -> None:
    @pages.get("/windows")
    @needs(Act.SEE)
    def windows_page() -> Answer:
        return windows()

    def windows(error: str = "") -> Answer:
        allowed = hub.only(Act.SEE)
        with hub.store.reading() as db:
            found = maintenance.listed(db, hub.now())
            where = hub.sites(db)
        covers = {w.id: [t for t, site in where.items() if w.where.has(t, site)] for w in found}
        if allowed is not None:
            found = tuple(w for w in found if any(where[t].party in allowed for t in covers[w.id]))
        able = {w.id: within(w.where, covers[w.id], where, hub.only(Act.STEER)) and bool(parties(Act.STEER)) for w in found}
        shown_names = {code: name for code, name in hub.parties.items() if hub.may(code, Act.SEE)}
        counts = {w.id: sum(allowed is None or where[t].party in allowed for t in covers[w.id]) for w in found}
        page_ = render_template(
            "maintenance.html",
            windows=found,
            counts=counts,
            able=able,
            names=shown_names,
            now=hub.now(),
            error=error,
            form_=request.form,
            chosen=_chosen(),
        )
        return (page_, 422) if error else page_

    @pages.post("/windows")
    @needs(Act.STEER)
    def window_begun() -> Answer:
        form, allowed = request.form, hub.only(Act.STEER)
        try:
            where = alert_forms.where(form)
            begins = alert_forms.moment(form["begins"], "开始时间") if form.get("begins") else hub.now()
            ends = alert_forms.moment(form.get("ends", ""), "结束时间")
            with hub.store.transaction() as db:
                found = hub.sites(db)
                covered = [t for t, site in found.items() if where.has(t, site)]
                if not within(where, covered, found, allowed):
                    raise WindowError("只能给自己签约方的终端安排：请选签约方，或写终端编号")
                if not covered:
                    raise WindowError("没有符合的终端，请再看看“哪些终端”")
                maintenance.begin(
                    db, form.get("name", ""), where, begins, ends, session().who.login, form.get("why", ""), hub.now()
                )
        except (WindowError, RuleError) as error:
            return windows(str(error))
        return redirect(url_for("alerts.windows_page"), 303)

    @pages.post("/windows/<int:number>/end")
    @needs(Act.STEER)
    def window_ended(number: int) -> Answer:
        try:
            with hub.store.transaction() as db:
                found, where = maintenance.find(db, number) if number < 2**62 else None, hub.sites(db)
                covered = [t for t, site in where.items() if found is not None and found.where.has(t, site)]
                if found is None or not within(found.where, covered, where, hub.only(Act.STEER)):
                    abort(404)
                maintenance.end(db, number, session().who.login, request.form.get("why", ""), hub.now())
        except WindowError as error:
            return windows(str(error))
        return redirect(url_for("alerts.windows_page"), 303)


def _chosen() -> Where:
    """As the form was sent, where it did not do."""
    try:
        return alert_forms.where(request.form)
    except RuleError:
        return Where()

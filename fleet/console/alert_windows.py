"""Maintenance windows at the console: of one terminal or of a tag's hundreds, by who steers them all."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for

from fleet.alerts import maintenance
from fleet.alerts.maintenance import WindowError
from fleet.alerts.rules import RuleError, Where
from fleet.console import alert_forms
from fleet.console.alert_hub import Answer, Hub
from fleet.people import accounts
from fleet.people.gate import needs, parties, session
from fleet.people.rights import Act


def add_windows(pages: Blueprint, hub: Hub) -> None:
    @pages.get("/windows")
    @needs(Act.SEE)
    def windows_page() -> Answer:
        return windows()

    def windows(error: str = "") -> Answer:
        seen, steered = hub.only(Act.SEE), hub.only(Act.STEER)
        with hub.store.reading() as db:
            found, sites = maintenance.listed(db, hub.now()), hub.sites(db)
            people = {person.login: person.name for person in accounts.people(db)}
        counts = {w.id: sum(seen is None or sites[t].party in seen for t in maintenance.covered(w.where, sites)) for w in found}
        page_ = render_template(
            "maintenance.html",
            windows=[w for w in found if seen is None or counts[w.id]],
            counts=counts,
            able={w.id: bool(parties(Act.STEER)) and maintenance.within(w.where, sites, steered) for w in found},
            names={code: name for code, name in hub.parties.items() if hub.may(code, Act.SEE)},
            people=people,
            now=hub.now(),
            error=error,
            form_=request.form,
            chosen=_chosen(),
        )
        return (page_, 422) if error else page_

    @pages.post("/windows")
    @needs(Act.STEER)
    def window_begun() -> Answer:
        form, by = request.form, session().who.login
        try:
            where = alert_forms.where(form)
            begins = alert_forms.moment(form["begins"], "开始时间") if form.get("begins") else hub.now()
            ends = alert_forms.moment(form.get("ends", ""), "结束时间")
            name, why = form.get("name", ""), form.get("why", "")
            with hub.store.transaction() as db:
                sites, only = hub.sites(db), hub.only(Act.STEER)
                maintenance.begin(db, name, where, begins, ends, by, why, hub.now(), sites=sites, only=only)
        except (WindowError, RuleError) as error:
            return windows(str(error))
        return redirect(url_for("alerts.windows_page"), 303)

    @pages.post("/windows/<int:number>/end")
    @needs(Act.STEER)
    def window_ended(number: int) -> Answer:
        try:
            with hub.store.transaction() as db:
                found = maintenance.find(db, number) if number < 2**62 else None
                if found is None or not maintenance.within(found.where, hub.sites(db), hub.only(Act.STEER)):
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

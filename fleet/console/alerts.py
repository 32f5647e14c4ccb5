"""Alerts at the console: what stands, and one alert with its members and its timeline.

Whoever may see a party sees its alerts; whoever may steer it acts on them. The blueprint's other pages: ``alert_rules``,
``alert_windows`` and ``alert_channels`` beside this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from flask import Blueprint, abort, redirect, render_template, request, url_for

from fleet.alerts import acts, book, maintenance, reading, rules, words
from fleet.alerts.acts import ActError
from fleet.alerts.maintenance import Planned
from fleet.alerts.rules import OF_PARTY
from fleet.board.conditions import CODES
from fleet.console.alert_channels import add_channels
from fleet.console.alert_hub import Answer, Hub
from fleet.console.alert_rules import add_rules
from fleet.console.alert_windows import add_windows
from fleet.people import accounts
from fleet.people.gate import needs, parties, session
from fleet.people.rights import Act, may

_ACTS = ("acknowledge", "assign", "comment", "escalate", "resolve", "reopen")


def create_alerts(hub: Hub) -> Blueprint:
    pages = Blueprint("alerts", __name__, url_prefix="/alerts")

    @pages.context_processor
    def _words() -> dict[str, object]:
        everything = {"SEVERITIES": words.SEVERITIES, "STATES": words.STATES, "KINDS": words.KINDS, "CODES": CODES}
        return everything | {"said": hub.said, "steers_all": hub.steers_all, "duration": words.duration, "OF_PARTY": OF_PARTY}

    @pages.get("")
    @needs(Act.SEE)
    def page() -> Answer:
        return listed()

    def listed(error: str = "") -> Answer:
        asked = _asked(request.values if request.method == "GET" else request.args)
        with hub.store.reading() as db:
            found = reading.listed(db, hub.known(db), asked, hub.now(), hub.only(Act.SEE))
            people = {person.login: person.name for person in accounts.people(db)}
        shown = {code: name for code, name in hub.parties.items() if hub.may(code, Act.SEE)}
        told = render_template("alerts.html", found=found, asked=asked, parties=shown, people=people, error=error, now=hub.now())
        return (told, 409) if error else told

    @pages.post("/acknowledge")
    @needs(Act.STEER)
    def several() -> Answer:
        """Many at once."""
        numbers = [
            int(text) for text in request.form.getlist("number")[:500] if text.isascii() and text.isdigit() and len(text) < 16
        ]
        why, failed = request.form.get("why", ""), []
        with hub.store.transaction() as db:
            for number in numbers:
                alert = book.one(db, number)
                if alert is None or not hub.may(alert.cause.party, Act.STEER):
                    abort(404)
                try:
                    acts.acknowledge(db, number, session().who.login, why, hub.now())
                except ActError as error:
                    failed.append(f"#{number} {error}")
        return listed("；".join(failed)) if failed else redirect(url_for("alerts.page"), 303)

    @pages.get("/<int:number>")
    @needs(Act.SEE)
    def one(number: int) -> Answer:
        return shown(number)

    def shown(number: int, error: str = "") -> Answer:
        with hub.store.reading() as db:
            found_sites = hub.sites(db)
            planned = Planned(maintenance.recent(db, hub.now()), found_sites, hub.now())
            away = frozenset(t for t in found_sites if planned.counts_from(t, hub.now()) is None)
            found = (
                reading.shown(db, number, words.Names(found_sites, hub.parties), away, hub.now(), hub.only(Act.SEE))
                if number < 2**62
                else None
            )
            if found is None:
                abort(404)
            rule = next((r for r in rules.current(db).rules if r.id == found.line.rule), None)
            people = {p.login: p.name for p in accounts.people(db)}
            able = {p.login: p.name for p in accounts.people(db) if not p.disabled and may(p.grants, Act.STEER, found.line.party)}
        outcomes = (
            {told.message: hub.teller.entry(told.message) for told in found.told if told.message} if hub.teller is not None else {}
        )
        can = hub.may(found.line.party, Act.STEER) and bool(parties(Act.STEER))
        escalates = rule is not None and bool(hub.channels.of(rule.escalate_to, found.line.party))
        page_ = render_template(
            "alert.html",
            found=found,
            rule=rule,
            people=people,
            able=able,
            outcomes=outcomes,
            can=can,
            escalates=escalates,
            error=error,
        )
        return (page_, 409) if error else page_

    @pages.post("/<int:number>/<act>")
    @needs(Act.STEER)
    def do(number: int, act: str) -> Answer:
        why, by, to = request.form.get("why", ""), session().who.login, request.form.get("to", "")
        if act not in _ACTS or number >= 2**62:
            abort(404)
        try:
            with hub.store.transaction() as db:
                alert = book.one(db, number)
                if alert is None or not hub.may(alert.cause.party, Act.STEER):
                    abort(404)
                match act:
                    case "acknowledge":
                        acts.acknowledge(db, number, by, why, hub.now())
                    case "assign":
                        acts.assign(db, number, to, by, why, hub.now())
                    case "comment":
                        acts.comment(db, number, by, why, hub.now())
                    case "escalate":
                        acts.escalate(db, number, by, why, hub.now(), hub.channels)
                    case "resolve":
                        acts.resolve(db, number, by, why, hub.now(), hub.channels)
                    case _:
                        acts.reopen(db, number, by, why, hub.now(), hub.channels)
        except ActError as error:
            return shown(number, str(error))
        return redirect(url_for("alerts.one", number=number), 303)

    add_rules(pages, hub)
    add_windows(pages, hub)
    add_channels(pages, hub)
    return pages


def _asked(given: Mapping[str, str]) -> reading.Asked:
    showing = given.get("state", "")
    page = given.get("page", "1")
    return reading.Asked(
        showing=showing if showing in get_args(reading.Showing) else "unresolved",  # type: ignore[arg-type]
        severity=given.get("severity", "")[:20],
        party=given.get("party", "")[:64],
        code=given.get("code", "")[:64],
        terminal=given.get("terminal", "")[:40],
        text=given.get("q", "").strip()[:60],
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )

"""The rules of alerts at the console: read by everybody, changed by who steers all parties, with a preview of the last days."""

from __future__ import annotations

from itertools import pairwise

from flask import Blueprint, abort, redirect, render_template, request, url_for

from fleet import words as staff_words
from fleet.alerts import maintenance, rules, words
from fleet.alerts.preview import Preview, preview
from fleet.alerts.rules import OF_CENTRE, OF_PARTY, Rule, RuleError, Saved
from fleet.console import alert_forms
from fleet.console.alert_hub import Answer, Hub
from fleet.people import accounts
from fleet.people.gate import needs, session
from fleet.people.rights import Act

_NEW = "new"


def add_rules(pages: Blueprint, hub: Hub) -> None:
    @pages.get("/rules")
    @needs(Act.SEE)
    def rules_page() -> Answer:
        return all_rules()

    def all_rules(error: str = "") -> Answer:
        with hub.store.reading() as db:
            saved, before = rules.current(db), rules.versions(db)
            stand = dict(db.execute("SELECT rule, count(*) FROM alerts WHERE state IN ('open', 'acknowledged') GROUP BY rule"))
            people = {person.login: person.name for person in accounts.people(db)}
        told = [(one, rules.changes(older.rules, one.rules)) for one, older in pairwise(before)]
        page_ = render_template(
            "alert_rules.html",
            saved=saved,
            told=told,
            stand=stand,
            error=error,
            groups=words.GROUPS,
            names=hub.parties,
            people=people,
        )
        return (page_, 409) if error else page_

    @pages.get("/rules/<id>")
    @needs(Act.SEE)
    def rule_page(id: str) -> Answer:
        with hub.store.reading() as db:
            saved = rules.current(db)
        return edit(_find(saved, id), saved, id)

    @pages.post("/rules/<id>")
    @needs(Act.STEER)
    def rule_saved(id: str) -> Answer:
        if not hub.steers_all():
            abort(403)
        with hub.store.reading() as db:
            saved = rules.current(db)
            before, known_names, windows = _find(saved, id), hub.known(db), maintenance.recent(db, hub.now())
        base, what = request.form.get("base", type=int, default=-1), request.form.get("do", "save")
        id_ = id if id != _NEW else _unused(saved)
        try:
            rule = before if what in ("delete", "up", "down") else alert_forms.rule(request.form, id_)
        except RuleError as error:
            return edit(before, saved, id, error=str(error))
        after = _placed(saved.rules, rule, what)
        try:
            if what == "preview":
                rules.check(after, hub.entries)
                with hub.store.reading() as db:
                    return edit(rule, saved, id, preview(db, after, rule, known_names, windows, hub.now()))
            why = request.form.get("why", "")
            with hub.store.transaction() as db:
                rules.save(db, after, base, hub.entries, session().who.login, why, hub.now())
        except RuleError as error:
            return edit(rule, saved, id, error=str(error)) if what == "save" else all_rules(str(error))
        return redirect(url_for("alerts.rules_page"), 303)

    def edit(rule: Rule, saved: Saved, id: str, would: Preview | None = None, error: str = "") -> Answer:
        page_ = render_template(
            "alert_rule.html",
            rule=rule,
            saved=saved,
            new=id == _NEW,
            would=would,
            error=error,
            why=request.form.get("why", ""),
            choices={name: hub.said(name) for name in (OF_CENTRE, OF_PARTY, *hub.entries)},
            devices=staff_words.DEVICES,
            groups=words.GROUPS,
            grades=words.GRADES,
            names=hub.parties,
            may_save=hub.steers_all(),
        )
        return (page_, 422) if error else page_

    @pages.post("/rules/restore")
    @needs(Act.STEER)
    def restore() -> Answer:
        """An earlier version as a new one."""
        if not hub.steers_all():
            abort(403)
        try:
            with hub.store.transaction() as db:
                found = rules.version(db, request.form.get("version", type=int, default=-1))
                if found is None:
                    abort(404)
                why, base = request.form.get("why", ""), request.form.get("base", type=int, default=-1)
                rules.save(db, found.rules, base, hub.entries, session().who.login, why, hub.now())
        except RuleError as error:
            return all_rules(str(error))
        return redirect(url_for("alerts.rules_page"), 303)


def _find(saved: Saved, id: str) -> Rule:
    if id == _NEW:
        return Rule("new", "新规则", ("lost",), tell=(OF_CENTRE,))
    return next((rule for rule in saved.rules if rule.id == id), None) or abort(404)


def _unused(saved: Saved) -> str:
    taken = {rule.id for rule in saved.rules}
    return next(f"rule-{n}" for n in range(saved.version + 1, saved.version + 1000) if f"rule-{n}" not in taken)


def _placed(before: tuple[Rule, ...], rule: Rule, what: str) -> tuple[Rule, ...]:
    """The set with ``rule`` in its place: a new one before the others, for it is the more particular one."""
    at = next((n for n, one in enumerate(before) if one.id == rule.id), None)
    if at is None:
        return (rule, *before)
    if what == "delete":
        return (*before[:at], *before[at + 1 :])
    after = [*before[:at], rule, *before[at + 1 :]]
    to = at - 1 if what == "up" else at + 1 if what == "down" else at
    if 0 <= to < len(after):
        after[at], after[to] = after[to], after[at]
    return tuple(after)

"""The linter: every rule has a name, a severity and a fault that shows it; the demonstration has no error and no warning."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.catalogue.catalogue import DATA, plain
from domain.catalogue.finding import Finding
from domain.catalogue.lint import lint
from domain.catalogue.linting.rules import RULES

TODAY = date(2026, 11, 26)
ITEMS = (DATA / "catalogue_demo.json").read_text("utf-8")
OPENINGS = (DATA / "openings_demo.json").read_text("utf-8")


def linted(spoil: Callable[[Any, Any], object] = lambda i, o: None) -> tuple[Finding, ...]:
    items, openings = json.loads(ITEMS), json.loads(OPENINGS)
    spoil(items, openings)
    return lint(plain(json.dumps(items).encode(), json.dumps(openings).encode(), check=False), TODAY)


CLEAN = {(f.rule, f.where, f.what) for f in linted()}


def item(items: Any, item_id: str = "UNEMP-REG") -> Any:
    return next(i for i in items["items"] if i["item_id"] == item_id)


def opening(openings: Any, situation: str = "MED-2", home: str = "demo-jia") -> Any:
    return next(o for o in openings["openings"] if (o["home"], o["situation"]) == (home, situation))


def party(openings: Any, name: str = "demo-yi") -> Any:
    return next(p for p in openings["parties"] if p["party"] == name)


def of_item(item_id: str = "UNEMP-REG", **values: Any) -> Callable[[Any, Any], object]:
    return lambda i, o: item(i, item_id).update(values)


def of_opening(found: str = "MED-2", **values: Any) -> Callable[[Any, Any], object]:
    return lambda i, o: opening(o, found).update(values)


def of_party(**values: Any) -> Callable[[Any, Any], object]:
    return lambda i, o: party(o).update(values)


def of_material(**values: Any) -> Callable[[Any, Any], object]:
    return lambda i, o: item(i)["situations"][0]["materials"][2].update(values)


def questions(*answers: tuple[str, str]) -> list[Any]:
    led = [{"text": text, ("situation" if to.startswith("UNEMP") else "question"): to} for text, to in answers]
    return [{"question": "q", "text": "怎么了？", "answers": led}]


TWO = (("甲", "UNEMP-1"), ("乙", "UNEMP-2"))
ASK = {"field": "x", "label": "问", "kind": "choice", "options": [{"value": "a", "text": "甲"}]}
TRUE = {"field": "true", "label": "都是真的", "kind": "promise"}
WEEK = [{"weekdays": [1, 2], "begins": "09:00", "ends": "12:00"}]
WINDOW = {"window": "w", "name": "窗口", "address": "路", "phone": "0800", "hours": WEEK, "home_desk": True}
CONTACT = {"name": "某", "duty": "联络", "phone": "0800", "since": "2025-01-01", "public": True}


def form(*fields: Any) -> Callable[[Any, Any], object]:
    return of_opening(form_of=None, form=list(fields))


CASES: dict[str, Callable[[Any, Any], object]] = {
    "two-versions": lambda i, o: i["items"].append({**item(i), "version": 2, "changed": "新"}),
    "dates": of_item(since="2026-01-02", until="2026-01-01"),
    "situation-twice": lambda i, o: item(i)["situations"].append(item(i)["situations"][0]),
    "material-twice": lambda i, o: item(i)["situations"][0]["materials"].append(item(i)["situations"][0]["materials"][0]),
    "question-twice": of_item(questions=questions(*TWO) * 2),
    "dead-end": of_item(questions=questions(*TWO, ("丙", "nowhere"))),
    "circle": of_item(questions=questions(*TWO, ("丙", "q"))),
    "unreachable": of_item(questions=questions(TWO[0], ("乙", "UNEMP-1"))),
    "party-twice": lambda i, o: o["parties"].append(o["parties"][0]),
    "parent-unknown": of_party(parent="nobody"),
    "home-unknown": of_opening(home="nobody"),
    "situation-unknown": of_opening(situation="MED-9"),
    "opened-twice": lambda i, o: o["openings"].append(opening(o)),
    "form-unknown": of_opening(form_of="nothing"),
    "no-proof": lambda i, o: opening(o)["proofs"].pop("M-RES"),
    "scan-for-original": lambda i, o: opening(o)["proofs"].update({"M-ID": "scan"}),
    "chip-for-paper": lambda i, o: opening(o, "SSC-REISSUE-2")["proofs"].update({"M-OLD": "chip_read"}),
    "post-electronic": lambda i, o: opening(o, "SSC-APPLY-1")["proofs"].update({"M-PHOTO": "posted"}),
    "nobody-known": lambda i, o: opening(o)["proofs"].update({"M-ID": "original_shown"}),
    "two-chips": lambda i, o: opening(o, "NO-CRIME-2")["proofs"].update({"M-ID": "chip_read"}),
    "way": of_opening(way="none"),
    "delivery": of_opening(delivery=["pickup_intake", "pickup_intake"]),
    "field-twice": form(ASK, ASK, TRUE),
    "no-options": form({**ASK, "options": []}, TRUE),
    "option-twice": form({**ASK, "options": ASK["options"] * 2}, TRUE),
    "condition": form({**ASK, "when": {"field": "later", "values": ["a"]}}, TRUE),
    "reason-unknown": lambda i, o: o["not_open"].append({"home": "demo-jia", "item": "GONE", "why": "x", "where": "y"}),
    "open-and-not": lambda i, o: o["not_open"].append({"home": "demo-jia", "item": "MED-REMOTE", "why": "x", "where": "y"}),
    "bundle-twice": lambda i, o: o["bundles"].append(o["bundles"][0]),
    "bundle-unknown": lambda i, o: o["bundles"][0].update(items=["MED-REMOTE", "GONE"]),
    "basic-code": of_item(basic_code_demo="52209000700"),
    "implementing-code": of_opening(implementing_code="123"),
    "credit-code": of_party(uscc="91350100M000100Y44"),
    "division": of_party(division="5199"),
    "deadline": of_item("ROAD-CERT", promised_limit={"value": 30, "unit": "workday"}),
    "project-type": of_item(project_type="1"),
    "charge": of_item(is_charged=True),
    "batch": of_item(batch=None),
    "changed": of_item(version=2),
    "told": of_item(acceptance_conditions=[]),
    "reading": of_item(pinyin=["shi ye"]),
    "long": of_item(short_name="名" * 15),
    "asked-twice": form(ASK, {**ASK, "field": "y"}, TRUE),
    "no-fork": of_item(questions=[{"question": "q", "text": "一问？", "answers": [{"text": "甲", "situation": "UNEMP-1"}]}]),
    "no-tree": lambda i, o: item(i)["situations"].extend({**item(i)["situations"][0], "situation_id": f"U-{n}"} for n in range(3)),
    "agent": of_item("NO-CRIME", agent_allowed=False),
    "accept-points": of_material(accept_points=[]),
    "sample": of_material(sample="no-such-picture"),
    "put-off": of_material(necessity="3"),
    "delivery-way": of_opening(delivery=["pickup_home"]),
    "express": of_item("MED-REMOTE", express={"materials": False, "result": False, "cost_borne_by": "寄出方"}),
    "online-with-paper": of_item("HPF-RETIRE", handling_modes=["online"]),
    "department": of_opening(department=None),
    "form-signature": of_opening(form_of=None, form=[]),
    "promise": form(TRUE, ASK),
    "known-already": form({"field": "n", "label": "姓名", "kind": "text"}, TRUE),
    "unopened": lambda i, o: o["not_open"].clear(),
    "over": of_opening(until="2026-11-25"),
    "no-window": of_party(windows=[]),
    "window-twice": of_party(windows=[WINDOW, {**WINDOW, "home_desk": False}]),
    "home-desk": of_party(windows=[WINDOW, {**WINDOW, "window": "v"}]),
    "hours": of_party(windows=[{**WINDOW, "hours": [*WEEK, {"weekdays": [2], "begins": "11:00", "ends": "13:00"}]}]),
    "contact": of_party(contacts=[{**CONTACT, "until": "2026-11-25"}]),
    "contact-ends": of_party(contacts=[{**CONTACT, "until": "2026-12-01"}]),
    "public-contact": of_party(contacts=[{**CONTACT, "public": False}]),
    "english": of_item(english={}),
    "english-left": of_opening(english={"谁也不说的话": "What nobody says"}),
    "bundle-unopened": lambda i, o: o.update(openings=[p for p in o["openings"] if p["item"] != "ID-CARD"]),
}


def test_every_rule_has_a_fault_that_shows_it() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_finds_its_fault_and_says_where(rule: str) -> None:
    new = [f for f in linted(CASES[rule]) if (f.rule, f.where, f.what) not in CLEAN]
    told = [f for f in new if f.rule == rule]
    assert told, [str(f) for f in new]
    for one in told:
        assert one.severity == RULES[rule].severity
        assert one.where
        assert any("一" <= c <= "鿿" for c in one.what)


def test_the_demonstration_has_no_error_and_no_warning() -> None:
    assert [str(f) for f in linted() if f.severity != "hint"] == []


def test_errors_come_first_and_each_is_told_once() -> None:
    found = linted(CASES["scan-for-original"])
    assert found[0].severity == "error"
    assert len(set(found)) == len(found)

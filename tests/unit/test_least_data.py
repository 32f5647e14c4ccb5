"""No more of a person than what was chosen needs (PIPL 6, 17, 30; 规程 9(2)), over every situation the catalogue has opened."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from support.visits import CATALOGUE, PERSON
from test_ways import OPENINGS, chosen, ended, key

from domain import notice
from domain.case.content import Applicant, CaseContent
from domain.catalogue.opening import Opening
from domain.identity import Identity
from domain.protection.least import DROPPED
from kiosk import handover
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit.state import Step

ROOT = Path(__file__).parents[2]
SETTINGS: Any = SimpleNamespace(terminal=SimpleNamespace(place="demo-bing"))
INTAKES = [one for one in OPENINGS if one.way == "full_intake"]
PERSONAL = {Step.CARD, Step.DOCUMENT, Step.IDENTITY, Step.WARD, Step.BEHALF, Step.SCAN, Step.POSTAL, Step.FORM, Step.SIGN}
"""Steps at which something of a person is read, asked or taken."""
TOLD = {
    "2026-11-27": "4c0a25af01d006b9",
    "2026-11-26.2": "718188d2d40f688c",
    "2026-11-26": "9ee5b3038ebe098f",
}
"""The start of the SHA-256 of each version's words: a version that was used is never changed."""


def content(opened: Opening, delivery: str | None = None) -> tuple[CaseContent, list[Step]]:
    """What is sealed at the end of a visit for this opening, and the steps there were."""
    walk = chosen(opened).do(ev.ChooseChannel("here"))
    steps = ended(walk)
    (stored,) = [effect for effect in walk.effects if isinstance(effect, fx.StoreCase)]
    return handover._content(stored.visit, opened, "C1", SETTINGS, CATALOGUE), steps


@pytest.mark.parametrize("opened", OPENINGS, ids=key)
def test_the_notice_stands_before_the_first_read_and_nothing_of_a_person_before_it(opened: Opening) -> None:
    steps = ended(chosen(opened).do(ev.ChooseChannel("here")))
    first = next((at for at, step in enumerate(steps) if step in PERSONAL), None)
    assert first is None or Step.NOTICE in steps[:first]


@pytest.mark.parametrize("opened", INTAKES, ids=key)
def test_what_is_sealed_is_what_was_chosen_and_no_more(opened: Opening) -> None:
    case, _ = content(opened)
    assert (case.home, case.notice) == (opened.home, notice.VERSION)  # whose it is and what was agreed to travel with every case
    assert "不得用于其他用途" in case.purpose
    posted = case.delivery.way == "post_applicant"
    assert (case.delivery.address is not None, case.delivery.phone is not None) == (posted, posted)
    asked = {field.field: field for field in opened.form}
    for one in case.form:
        field = asked[one.field]
        assert not field.delivery or case.delivery.way in field.delivery
        if field.when is not None:
            assert any(other.field == field.when.field for other in case.form)
    situation = {m.material_id for m in CATALOGUE.materials(opened)}
    assert {m.material for m in case.materials} == situation
    for material in case.materials:
        assert not material.pages or material.proof in ("scan", "original_shown", "signed_form")


@pytest.mark.parametrize("opened", INTAKES, ids=key)
def test_who_stands_here_for_somebody_else_is_identified_and_no_more(opened: Opening) -> None:
    case, _ = content(opened)
    for person in (case.acting.person if case.acting else None, case.applicant if case.body else None):
        if person is not None:
            assert {name: getattr(person, name) for name in DROPPED} == DROPPED
            assert (person.name, person.number) == (PERSON.name, PERSON.number)
            assert PERSON.address not in repr(msgspec.to_builtins(person))


@pytest.mark.parametrize("opened", INTAKES, ids=key)
def test_the_chips_text_is_kept_only_where_it_stands_for_a_copy_the_catalogue_asks_for(opened: Opening) -> None:
    case, steps = content(opened)
    read = any(m.proof == "chip_read" for m in case.materials)
    assert (Step.CARD in steps) == read
    assert read or case.applicant.proof != "chip_read"


def test_no_picture_of_a_person_has_a_place_anywhere() -> None:
    """The photo on the chip, faces, fingerprints: 0 days (人脸识别技术应用安全管理办法; GB/T 35273, 6.3)."""
    for kind in (Applicant, Identity, CaseContent):
        names = " ".join(field.name for field in msgspec.structs.fields(kind))
        assert not re.search("photo|face|finger|biometric|portrait", names)


# --- the notice ------------------------------------------------------------------------------------------------------------------


def test_the_notice_answers_who_why_what_how_long_rights_and_contact() -> None:
    for version in notice.versions():
        assert tuple(p.asks for p in version.paragraph) == notice.QUESTIONS
        told = " ".join(p.text for p in notice.paragraphs("示范丙区", "示范甲市", "0800", version.version))
        for said in ("示范丙区", "示范甲市", "0800"):
            assert said in told
        assert "{" not in told


def test_a_version_that_was_used_is_never_changed() -> None:
    found = {
        one.version: hashlib.sha256("\n".join(f"{p.heading}{p.text}" for p in one.paragraph).encode()).hexdigest()[:16]
        for one in notice.versions()
    }
    assert found == TOLD
    assert len(found) == len(notice.versions())
    assert all(one.changed for one in notice.versions()[:-1])


def test_the_periods_it_names_are_those_that_are_kept() -> None:
    from domain.protection.retention import BY_CODE
    from domain.protection.rights import DAYS

    told = " ".join(p.text for p in notice.paragraphs("", "", ""))
    assert f"归档满 {BY_CODE['case'].days} 天" in told
    assert f"转送满 {BY_CODE['window-access'].days} 天" in told
    assert f"存在系统里 {BY_CODE['draft'].days} 天" in told
    assert f"{DAYS} 个工作日内书面答复" in told


def test_no_box_is_ticked_before_somebody_ticked_it() -> None:
    """In the citizen's pages every ``checked`` and ``selected`` follows what that person chose before."""
    for path in (*ROOT.glob("ui/templates/**/*.html"), ROOT / "fleet/console/templates/progress.html"):
        text = path.read_text("utf-8")
        for tag in re.findall(r"<(?:input|option)\b(?:[^<>]|\{%.*?%\}|\{\{.*?\}\})*>", text):
            if re.search(r"\b(?:checked|selected)\b", tag.replace("aria-checked", "")):
                assert re.search(r"\{% if [^%]+%\} (?:checked|selected)\{% endif %\}", tag), f"{path.name}: {tag}"
    agree = (ROOT / "ui/templates/steps/notice.html").read_text("utf-8")
    assert "checkbox" not in agree
    assert 'button("leave", _("不同意"))' in agree

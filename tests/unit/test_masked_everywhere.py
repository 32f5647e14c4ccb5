"""One table of maskings, and what stands on every paper, form, message and call: of a planted person masked values at most, and of
each place only the kinds the table gives it. Screens: ``screen/test_screens_over_http.py`` and its neighbours, with the same table.
"""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from support.visits import CATALOGUE, NOTED, PERSON, SUBMITTED
from test_ways import CHILD, HERE, OPENINGS, chosen, ended, key

from domain import masking
from domain.catalogue.opening import Opening
from domain.masking import MASKS, SHOWN, Place
from fleet.telling.kinds import NAMES, Facts, text
from kiosk import leaflet, receipt, sheets
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.state import Visit
from mqtt.commands import HelpComing
from mqtt.messages import Birth, Health, Report

ROOT = Path(__file__).parents[2]
PHONE = "13800001234"
PLANTED: dict[masking.Kind, tuple[str, ...]] = {
    "name": (PERSON.name,),
    "number": (PERSON.number, CHILD.number),
    "birth": (PERSON.birth.isoformat(), "1990年", "19900101"),
    "phone": (PHONE,),
    "address": (PERSON.address, "锦江区测试路"),
}


def wrong(place: Place, said: str) -> list[str]:
    """What of the planted person stands in ``said`` and may not: in full, or masked where the place has no such kind."""
    found = [one for values in PLANTED.values() for one in values if one in said]
    for kind in MASKS:
        if kind not in SHOWN[place]:
            found += [masked for full in PLANTED[kind][:1] if (masked := masking.mask(kind, full)) in said]
    return found


@pytest.fixture(scope="module")
def visits() -> dict[str, Visit]:
    """Every opening gone through to its end by the planted person: what it was with all it knew."""
    found = {}
    for opened in OPENINGS:
        walk = chosen(opened).do(ev.ChooseChannel("here"))
        ended(walk)
        stored = [effect.visit for effect in walk.effects if isinstance(effect, fx.StoreCase)]
        found[key(opened)] = stored[0] if stored else walk.visit
    return found


@pytest.mark.parametrize("opened", [o for o in OPENINGS if o.way == "full_intake"], ids=key)
def test_a_receipt_names_nobody_in_full(visits: dict[str, Visit], opened: Opening) -> None:
    paper = receipt.receipt(visits[key(opened)], SUBMITTED, HERE, CATALOGUE)
    said = str(receipt.slip(paper, 2).blocks)
    assert masking.number(PERSON.number) in said or paper.people[0][0] != "申请人"  # it is found where it should be
    assert wrong("receipt", said) == []


@pytest.mark.parametrize("opened", [o for o in OPENINGS if o.way in ("pre_fill", "online_only")], ids=key)
def test_a_slip_to_take_along_names_nobody_in_full(visits: dict[str, Visit], opened: Opening) -> None:
    said = str(leaflet.leaflet(visits[key(opened)], NOTED, 1, HERE, CATALOGUE).blocks)
    assert wrong("leaflet", said) == []


@pytest.mark.parametrize("opened", [o for o in OPENINGS if o.way == "full_intake"], ids=key)
def test_a_form_on_the_screen_is_masked_and_the_desks_is_whole(visits: dict[str, Visit], opened: Opening) -> None:
    visit = visits[key(opened)]
    for made in path.signed_forms(visit, CATALOGUE):
        shown, whole = (
            sheets.of(visit, made.material_id, HERE, CATALOGUE, private=private, day=None)[1].decode() for private in (False, True)
        )
        assert wrong("form", shown) == []
        assert PERSON.number in whole


def test_a_message_by_telephone_names_nobody() -> None:
    facts = Facts(SUBMITTED.case, "示范丙区窗口", date(2026, 12, 1), "0800")
    for kind in NAMES:
        assert wrong("sms", text(kind, facts)) == []


def test_what_calls_somebody_has_no_place_for_a_person() -> None:
    """A call for help, the state a console lists, the number that is called: no field could hold one. There is no other call."""
    for kind in (HelpComing, Birth, Health, Report):
        names = {field.name for field in msgspec.structs.fields(kind)}
        assert not names & {"name", "number", "phone", "address", "applicant", "person", "identity"}


def test_every_masking_is_in_the_table_and_every_place_has_its_line() -> None:
    assert set(SHOWN) == set(get_args(Place))
    assert all(kinds <= set(MASKS) for kinds in SHOWN.values())
    used = set()
    for room in ("kiosk", "ui", "domain", "fleet"):
        for module in ROOT.glob(f"{room}/**/*.py"):
            for node in ast.walk(ast.parse(module.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "masking":
                    used.add(node.attr)
    assert used - {"Kind", "mask"} <= set(MASKS)


@pytest.mark.parametrize(("kind", "full"), [(kind, full) for kind, values in PLANTED.items() for full in values[:1]])
def test_a_masked_value_does_not_hold_the_full_one(kind: masking.Kind, full: str) -> None:
    masked = masking.mask(kind, full)
    assert full not in masked
    assert "*" in masked
    assert masking.mask(kind, "") in ("", "***********", "****")

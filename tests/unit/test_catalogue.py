"""The catalogue: loaded whole or not at all, and truthful about what a terminal can take in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.catalogue import DATA, Catalogue, CatalogueDamagedError, load
from domain.catalogue.item import Item, Situation
from domain.catalogue.opening import Opening
from kiosk import faults

CATALOGUE = load()


@pytest.fixture
def openings() -> Any:
    return json.loads((DATA / "openings_demo.json").read_text("utf-8"))


@pytest.fixture
def items() -> Any:
    return json.loads((DATA / "catalogue_demo.json").read_text("utf-8"))


def reloaded(tmp_path: Path, items: Any, openings: Any) -> Catalogue:
    paths = tmp_path / "items.json", tmp_path / "openings.json"
    for path, tree in zip(paths, (items, openings), strict=True):
        path.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    return load(*paths)


def damaged(tmp_path: Path, openings: Any, items: Any = None) -> CatalogueDamagedError:
    listed = items or json.loads((DATA / "catalogue_demo.json").read_text("utf-8"))
    with pytest.raises(CatalogueDamagedError) as caught:
        reloaded(tmp_path, listed, openings)
    return caught.value


def opened(catalogue: Catalogue = CATALOGUE) -> Iterator[tuple[Item, Situation, Opening]]:
    for party in catalogue.homes():
        for item in catalogue.items(party.party):
            for situation in catalogue.situations(party.party, item.item_id):
                found = catalogue.opening(party.party, item.item_id, situation.situation_id)
                assert found is not None
                yield item, situation, found


def test_parties_of_every_level_have_opened_items_here() -> None:
    assert CATALOGUE.demo
    assert [(p.party, p.level) for p in CATALOGUE.homes()] == [
        ("demo-jia", "3"),
        ("demo-qi", "4"),
        ("demo-yi", "5"),
        ("demo-ding", "4"),
    ]
    zone = CATALOGUE.party("demo-ding")
    assert zone is not None
    assert zone.division is None
    assert zone.parent == "demo-jia"


def test_all_48_demonstration_situations_are_opened_by_a_home_place() -> None:
    everything = {(i.item_id, s.situation_id) for i in CATALOGUE._items.values() for s in i.situations}
    assert len(everything) == 48
    assert {(i.item_id, s.situation_id) for i, s, _ in opened()} == everything


def test_what_a_home_place_has_not_opened_has_a_reason_and_another_place() -> None:
    for party in CATALOGUE.homes():
        for item in CATALOGUE._items.values():
            for situation in item.situations:
                key = (party.party, item.item_id, situation.situation_id)
                told = CATALOGUE.not_open(*key)
                assert (told is None) == (CATALOGUE.opening(*key) is not None), key
    told = CATALOGUE.not_open("demo-qi", "ID-CARD", "ID-2")
    assert told is not None
    assert "指纹" in told.why
    assert "公安" in told.where


def test_nothing_opened_pretends_to_more_than_a_terminal_can_prove() -> None:
    for item, situation, opening in opened():
        if opening.way == "full_intake":
            assert [proof for proof in opening.proofs.values() if proof == "chip_read"] == ["chip_read"], opening
            assert opening.assurance != "3"
            assert item.on_site_visits == 0 or opening.assurance == "2"
        for material in situation.materials:
            if opening.proofs[material.material_id] == "scan":
                assert not material.original_must_be_checked
                assert material.medium != "1"
        if item.item_id == "ID-CARD":
            assert (opening.way, opening.assurance) == ("pre_fill", "3")
    assert {o.way for _, _, o in opened()} == {"full_intake", "pre_fill", "query_print", "online_only"}


def test_an_original_shown_at_the_window_is_photographed_first() -> None:
    opening = CATALOGUE.opening("demo-qi", "HUKOU-CERT", "HUKOU-CERT-1")
    assert opening is not None
    assert [m.material_id for m in CATALOGUE.to_scan(opening)] == ["M-HUKOU"]


def test_every_tree_of_questions_leads_to_every_situation() -> None:
    trees = [i for i in CATALOGUE._items.values() if i.questions]
    assert len(trees) >= 10
    for item in trees:
        root = CATALOGUE.question(item.item_id)
        assert root is not None
        assert CATALOGUE.leads_to(item.item_id, root.question) == {s.situation_id for s in item.situations}
    assert CATALOGUE.leads_to("HUKOU-MOVE", "kin") == {"HUKOU-1", "HUKOU-2"}
    assert CATALOGUE.question("MED-REMOTE") is None


def test_a_version_is_offered_from_its_first_day_to_its_last(tmp_path: Path, items: Any, openings: Any) -> None:
    old = next(i for i in items["items"] if i["item_id"] == "MED-REMOTE")
    items["items"].append({**old, "version": 3, "since": "2027-01-01", "name": "异地就医备案（新）", "changed": "新"})
    old["until"] = "2026-12-31"
    for opening in openings["openings"]:
        opening.pop("since", None)
    found = reloaded(tmp_path, items, openings)
    days = ((date(2025, 2, 28), None), (date(2026, 12, 31), 2), (date(2027, 1, 1), 3))
    assert [(i := found.on(day).item("MED-REMOTE")) and i.version for day, _ in days] == [version for _, version in days]
    assert found.on(date(2025, 2, 28)).opening("demo-jia", "MED-REMOTE", "MED-2") is None
    assert found.on(date(2027, 1, 1)).opening("demo-jia", "MED-REMOTE", "MED-2") is not None
    assert [p.party for p in found.on(date(1999, 1, 1)).homes()] == []
    old["until"] = "2027-01-01"
    assert "同时有效" in str(damaged(tmp_path, openings, items))


def test_a_scan_never_stands_for_an_original_that_must_be_checked(tmp_path: Path, openings: Any) -> None:
    opening_of(openings, "MED-2")["proofs"]["M-ID"] = "scan"
    assert "须核验原件" in str(damaged(tmp_path, openings))


def opening_of(openings: Any, situation: str, home: str = "demo-jia") -> Any:
    return next(o for o in openings["openings"] if (o["home"], o["situation"]) == (home, situation))


def in_opening(found: str, **values: Any) -> Callable[[Any, Any], None]:
    def spoil(_items: Any, openings: Any) -> None:
        opening_of(openings, found).update(values)

    return spoil


def in_item(item_id: str, **values: Any) -> Callable[[Any, Any], None]:
    def spoil(items: Any, _openings: Any) -> None:
        next(i for i in items["items"] if i["item_id"] == item_id).update(values)

    return spoil


def asked(*answers: dict[str, str]) -> list[Any]:
    return [{"question": "q", "text": "问", "answers": list(answers)}]


CARE = {"field": "x", "label": "问", "kind": "choice", "options": [{"value": "a", "text": "甲"}]}
BOTH = ({"text": "甲", "situation": "UNEMP-1"}, {"text": "乙", "situation": "UNEMP-2"})


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda i, o: opening_of(o, "MED-2")["proofs"].pop("M-FORM"), "M-FORM"),
        (in_opening("MED-2", home="nowhere"), "没有这个签约方"),
        (in_opening("MED-2", situation="MED-99"), "没有这个事项或情形"),
        (lambda i, o: o["openings"].append(opening_of(o, "MED-2")), "开通了两次"),
        (in_opening("MED-2", form_of=None, form=[CARE, CARE]), "重复的栏目"),
        (in_opening("MED-2", form_of=None, form=[{**CARE, "options": []}]), "没有可选项"),
        (in_opening("MED-2", form_of="nothing"), "没有表单 nothing"),
        (in_opening("MED-2", form_of=None, form=[{**CARE, "when": {"field": "y", "values": ["a"]}}]), "前面没有的栏目"),
        (
            in_opening("MED-2", form_of=None, form=[CARE, {**CARE, "field": "z", "when": {"field": "x", "values": ["b"]}}]),
            "永远不成立",
        ),
        (in_opening("MED-2", proofs={"M-ID": "chip_read", "M-FORM": "signed_form", "M-RES": "face"}), "损坏"),
        (in_opening("MED-2", proofs={"M-ID": "original_shown", "M-FORM": "signed_form", "M-RES": "scan"}), "不能确认申请人"),
        (
            in_opening(
                "NO-CRIME-2", proofs={"M-ID": "chip_read", "M-POA": "scan", "M-AGENT-ID": "chip_read", "M-FORM": "signed_form"}
            ),
            "只读一张",
        ),
        (
            in_opening(
                "SSC-REISSUE-2", proofs={"M-ID": "chip_read", "M-OLD": "chip_read", "M-PHOTO": "scan", "M-FORM": "signed_form"}
            ),
            "要交原件",
        ),
        (in_opening("ID-1", way="full_intake"), "须本人到场采集"),
        (in_opening("NO-CRIME-1", assurance="1"), "要求到场 1 次"),
        (in_opening("ID-1", online={"address": "https://zwfw.sichuan.example/"}), "不能全程网办"),
        (in_opening("SSC-LOSS-1", online=None), "没有写网址"),
        (in_opening("MED-2", way="none"), "开通了却写着不提供"),
        (in_opening("MED-2", delivery=["terminal_print"]), "不能当场在终端打印"),
        (in_opening("SI-CERT-1", delivery=["pickup_intake"]), "既不打印也没有电子件"),
        (in_opening("MED-2", since="2027-01-02", until="2027-01-01"), "until 早于 since"),
        (in_opening("MED-2", until="2024-01-01", since="2023-01-01"), "有效期对不上"),
        (lambda i, o: o["not_open"].append({"home": "demo-jia", "item": "MED-REMOTE", "why": "x", "where": "y"}), "又说没有开通"),
        (
            lambda i, o: o["not_open"].append({"home": "demo-jia", "item": "GONE", "why": "x", "where": "y"}),
            "没有这个签约方、事项或情形",
        ),
        (lambda i, o: o["bundles"][0].update(items=["MED-REMOTE", "GONE"]), "GONE 目录里没有"),
        (lambda i, o: o["parties"][1].update(parent="nobody"), "没有上级签约方"),
        (lambda i, o: o["parties"].append(o["parties"][0]), "签约方编号重复"),
        (lambda i, o: i["items"].append(i["items"][0]), "同时有效"),
        (in_item("UNEMP-REG", questions=asked(BOTH[0])), "到不了这个情形"),
        (in_item("UNEMP-REG", questions=asked(*BOTH, {"text": "丙", "question": "q"})), "绕回了自己"),
        (in_item("UNEMP-REG", questions=asked(*BOTH, {"text": "丙", "question": "r"})), "没有的问题"),
        (in_item("UNEMP-REG", questions=asked(*BOTH, {"text": "丙", "situation": "UNEMP-9"})), "没有的情形"),
        (in_item("UNEMP-REG", questions=asked(*BOTH, {"text": "丙"})), "只能写一样"),
        (lambda i, o: o.update(surprise=1), "损坏"),
        (lambda i, o: o.update(version="v" * 121), "损坏"),
    ],
)
def test_a_contradiction_is_explained_in_chinese(tmp_path: Path, items: Any, openings: Any, spoil: Any, says: str) -> None:
    spoil(items, openings)
    assert says in str(damaged(tmp_path, openings, items))


@given(st.binary(max_size=200), st.integers(0, 8000))
def test_a_damaged_file_never_becomes_a_catalogue_or_another_exception(junk: bytes, at: int) -> None:
    import tempfile

    good = (DATA / "openings_demo.json").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openings.json"
        path.write_bytes(good[:at] + junk)
        with pytest.raises(CatalogueDamagedError):
            load(openings=path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueDamagedError, match=r"gone\.json"):
        load(items=tmp_path / "gone.json")


_OF = (
    "a4|account|accounts|badge|bus|camera|card|catalogue|code|cover|cutter|device|document|head|other|pad|page|paper|photo|printer|reader|reading|revocation|slip|staff|"
    "store|ticket|typing|upload"
)
"""What the codes of faults begin with."""


def test_every_fault_code_used_in_the_program_stands_in_the_table() -> None:
    root = Path(__file__).parents[2]
    known = faults.table()
    for fault in known.values():
        assert fault.severity in ("info", "warning", "fault", "outage")
        assert fault.cause
        assert fault.staff
    used = set()
    for package in ("devices", "kiosk", "mqtt"):
        for path in (root / package).rglob("*.py"):
            if "virtual" not in path.parts:
                used |= set(
                    re.findall(
                        rf'"((?:{_OF})_[a-z_]+)"',
                        path.read_text("utf-8"),
                    )
                )
    not_codes = {"page_path", "card_", "printer_id", "camera_model", "store_true"}
    not_codes |= {"device_not_back", "staff_signed_in", "staff_refused", "staff_signed_out", "catalogue_root"}
    not_codes |= {"account_signed_in", "account_refused", "account_locked", "account_signed_out", "device_tested", "photo_vendor"}
    not_codes |= {"staff_inside"}  # why a program waits (domain/program/reasons.py)
    assert {code for code in used - not_codes if code not in known} == set()


def test_before_a_visit_a_fault_names_its_device() -> None:
    assert faults.of_device("读卡器", "absent").citizen.startswith("读卡器连接不上")
    assert faults.of_device("凭证打印机", "paper_out").citizen == faults.fault("paper_out").citizen

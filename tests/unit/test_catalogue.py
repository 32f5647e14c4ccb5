"""The catalogue: loaded whole or not at all, and truthful about what a terminal can take in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.catalogue import DATA, CatalogueDamagedError, load
from kiosk import faults

CATALOGUE = load()


@pytest.fixture
def openings() -> Any:
    return json.loads((DATA / "openings_demo.json").read_text("utf-8"))


def damaged(tmp_path: Path, tree: Any) -> CatalogueDamagedError:
    path = tmp_path / "openings.json"
    path.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    with pytest.raises(CatalogueDamagedError) as caught:
        load(openings=path)
    return caught.value


def test_two_demonstration_parties_have_opened_items_here() -> None:
    assert [p.party for p in CATALOGUE.parties] == ["demo-jia", "demo-qi"]
    assert CATALOGUE.demo
    assert [i.item_id for i in CATALOGUE.items("demo-jia")] == ["MED-REMOTE", "PEN-TRANS", "UNEMP-REG"]
    assert [i.item_id for i in CATALOGUE.items("demo-qi")] == ["MED-REMOTE", "UNEMP-REG"]


def test_every_opened_situation_can_be_done_truthfully_by_chip_scan_and_signature() -> None:
    for party in CATALOGUE.parties:
        for item in CATALOGUE.items(party.party):
            assert item.on_site_visits == 0
            for situation in CATALOGUE.situations(party.party, item.item_id):
                opening = CATALOGUE.opening(party.party, item.item_id, situation.situation_id)
                assert opening is not None
                for material in CATALOGUE.to_scan(opening):
                    assert not material.original_must_be_checked
                    assert material.medium != "1"


def test_a_scan_never_stands_for_an_original_that_must_be_checked(tmp_path: Path, openings: Any) -> None:
    openings["openings"][0]["proofs"]["M-ID"] = "scan"
    assert "须核验原件" in str(damaged(tmp_path, openings))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda o: o["openings"][0]["proofs"].pop("M-FORM"), "M-FORM"),
        (lambda o: o["openings"][0].update(home="nowhere"), "没有这个签约方"),
        (lambda o: o["openings"][0].update(situation="MED-99"), "没有这个事项或情形"),
        (lambda o: o["openings"].append(o["openings"][0]), "开通了两次"),
        (lambda o: o["openings"][0]["form"].append(o["openings"][0]["form"][0]), "重复的栏目"),
        (lambda o: o["openings"][0]["form"][0].update(options=[]), "没有可选项"),
        (lambda o: o["openings"][0]["proofs"].update({"M-HUKOU": "face"}), "损坏"),
        (lambda o: o.update(surprise=1), "损坏"),
        (lambda o: o.update(version="v" * 121), "损坏"),
    ],
)
def test_a_contradiction_is_explained_in_chinese(tmp_path: Path, openings: Any, spoil: Any, says: str) -> None:
    spoil(openings)
    assert says in str(damaged(tmp_path, openings))


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
    "a4|badge|bus|camera|card|catalogue|code|cover|cutter|device|document|head|other|pad|page|paper|photo|printer|reader|revocation|slip|staff|"
    "store|ticket|upload"
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
    not_codes |= {"device_not_back", "staff_signed_in", "staff_refused", "staff_signed_out"}
    assert {code for code in used - not_codes if code not in known} == set()


def test_before_a_visit_a_fault_names_its_device() -> None:
    assert faults.of_device("读卡器", "absent").citizen.startswith("读卡器连接不上")
    assert faults.of_device("凭证打印机", "paper_out").citizen == faults.fault("paper_out").citizen

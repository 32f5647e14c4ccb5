"""A 好差评 platform is told of ratings: in its codes, each once, without a word of who rated; of silence only if it insists."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from support.cases import path_to
from support.casework import Casework
from support.fleet import HOME, INTAKE, rating

from domain.case.rights import State
from domain.rating.service import Service, Unrated
from fleet.outward.ways import FileDrop, FileWay
from fleet.platform.assessment import Adapter, AssessmentSettings, Default, Rated
from fleet.platform.progress import ItemCodes
from fleet.ratings import ledger
from fleet.ratings.export import Export, create_export
from fleet.settings import SettingsError

PARTIES = {HOME: Rated("510683", "11510683MB0000000A"), INTAKE: Rated("511421", "11511421MB0000000B")}
CODES = ItemCodes("11510000MB2F30661Y2312003564000", "20", "promised")
DAY = 86400.0


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Casework]:
    made = Casework(tmp_path)
    yield made
    made.close()


class Told:
    """A platform that takes files, and what lies there."""

    def __init__(self, centre: Casework, adapter: Adapter | None = None, parties: dict[str, Rated] = PARTIES) -> None:
        self.folder = centre.folder / "out"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.way = FileWay(self.folder)
        self.now = 2e9
        with centre.store.reading() as db:
            items = {item: CODES for (item,) in db.execute("SELECT item FROM cases UNION SELECT item FROM services")}
        settings = AssessmentSettings(self.way, adapter or Adapter(immediate="1"), parties, items)
        self.export = Export(centre.store, "here", FileDrop(self.folder), centre.folder, settings, clock=lambda: self.now)

    def records(self) -> list[dict[str, Any]]:
        self.export.look()
        while self.export.sender.one():
            pass
        found = [json.loads(path.read_bytes()) for path in self.folder.glob("*.json")]
        return sorted(found, key=lambda one: (one["caseNo"], one["serviceNumber"], one["assessNumber"]))

    def end(self) -> None:
        self.export.stop()


def test_a_rating_is_told_once_in_the_exchange_fields_over_restarts(centre: Casework) -> None:
    case = centre.standing_in(State.DELIVERED)
    centre.tell(replace(rating(case, 2), tags=(207, 214), given_at="2026-11-26T01:30:00Z"))
    centre.tell(replace(rating(case, 5), of="delivery", side="home", by="pad"))
    first = Told(centre)
    told = first.records()
    first.end()
    again = Told(centre)
    assert again.records() == told
    again.end()
    assert [(one["serviceName"], one["satisfaction"], one["deptCode"], one["pf"]) for one in told] == [
        ("申报", "2", PARTIES[INTAKE].dept_code, "5"),
        ("办结", "5", PARTIES[HOME].dept_code, "5"),
    ]
    assert told[0]["evalDetail"] == "207,214"
    assert told[0]["assessTime"] == "2026-11-26 09:30:00"
    assert (told[0]["assessNumber"], told[0]["anonymityFlag"], told[0]["source"], told[0]["isService"]) == (1, "1", "active", "1")
    assert (told[0]["projectType"], told[0]["proStatus"], told[0]["serviceNumber"]) == ("2", "3", 1)


def test_nothing_of_the_rater_and_no_word_of_theirs_is_in_it(centre: Casework) -> None:
    case = centre.take()
    centre.tell(replace(rating(case, 1), tags=(108,), words="ab" * 32, named=True))
    told = Told(centre)
    (record,) = told.records()
    told.end()
    assert not {"userName", "certKey", "mobile", "telPhone", "handleUserName", "writingEvaluation"} & set(record)
    assert "ab" * 32 not in json.dumps(record)
    assert record["anonymityFlag"] == "2"


def test_each_platform_calls_levels_kinds_and_tags_in_its_own_way(centre: Casework) -> None:
    case = centre.take()
    centre.tell(replace(rating(case, 1), tags=(108, 110)))
    odd = Told(centre, Adapter(immediate="2", levels=("4", "3", "2", "1", "0"), joiner="|", terminal="6", anonymous="0"))
    (record,) = odd.records()
    odd.end()
    assert (record["satisfaction"], record["evalDetail"], record["pf"]) == ("4", "108|110", "6")
    assert (record["projectType"], record["anonymityFlag"]) == ("1", "0")


def test_what_nobody_rated_is_told_only_where_the_platform_insists_and_never_as_anybody_s_rating(centre: Casework) -> None:
    rated, silent = centre.take(), centre.take()
    centre.tell(replace(rating(rated, 1), tags=(108,)))
    plain = Told(centre)
    assert [one["caseNo"] for one in plain.records()] == [rated]
    plain.end()
    insisting = Told(centre, Adapter(immediate="1", default=Default(level=3, days=10)))
    insisting.now = time.time()
    assert [one["source"] for one in insisting.records()] == ["active"]
    insisting.now += 11 * DAY
    by_case = {one["caseNo"]: one for one in insisting.records()}
    assert insisting.records() == list(by_case.values()), "looking again tells nothing twice"
    insisting.end()
    assert (by_case[silent]["satisfaction"], by_case[silent]["source"]) == ("3", "system_default")
    assert (by_case[rated]["satisfaction"], by_case[rated]["source"]) == ("1", "active")
    with centre.store.reading() as db:
        assert ledger.stands(db, Service(silent, "intake")) == Unrated()
        assert db.execute("SELECT count(*) FROM ratings").fetchone()[0] == 1


def test_a_default_waits_its_days_and_does_not_come_over_a_rating(centre: Casework) -> None:
    case = centre.take()
    late = Told(centre, Adapter(immediate="1", default=Default(level=4, days=10)))
    late.now = time.time() + 20 * DAY
    assert late.records() == [], "of what was long over when it was set up nothing is made up"
    late.end()
    with centre.store.transaction() as db:
        db.execute("DELETE FROM counters WHERE name LIKE 'ratings-%'")
    insisting = Told(centre, Adapter(immediate="1", default=Default(level=4, days=10)))
    with centre.store.reading() as db:
        (taken,) = db.execute("SELECT received FROM cases").fetchone()
    insisting.now = taken + 1
    assert insisting.records() == []
    insisting.now = taken + 9 * DAY
    assert insisting.records() == []
    centre.tell(replace(rating(case, 1), tags=(108,)))
    insisting.now = taken + 11 * DAY
    assert [(one["satisfaction"], one["source"]) for one in insisting.records()] == [("1", "active")]
    insisting.end()


def test_a_rating_that_comes_before_what_it_was_given_to_waits_for_it(centre: Casework) -> None:
    case = centre.standing_in(State.RESULT_SENT)
    centre.tell(replace(rating(case, 4), of="delivery"))
    told = Told(centre)
    told.now = time.time()
    assert told.records() == []
    with centre.store.transaction() as db:
        centre.store.ledger.write(db, case, path_to(State.DELIVERED, datetime.now(UTC))[-1], time.time())
    (record,) = told.records()
    told.end()
    assert (record["serviceName"], record["serviceNumber"]) == ("签收", 3)


def test_a_party_or_an_item_without_codes_is_not_told_and_holds_up_nobody(centre: Casework) -> None:
    case = centre.standing_in(State.DECIDED)
    centre.tell(rating(case, 5))
    centre.tell(replace(rating(case, 4), of="delivery", side="home"))
    told = Told(centre, parties={HOME: PARTIES[HOME]})
    assert [one["serviceName"] for one in told.records()] == ["办结"]
    told.end()


def test_the_code_of_an_immediate_item_has_no_default_and_the_settings_say_what_is_wrong(centre: Casework) -> None:
    path = centre.folder / "province.toml"
    (centre.folder / "out").mkdir(mode=0o700)
    said = {"way": {"way": "file", "folder": str(centre.folder / "out")}, "adapter": {}, "parties": {}}
    path.write_bytes(msgspec.toml.encode(said))
    with pytest.raises(SettingsError, match="immediate"):
        create_export(centre.store, path, centre.folder)
    path.write_bytes(msgspec.toml.encode(said | {"adapter": {"immediate": "1"}}))
    create_export(centre.store, path, centre.folder).stop()

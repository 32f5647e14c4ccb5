"""What the centre wants is switched to whole, between two visits, or not at all; what is held stays held otherwise."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.orders import Centre
from support.packs import Made, changed
from support.wanting import Wanting, catalogue, phone, signed

from domain.catalogue import pack
from domain.catalogue.catalogue import DATA, load
from kiosk.orders.fetch import DamagedError, NotFetchedError
from mqtt.desired import Notice, NoticesBody, SettingsBody
from mqtt.wire import Wanted, encode


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    return Centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture
def wanting(tmp_path: Path, centre: Centre) -> Iterator[Wanting]:
    one = Wanting(tmp_path, centre)
    yield one
    one.terminal.database.close()


def test_a_catalogue_is_applied_reported_and_held_after_a_restart(wanting: Wanting) -> None:
    wanting.wants("catalogue", 1, catalogue("9.0"))
    assert wanting.states() == [("catalogue", 1, "applied", None)]
    assert wanting.floor.stood[-1].catalogue.version == "9.0"
    assert wanting.again().parts.catalogue.version == "9.0"


def test_settings_replace_what_they_name_and_no_other(wanting: Wanting) -> None:
    wanting.wants("settings", 1, phone("0800-9"))
    standing = wanting.floor.stood[-1]
    assert (standing.terminal.phone, standing.visit.total, standing.visit.idle_end) == ("0800-9", 600, 30)
    assert standing.terminal.id == wanting.settings.terminal.id
    wanting.wants("settings", 2, encode(SettingsBody(1)))
    assert wanting.floor.stood[-1].terminal == wanting.settings.terminal


def test_while_a_visit_runs_it_waits_says_so_once_and_is_switched_afterwards(wanting: Wanting) -> None:
    wanting.floor.busy = True
    wanting.wants("catalogue", 1, catalogue())
    wanting.documents.round()
    assert (wanting.floor.stood, wanting.states()) == ([], [("catalogue", 1, "waiting", "visit_running")])
    wanting.floor.busy = False
    wanting.documents.round()
    assert wanting.states()[-1] == ("catalogue", 1, "applied", None)


def test_a_restart_in_the_middle_of_a_switch_takes_it_up_again(wanting: Wanting) -> None:
    wanting.floor.busy = True
    wanting.wants("catalogue", 1, catalogue("9.0"))
    again = wanting.again()
    assert again.parts.catalogue.version == load().version
    again.documents.round()
    assert (again.floor.stood[-1].catalogue.version, again.store.asked) == ("9.0", 1)


def test_it_waits_for_its_time(wanting: Wanting) -> None:
    since = (wanting.terminal.clock.now() + timedelta(hours=1)).isoformat()
    wanting.wants("settings", 1, phone("1"), since=since)
    assert wanting.states() == [("settings", 1, "waiting", "not_its_time")]
    wanting.terminal.clock.ahead = timedelta(hours=2)
    wanting.documents.round()
    assert wanting.states()[-1][2] == "applied"


def test_at_midnight_what_is_in_force_changes_between_two_visits_without_a_restart(wanting: Wanting) -> None:
    today = wanting.terminal.clock.now().date()
    openings = json.loads((DATA / "openings_demo.json").read_text("utf-8"))
    med = [o for o in openings["openings"] if o["item"] == "MED-REMOTE"]
    for opening in med[:2]:
        opening["until"] = today.isoformat()
    for opening in med[2:]:
        opening["since"] = (today + timedelta(days=1)).isoformat()
    wanting.wants("catalogue", 1, catalogue(openings=openings))

    def offered() -> list[str]:
        found = wanting.floor.stood[-1].catalogue
        return [s.situation_id for s in found.situations("demo-jia", "MED-REMOTE")]

    assert offered() == ["MED-1", "MED-2"]
    wanting.floor.busy = True
    wanting.terminal.clock.ahead = timedelta(days=1)
    wanting.documents.round()
    assert offered() == ["MED-1", "MED-2"]
    wanting.floor.busy = False
    wanting.documents.round()
    assert offered() == ["MED-3", "MED-4"]
    assert len(wanting.floor.stood) == 2


def test_a_signed_catalogue_is_held_after_a_restart_where_the_root_is_pinned(tmp_path: Path, centre: Centre) -> None:
    one = Wanting(tmp_path, centre, pinned=True)
    one.wants("catalogue", 1, signed(Made()))
    assert one.states()[-1] == ("catalogue", 1, "applied", None)
    again = one.again()
    assert (again.parts.catalogue.version, again.parts.catalogue.register) == ("demo-signed-1", 3)
    again.terminal.database.close()


def test_what_was_checked_whole_once_is_believed_by_its_bytes_and_checked_anew_by_another_program(
    tmp_path: Path, centre: Centre
) -> None:
    one = Wanting(tmp_path, centre, pinned=True)
    one.wants("catalogue", 1, signed(Made()))
    (mark,) = (tmp_path / "wanted").glob("*.checked")
    mark.write_text("by an older program", "ascii")
    again = one.again()
    assert again.parts.catalogue.opening("demo-qi", "MED-REMOTE", "MED-2") is not None
    assert mark.read_text("ascii") == pack.rules()
    again.wants("catalogue", 2, signed(Made(bodies=changed("demo-yi", '"chip_read"', '"scan"'))))
    assert again.states()[-1] == ("catalogue", 2, "refused", "catalogue_damaged")
    assert len(list((tmp_path / "wanted").glob("*.checked"))) == 1
    again.terminal.database.close()


@pytest.mark.parametrize(
    "data",
    [
        signed(Made(signers={"demo-qi": "demo-jia"}, version="bad")),
        signed(Made(number=2, version="by an older register")),
        catalogue("9.0"),
    ],
)
def test_what_is_not_signed_by_its_owners_never_takes_the_place_of_what_is(tmp_path: Path, centre: Centre, data: bytes) -> None:
    one = Wanting(tmp_path, centre, pinned=True)
    one.wants("catalogue", 1, signed(Made()))
    one.wants("catalogue", 2, data)
    assert one.states()[-1] == ("catalogue", 2, "refused", "catalogue_untrusted")
    assert one.again().parts.catalogue.version == "demo-signed-1"


def test_an_older_register_is_refused_after_a_restart_too(tmp_path: Path, centre: Centre) -> None:
    one = Wanting(tmp_path, centre, pinned=True)
    one.wants("catalogue", 1, signed(Made()))
    again = one.again()
    again.wants("catalogue", 2, signed(Made(number=2)))
    assert again.states()[-1] == ("catalogue", 2, "refused", "catalogue_untrusted")
    again.wants("catalogue", 3, signed(Made(number=4, version="newer")))
    assert again.states()[-1] == ("catalogue", 3, "applied", None)
    again.terminal.database.close()


def test_without_a_pinned_root_only_a_demonstration_is_taken(wanting: Wanting) -> None:
    wanting.wants("catalogue", 1, signed(Made()))
    openings = json.loads((DATA / "openings_demo.json").read_text("utf-8")) | {"demo": False}
    wanting.wants("catalogue", 2, catalogue(openings=openings))
    assert [(rev, why) for _, rev, _, why in wanting.states()] == [(1, "catalogue_untrusted"), (2, "catalogue_untrusted")]
    assert wanting.floor.stood == []


@pytest.mark.parametrize(
    ("what", "data", "why"),
    [
        ("catalogue", catalogue().replace(b'"parties"', b'"partis"'), "catalogue_damaged"),
        ("catalogue", catalogue().replace(b"demo-jia", b"demo-x"), "catalogue_damaged"),
        ("catalogue", b'{"v":1,"items":{}}', "not_of_contract"),
        ("catalogue", b'{"v":2,"items":{},"openings":{}}', "not_of_contract"),
        ("settings", b'{"v":1,"paths":{"data":"/etc"}}', "not_of_contract"),
        ("settings", b'{"v":1,"visit":{"total":-1}}', "not_of_contract"),
        ("settings", b'{"v":1,"phone":""}', "not_of_contract"),
        ("notices", b'{"v":1,"notices":[{"id":"a"}]}', "not_of_contract"),
        ("notices", b"\xff" * 40, "not_of_contract"),
        ("settings", b'{"v":1,"x":' + b"[" * 20_000, "not_of_contract"),
    ],
)
def test_a_body_that_fails_a_check_never_takes_the_place_of_a_good_one(
    wanting: Wanting, what: Wanted, data: bytes, why: str
) -> None:
    wanting.wants("catalogue", 1, catalogue("8.0"))
    wanting.wants("settings", 1, phone("good"))
    wanting.wants(what, 2, data)
    assert wanting.states()[-1] == (what, 2, "refused", why)
    assert len(wanting.floor.stood) == 2
    again = wanting.again()
    assert (again.parts.catalogue.version, again.parts.standing(again.terminal.clock.now()).terminal.phone) == ("8.0", "good")


def test_an_older_revision_is_refused_by_name_however_well_it_is_signed(wanting: Wanting) -> None:
    wanting.wants("settings", 5, phone("new"))
    wanting.wants("settings", 4, phone("old"))
    assert wanting.floor.stood[-1].terminal.phone == "new"
    assert [one.rule for one in wanting.terminal.refused()] == ["revision is older than the one held"]


def test_an_older_one_a_killed_broker_kept_is_no_alarm(wanting: Wanting) -> None:
    wanting.wants("settings", 5, phone("new"))
    wanting.hears(wanting.centre.wants("settings", 4, phone("old")), retained=True)
    assert (len(wanting.floor.stood), wanting.terminal.refused()) == (1, [])


def test_a_pointer_that_is_not_the_centre_s_word_changes_nothing(
    wanting: Wanting, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wanting.hears(wanting.centre.wants("settings", 1, phone("x"))[:-4] + b"AAAA")
    wanting.hears(Centre(tmp_path_factory.mktemp("other")).wants("settings", 1, phone("x")))
    wanting.hears(wanting.centre.command())
    assert (wanting.floor.stood, wanting.store.asked, wanting.terminal.book.wanted()) == ([], 0, [])
    assert len(wanting.terminal.refused()) == 3


def test_what_does_not_come_is_asked_for_again_and_what_is_held_stays(wanting: Wanting) -> None:
    def out(_path: Path) -> None:
        raise NotFetchedError("the line broke")

    wanting.store.fails = out
    wanting.wants("settings", 1, phone("x"))
    assert wanting.states() == []
    wanting.store.fails = None
    wanting.hears(wanting.centre.wants("settings", 1, phone("x")))
    assert wanting.states() == [("settings", 1, "applied", None)]


def test_what_comes_damaged_is_refused_and_a_refresh_fetches_it_anew(wanting: Wanting) -> None:
    def damaged(_path: Path) -> None:
        raise DamagedError

    wanting.store.fails = damaged
    wanting.wants("settings", 1, phone("x"))
    assert wanting.states() == [("settings", 1, "refused", "damaged")]
    wanting.store.fails = None
    wanting.documents.start()
    (found,) = wanting.documents.refresh(("settings", "notices"))
    wanting.documents.stop()
    assert (found.what, found.state) == ("settings", "applied")


def test_a_newer_revision_takes_the_place_of_one_still_under_way(wanting: Wanting) -> None:
    wanting.floor.busy = True
    wanting.wants("settings", 1, phone("first"))
    wanting.wants("settings", 2, phone("second"))
    wanting.floor.busy = False
    wanting.documents.round()
    assert [one.terminal.phone for one in wanting.floor.stood] == ["second"]
    assert wanting.states()[-1] == ("settings", 2, "applied", None)


def test_what_is_held_and_damaged_on_the_disk_gives_way_to_the_one_before_and_is_fetched_anew(wanting: Wanting) -> None:
    wanting.wants("catalogue", 1, catalogue("8.0"))
    wanting.wants("catalogue", 2, catalogue("9.0"))
    (row,) = wanting.terminal.book.wanted()
    assert row.held is not None
    wanting.shelf.path(row.held).write_bytes(b"{")
    again = wanting.again()
    assert again.parts.catalogue.version == "8.0"
    again.documents.round()
    assert again.floor.stood[-1].catalogue.version == "9.0"


def test_all_bodies_gone_from_the_disk_the_terminal_s_own_catalogue_serves(wanting: Wanting) -> None:
    wanting.wants("catalogue", 1, catalogue("8.0"))
    shutil.rmtree(wanting.folder / "wanted")
    assert wanting.again().parts.catalogue.version == load().version


def test_bodies_nobody_needs_any_more_are_removed(wanting: Wanting) -> None:
    for rev in range(1, 6):
        wanting.wants("settings", rev, phone(str(rev)))
    assert len(list((wanting.folder / "wanted").iterdir())) == 2


def test_told_again_it_tells_again_only_where_the_centre_does_not_know(wanting: Wanting) -> None:
    wanting.wants("settings", 1, phone("x"))
    wanting.hears(wanting.centre.wants("settings", 1, phone("x"), settled=True))
    wanting.hears(wanting.centre.wants("settings", 1, phone("x")), retained=True)
    assert len(wanting.states()) == 1
    wanting.hears(wanting.centre.wants("settings", 1, phone("x")))
    assert wanting.states() == [("settings", 1, "applied", None)] * 2


def test_a_notice_is_shown_from_its_time_to_its_end(wanting: Wanting) -> None:
    now = wanting.terminal.clock.now()
    span = [(now + timedelta(hours=hours)).isoformat() for hours in (1, 2)]
    notice = Notice("a", "明天停电", *span, english="No power tomorrow")
    wanting.wants("notices", 1, encode(NoticesBody(1, (notice,))))
    for hours, texts in ((0.0, ()), (1.5, ("明天停电",)), (2.5, ())):
        wanting.terminal.clock.ahead = timedelta(hours=hours)
        wanting.documents.round()
        hall = wanting.floor.stood[-1].hall
        assert (hall.notices, hall.english) == (texts, dict.fromkeys(texts, "No power tomorrow"))


def test_a_notice_without_english_is_what_terminals_of_an_older_version_take() -> None:
    assert b"english" not in encode(NoticesBody(1, (Notice("a", "明天停电", "2026-12-01T00:00Z", "2026-12-02T00:00Z"),)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(what=st.sampled_from(["catalogue", "settings", "notices"]), data=st.binary(min_size=1, max_size=200))
def test_no_bytes_become_what_is_held(wanting: Wanting, what: Wanted, data: bytes) -> None:
    rev = max((row.rev for row in wanting.terminal.book.wanted()), default=0) + 1
    wanting.wants(what, rev, data)
    assert (wanting.floor.stood, wanting.states()[-1][2]) == ([], "refused")

"""A terminal's page: what happened to it, what was asked of it and done, and how much of its time it served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from support.console import NOW, Console, console
from support.console_board import seed_board, seed_history

from domain.calendar import CHINA
from domain.catalogue.party import Hours
from fleet.alerts import maintenance
from fleet.alerts.rules import Where
from fleet.alerts.sites import of_known
from fleet.board import intervals, terminal
from fleet.board.availability import OFFICE, available, opening
from fleet.board.conditions import LOST, Condition, Grade, Standing
from fleet.people import record
from fleet.people.rights import Role

T = "t-mz-01"
DAY = 86400.0
PAGE = f"/terminals/{T}"


def at(day: int, clock: str) -> float:
    """Of November 2026; the 6th is a Friday."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}:00+08:00").timestamp()


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with console(tmp_path_factory.mktemp("page"), seed_history, seed_board) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path, seed_board) as made:
        yield made


def form(client: FlaskClient, **more: str) -> dict[str, str]:
    found = re.search(r'name="form" value="([^"]+)"', client.get(PAGE).text)
    assert found
    return {"form": found.group(1), **more}


# --- how much of its time it served ---
WEEK = opening(OFFICE, at(2, "00:00"), at(9, "00:00"))


def test_opening_hours_are_those_of_working_days() -> None:
    assert [datetime.fromtimestamp(begin, CHINA).day for begin, _ in WEEK] == [2, 3, 4, 5, 6]
    assert intervals.total(WEEK) == 5 * 8 * 3600
    assert opening(OFFICE, at(2, "12:00"), at(2, "13:00")) == [(at(2, "12:00"), at(2, "13:00"))]
    holiday = datetime(2026, 10, 1, tzinfo=CHINA).timestamp()
    assert opening((Hours((1, 2, 3, 4, 5, 6, 7), "00:00", "23:59"),), holiday, holiday + DAY) == []


@pytest.mark.parametrize(
    ("stood", "planned", "away", "due", "out"),
    [
        ([], [], [], 40.0, 0.0),
        ([Standing("", LOST, at(3, "16:00"), at(4, "10:00"))], [], [], 40.0, 2.0),
        ([Standing("", LOST, at(3, "16:00"), None)], [], [], 40.0, 25.0),
        ([Standing("", LOST, at(3, "09:00"), at(3, "11:00"))], [(at(3, "10:00"), at(3, "12:00"))], [], 38.0, 1.0),
        ([Standing("", LOST, at(3, "09:00"), at(3, "11:00"))], [], [(at(3, "10:00"), at(3, "12:00"))], 38.0, 1.0),
        ([Standing("", Condition("off", Grade.OFF, detail="night"), at(3, "16:00"), at(4, "08:00"))], [], [], 39.0, 0.0),
        ([Standing("", Condition("off", Grade.OFF, detail="shutdown"), at(3, "16:00"), at(4, "08:00"))], [], [], 40.0, 1.0),
        ([Standing("", Condition("paused", Grade.OFF), at(3, "09:00"), at(3, "12:00"))], [], [], 37.0, 0.0),
        ([Standing("", Condition("out-of-service", Grade.BAD), at(3, "09:00"), at(3, "12:00"))], [], [], 40.0, 3.0),
        ([Standing("", Condition("device", Grade.BAD, "idcard", "absent"), at(3, "09:00"), at(3, "12:00"))], [], [], 40.0, 0.0),
    ],
)
def test_only_what_was_to_be_served_and_could_be_known_counts(
    stood: list[Standing], planned: list[intervals.Span], away: list[intervals.Span], due: float, out: float
) -> None:
    found = available(WEEK, stood, planned, away, at(1, "00:00"))
    assert (found.due / 3600, found.out / 3600) == (due, out)
    assert found.share == pytest.approx(1 - out / due)


def test_before_it_was_first_heard_of_and_while_nothing_was_open_nothing_is_said() -> None:
    assert available(WEEK, [], [], [], at(5, "00:00")).due == 2 * 8 * 3600
    assert available([], [], [], [], 0.0).share is None
    assert available(WEEK, [], [], [(0.0, at(30, "00:00"))], 0.0).share is None


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda both: (float(min(both)), float(max(both)))), max_size=8
)


def moments(of: intervals.Spans) -> set[int]:
    return {n for begin, end in of for n in range(int(begin), int(end))}


@given(spans, spans)
def test_spans_are_sets_of_moments(one: list[intervals.Span], other: list[intervals.Span]) -> None:
    a, b = intervals.union(one), intervals.union(other)
    assert moments(a) == moments(one)
    assert moments(intervals.both(a, b)) == moments(a) & moments(b)
    assert moments(intervals.minus(a, b)) == moments(a) - moments(b)
    for found in (a, intervals.both(a, b), intervals.minus(a, b)):
        assert all(begin < end for begin, end in found)
        assert intervals.total(found) == len(moments(found))


# --- the page ---
def test_what_happened_and_what_was_asked_stand_in_one_line_newest_first(one: Console) -> None:
    with one.store.reading() as db:
        lines = terminal.timeline(db, T, NOW - 30 * DAY, NOW, NOW)
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    told = [(line.kind, line.text) for line in lines]
    assert ("连接", "失联") in told
    assert ("设备", "凭证打印机：缺纸") in told
    assert ("命令", "重新打开设备：待发") in told
    (lost,) = (line for line in lines if line.text == "失联")
    assert lost.more == "持续 23 小时", "until it came back"


def test_the_page_says_counts_curves_notes_and_how_its_share_came_about(one: Console) -> None:
    page = one.client(Role.VIEWER).get(PAGE).text
    for said in ("大厅 12 月 3 日装修", "可用率 = 1 −", "周一至五 09:00–17:00", "凭证纸", "待确认", "看表格", "有效"):
        assert said in page
    assert re.search(r"2026-11-06</th><td class=\"number\">1</td>", page), "one case today"
    assert "<button" not in page[page.index('id="notes"') : page.index('id="tags"')], "who only looks writes nothing"


def test_a_curve_of_many_points_keeps_its_peaks() -> None:
    many = [(float(n), float(n == 7777)) for n in range(20_000)]
    few = list(terminal._thinned(many, 0.0, 20_000.0))
    assert len(few) == terminal.MOST_POINTS
    assert (7777.0, 1.0) in few


@pytest.mark.parametrize("table", ["timeline", "days", "samples", "availability"])
def test_every_table_is_there_as_csv(one: Console, table: str) -> None:
    lines = one.client().get(f"{PAGE}/{table}.csv").get_data(as_text=True).splitlines()
    assert len(lines) > 1
    assert one.client().get(f"{PAGE}/people.csv").status_code == 404


def test_another_party_s_terminal_is_none(one: Console) -> None:
    stranger = one.client(Role.OPERATOR, "langzhong")
    mark = re.search(r'name="form" value="([^"]+)"', stranger.get("/").text)
    assert mark
    for path in (PAGE, f"{PAGE}/days.csv", "/terminals/nothing"):
        assert stranger.get(path).status_code == 404
    for path in ("notes", "tags"):
        assert stranger.post(f"{PAGE}/{path}", data={"form": mark.group(1), "text": "x", "tag": "x"}).status_code == 404


def test_a_note_and_a_tag_stay_with_who_wrote_them(own: Console) -> None:
    client = own.client()
    assert client.post(f"{PAGE}/notes", data=form(client, text="钥匙在值班室")).status_code == 303
    assert client.post(f"{PAGE}/tags", data=form(client, tag="新楼")).status_code == 303
    page = client.get(PAGE).text
    assert ("钥匙在值班室" in page, "去掉标签 新楼" in page) == (True, True)
    assert client.post(f"{PAGE}/notes", data=form(client, text=" ")).status_code == 422
    assert client.post(f"{PAGE}/tags", data=form(client, tag="新楼", off="1")).status_code == 303
    assert "新楼" not in client.get(PAGE).text
    with own.store.reading() as db:
        assert [line.act for line in record.lines(db, 3)] == ["tag.remove", "tag.add", "note"]


def test_maintenance_of_its_hall_is_planned_time_of_its(own: Console) -> None:
    with own.store.transaction() as db:
        maintenance.begin(
            db, "检修", Where(terminals=(T,)), NOW - 600.0, NOW + 3600.0, "wang", "换打印机", NOW - 600.0, sites=of_known(own.known)
        )
    lines = own.client().get(f"{PAGE}/availability.csv?days=7").get_data(as_text=True).splitlines()
    assert float(lines[1].split(",")[1]) == 600.0

"""The board: every terminal as it stands, counted, filtered and in order; what staff call them by; live without asking again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.centre_db import new_database
from support.console import NOW, Console, console
from support.console_board import HALLS, KNOWN, READY, seed_board, stamp

from fleet.board import streams, tags
from fleet.board.board import Board
from fleet.board.query import SORTS, STATES, Query
from fleet.inputs import HealthIn, StateIn
from fleet.known import Known
from fleet.people import record
from fleet.people.rights import ALL, Role
from fleet.presence import Hearing
from fleet.store import Store
from mqtt.messages import Health, Left, Lost

EVERYBODY = frozenset({ALL})
HEALTH = Health(1, 7, {"printer": READY}, True, 0, None, 0, stamp(NOW))


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path, seed_board) as made:
        yield made


@pytest.fixture
def board(one: Console) -> Board:
    return Board(one.store, KNOWN, lambda: Hearing(one.since), lambda: one.now)


def ids(page: str) -> list[str]:
    return re.findall(r'<tr data-id="([^"]+)"', page)


def form(client: FlaskClient, **more: str) -> dict[str, str]:
    found = re.search(r'name="form" value="([^"]+)"', client.get("/").text)
    assert found
    return {"form": found.group(1), **more}


def test_every_number_leads_to_as_many_terminals(one: Console) -> None:
    one.store.record([StateIn("t-cd-01", Lost(v=1, bd=7), False), StateIn("t-rs-01", Left(v=1, bd=7, why="night"), False)], NOW)
    client = one.client(Role.VIEWER)
    for path in ("/", "/?party=mianzhu", "/areas", "/areas?by=version", "/areas?by=setting"):
        shown = client.get(path).text
        numbers = re.findall(r'href="(/\?[^"]*state=[^"]*)"[^>]*>(?:<span[^>]*>[^<]*</span><b>)?(\d+)', shown)
        assert numbers
        for address, number in numbers:
            assert len(ids(client.get(address.replace("&amp;", "&")).text)) == int(number), (path, address)


def test_what_is_worst_comes_first_and_every_column_sorts_both_ways(board: Board) -> None:
    order = [row.terminal for row, _ in board.view(Query(), EVERYBODY).rows]
    assert order[:2] == ["t-lz-02", "t-mz-02"], "who waits for help, then what does not serve"
    for name in SORTS:
        up, down = ([row.terminal for row, _ in board.view(Query(sort=sort), EVERYBODY).rows] for sort in (name, f"-{name}"))
        assert up == down[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("party=mianzhu", {"t-mz-01", "t-mz-02"}),
        ("text=保宁", {"t-lz-02"}),
        ("text=T-MZ 2", {"t-mz-02"}),
        ("fault=paper_out", {"t-mz-02"}),
        ("device=printer", {"t-mz-02", "t-lz-01", "t-cd-02"}),
        ("state=unknown", {"t-rs-02"}),
        ("state=paper&party=langzhong", {"t-lz-01"}),
        ("setting=window", set()),
        ("version=0.9.2&state=out", {"t-mz-02"}),
        ("label=没有的", set()),
    ],
)
def test_filters_leave_what_they_say(one: Console, query: str, found: set[str]) -> None:
    assert set(ids(one.client().get("/", query_string=dict(parse_qsl(query))).text)) == found


@given(st.dictionaries(st.sampled_from(["state", "party", "sort", "page", "text", "x"]), st.text(max_size=80)))
def test_any_address_is_read_and_a_view_s_own_address_asks_for_the_same(args: dict[str, str]) -> None:
    query = Query.read(args)
    assert Query.read(dict(parse_qsl(query.address(page=query.page)))) == query
    assert query.state in {"", *(name for name, _, _ in STATES)}


def test_a_party_s_staff_see_their_own_on_every_way_to_the_board(one: Console) -> None:
    client = one.client(Role.OPERATOR, "mianzhu")
    with one.store.transaction() as db:
        tags.add(db, ["t-lz-01"], "机密标签", "test", NOW)
    others = [(t, place) for t, (place, party) in HALLS.items() if party != "mianzhu"]
    foreign = re.compile("|".join(re.escape(word) for both in others for word in both))
    for path in ("/", "/?party=langzhong", "/areas", "/areas?by=label", "/board.csv"):
        shown = client.get(path).text
        assert not foreign.search(shown), path
        assert "机密标签" not in shown
    assert client.get("/help/t-lz-02").status_code == 405
    assert client.post("/help/t-lz-02", data=form(client, since=stamp(NOW))).status_code == 404
    assert not foreign.search(next(told(client, "/board/stream")))


def test_what_another_process_writes_is_on_the_board_at_the_next_look(one: Console, board: Board, tmp_path: Path) -> None:
    assert board.row("t-mz-01")[0].standing == ()
    with closing(Store(new_database(tmp_path / "centre.db"))) as other:
        other.record([HealthIn("t-mz-01", replace(HEALTH, serving=False))], NOW)
        assert {s.condition.code for s in board.row("t-mz-01")[0].standing} == {"out-of-service"}
        with other.transaction() as db:
            tags.add(db, ["t-mz-01"], "试点", "test", NOW)
    assert board.row("t-mz-01")[0].labels == ("pilot", "试点")


def test_while_the_centre_hears_nothing_nobody_is_called_good_or_bad(one: Console, board: Board) -> None:
    one.since = None
    found = board.view(Query(), EVERYBODY)
    assert (found.counts["unknown"], found.counts["online"], found.counts["lost"]) == (len(HALLS), 0, 0)
    assert "中心与消息服务器断开" in one.client().get("/").text
    one.since = one.now = NOW + 50.0
    assert board.view(Query(), EVERYBODY).counts["online"] == 7, "heard a moment before"
    one.since = one.now = NOW + 200.0
    assert board.view(Query(), EVERYBODY).counts["online"] == 0
    one.store.record([HealthIn("t-mz-01", replace(HEALTH, ts=stamp(one.now)))], one.now + 1.0)
    assert board.view(Query(), EVERYBODY).counts["online"] == 1, "whoever spoke since"


def test_a_tag_is_put_on_all_a_filter_leaves_by_whoever_may_steer_them(one: Console) -> None:
    client = one.client(Role.OPERATOR, "mianzhu")
    assert client.post("/board/tags", data=form(client, tag="试点", text="号机")).status_code == 303
    with one.store.reading() as db:
        assert tags.tagged(db, "试点") == {"t-mz-01", "t-mz-02"}
        assert [(line.act, line.what) for line in record.lines(db, 1)] == [("tag.add", "试点")]
    chief = one.client()
    assert set(ids(chief.get("/?label=试点").text)) == {"t-mz-01", "t-mz-02"}
    assert "试点" in chief.get("/areas?by=label").text
    assert client.post("/board/tags", data=form(client, tag="试点", off="1", fault="paper_out")).status_code == 303
    assert ids(chief.get("/?label=试点").text) == ["t-mz-01"]
    wrong = client.post("/board/tags", data=form(client, tag="<b>"))
    assert (wrong.status_code, "标签 1 至 20 个字" in wrong.text) == (422, True)
    assert one.client(Role.VIEWER).post("/board/tags", data=form(one.client(Role.VIEWER), tag="a")).status_code == 403


def test_a_view_is_an_address_with_a_name_one_s_own_or_shared_with_one_s_party(one: Console) -> None:
    mine, other = one.client(Role.OPERATOR, "mianzhu"), one.client(Role.VIEWER, "langzhong")
    chief = one.client(Role.VIEWER, ALL)
    for client, name, more in ((mine, "缺纸的", {}), (mine, "共看", {"shared": "on"}), (chief, "全省", {"shared": "on"})):
        answer = client.post("/board/views", data=form(client, name=name, state="paper", **more))
        assert (answer.status_code, answer.headers["Location"]) == (303, "/?state=paper")
    colleague = one.client(Role.VIEWER, "mianzhu")
    seen = ((mine, {"缺纸的", "共看", "全省"}), (other, {"全省"}), (chief, {"共看", "全省"}), (colleague, {"共看", "全省"}))
    for client, names in seen:
        assert set(re.findall(r'<li><a href="/\?state=paper">([^<]+)', client.get("/").text)) == names
    with one.store.reading() as db:
        (view,) = db.execute("SELECT id FROM views WHERE name = '共看'").fetchone()
    assert chief.post(f"/board/views/{view}/remove", data=form(chief)).status_code == 404
    assert mine.post(f"/board/views/{view}/remove", data=form(mine)).status_code == 303
    assert "共看" not in chief.get("/").text


def test_the_table_of_a_filter_as_csv_is_whole_and_no_formula(one: Console) -> None:
    lines = list(csv.DictReader(io.StringIO(one.client().get("/board.csv?state=paper").get_data(as_text=True).removeprefix("﻿"))))
    assert {line["终端"] for line in lines} == {"t-mz-02", "t-lz-01"}
    assert {line["情况"] for line in lines} == {"暂停服务；凭证打印机：缺纸", "凭证打印机：纸将用尽"} or len(lines) == 2
    named = Console(one.store, known=Known({"t-1": "=1+1"}, {}, {}))
    named._cookies.update(one._cookies)
    assert "'=1+1" in named.client().get("/board.csv").text


# --- live ---
def told(client: FlaskClient, path: str) -> Iterator[str]:
    """What a stream says of the board, one event after the other."""
    answer = client.get(path, buffered=False)
    assert answer.mimetype == "text/event-stream"
    parts = (part.decode() if isinstance(part, bytes) else str(part) for part in answer.response)
    return (text for text in parts if text.startswith("event: board"))


def data(event: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(event.split("data: ", 1)[1].split("\n", 1)[0])
    return found


def test_a_stream_tells_only_what_is_different_from_what_the_browser_has(one: Console) -> None:
    client = one.client()
    seen = re.search(r'data-seen="(\w+)"', client.get("/").text)
    assert seen
    events = told(client, f"/board/stream?seen={seen.group(1)}")
    one.store.record([HealthIn("t-mz-01", replace(HEALTH, serving=False))], NOW)
    first = data(next(events))
    assert set(first["rows"]) >= {"t-mz-01"}
    one.store.record([HealthIn("t-mz-01", replace(HEALTH, serving=True))], NOW)
    second = data(next(events))
    assert set(second["rows"]) == {"t-mz-01"}
    assert "暂停服务" not in second["rows"]["t-mz-01"]
    assert set(second["parts"]) == {"tiles"}
    assert len(second["order"]) == len(HALLS)


def test_who_opens_many_streams_loses_the_oldest_and_a_centre_that_stops_ends_all(one: Console) -> None:
    client = one.client()
    opened = [told(client, "/board/stream") for _ in range(streams.OF_ONE + 1)]
    assert list(opened[0]) == []
    for events in opened[1:]:
        next(events)
    one.streams.stop()
    for events in opened[1:]:
        assert list(events) == []

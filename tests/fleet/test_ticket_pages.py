"""Tickets for bad ratings at the console: who sees and does what, and that the rated unit never learns who gave the rating."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from support.console import NOW, Console, console
from support.console_tickets import DIGEST, NAME, PHONE, TEXT, bad, seed_tickets
from support.programs import program
from support.tickets import SAID

from fleet.people import record
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role
from fleet.tickets import ledger

CASE = "chengdu2611K9999"


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Console]:
    with console(tmp_path, lambda _store, _now: None) as made:
        yield made


def handler(one: Console, party: str = "mianzhu") -> FlaskClient:
    return one.client(Role.TICKET_HANDLER, party)


def follower(one: Console) -> FlaskClient:
    return one.client(Role.FOLLOW_UP)


def do(client: FlaskClient, number: int, side: str, way: str, **fields: str) -> int:
    page = client.get(f"/tickets/{number}{'/appeal' if way.startswith('appeal') else ''}").text
    form, after = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("form", "after"))
    form = form or re.search(r'name="form" value="([^"]+)"', client.get("/tickets").text)
    assert form
    given = {"form": form.group(1), "after": after.group(1) if after else "0", **fields}
    return client.post(f"/tickets/{number}/{side}/{way}", data=given).status_code


def opening(client: FlaskClient, number: int, what: str, **fields: str) -> tuple[int, str]:
    form = re.search(r'name="form" value="([^"]+)"', client.get("/tickets").text)
    assert form
    answer = client.post(f"/tickets/{number}/{what}", data={"form": form.group(1), **fields})
    return answer.status_code, answer.text


def lines(one: Console) -> list[tuple[str, str]]:
    with one.store.reading() as db:
        return [(line.act, line.why) for line in record.lines(db) if line.act.startswith("ticket.")][::-1]


def test_a_bad_rating_with_words_and_a_name_is_acknowledged_mended_called_back_and_closed(one: Console) -> None:
    number = bad(one.store, CASE, NOW, named=True)
    unit, centre = handler(one), follower(one)
    assert "差评 2026-00001" in unit.get("/tickets").text, "it is the unit's turn"
    assert do(unit, number, "unit", "acknowledged") == 303
    status, page = opening(unit, number, "words")
    assert (status, TEXT in page, NAME in page, PHONE in page) == (200, True, False, False)
    assert do(unit, number, "unit", "answered", outcome="fix", said=SAID) == 303
    assert do(unit, number, "unit", "rectified", said="增开一个窗口，早上多叫一轮号") == 303
    assert do(centre, number, "centre", "closed") == 422, "who left a name is called first"
    status, page = opening(centre, number, "contact", why="回访差评处理结果")
    assert (status, NAME in page, PHONE in page) == (200, True, True)
    assert NAME not in centre.get(f"/tickets/{number}").text, "shown once, not kept on the page"
    assert do(centre, number, "centre", "called_back", reached="reached", satisfaction="fairly") == 303
    assert do(centre, number, "centre", "closed") == 303
    page = unit.get(f"/tickets/{number}").text
    assert ("已办结" in page, "基本满意" in page, "打通" in page) == (True, True, False)
    acts = [act for act, _ in lines(one)]
    assert acts == [
        "ticket.acknowledged",
        "ticket.read-words",
        "ticket.answered",
        "ticket.rectified",
        "ticket.read-contact",
        "ticket.called_back",
        "ticket.closed",
    ]
    assert ("ticket.read-contact", "回访差评处理结果") in lines(one)


def test_an_appeal_is_upheld_by_somebody_else_and_the_rating_stays(one: Console) -> None:
    number = bad(one.store, CASE, NOW)
    unit = handler(one)
    assert "申诉" in unit.get(f"/tickets/{number}/appeal").text
    assert do(unit, number, "unit", "appealed", ground="mistaken", said="当天窗口没有受理这一事项") == 303
    assert do(unit, number, "unit", "appeal_decided", upheld="yes", said="同意") == 404
    both = one.app.test_client()
    both.set_cookie(COOKIE, one.cookie(Grant(Role.TICKET_HANDLER, "mianzhu"), Grant(Role.FOLLOW_UP, ALL)))
    assert do(both, number, "centre", "appeal_decided", upheld="yes", said="同意") == 403, "who could have handled it"
    centre = follower(one)
    assert "当天窗口没有受理这一事项" in centre.get(f"/tickets/{number}/appeal").text
    assert do(centre, number, "centre", "appeal_decided", upheld="yes", said="调取记录，属实") == 303
    with one.store.reading() as db:
        assert ledger.read(db, number).state == "excluded"
        assert db.execute("SELECT count(*) FROM ratings WHERE level = 2").fetchone()[0] == 1


def test_the_rated_unit_reads_neither_case_nor_hour_nor_contact_nor_whether_somebody_is_called(one: Console) -> None:
    numbers = [bad(one.store, f"{CASE}{named}", NOW, named=named, words=DIGEST) for named in (False, True)]
    unit = handler(one)
    pages = set()
    for number in numbers:
        assert do(unit, number, "unit", "acknowledged") == 303
        assert do(unit, number, "unit", "answered", outcome="no_basis", said=SAID) == 303
        assert opening(unit, number, "contact", why="想知道是谁")[0] == 403
        page = unit.get(f"/tickets/{number}").text
        for hidden in (CASE, NAME, PHONE, DIGEST, "实名", "匿名", "回访", "t-mz-01", "绵竹市政务服务中心 1 号机"):
            assert hidden not in page, hidden
        timeline = page[page.index('<ol class="timeline">') :]
        assert re.search(r"<li><time>\d{4}-\d\d-\d\d</time>", timeline), "the day it came, and no hour"
        pages.add(re.sub(r"2026-0000\d|/tickets/\d", "", page))
    assert len(pages) == 1, "whether somebody left a name makes no difference"
    assert "回访" in follower(one).get(f"/tickets/{numbers[1]}").text


def test_nor_does_a_ticket_that_comes_back_tell_the_unit_that_somebody_was_called(one: Console) -> None:
    pages = set()
    for named in (False, True):
        number = bad(one.store, f"{CASE}{named}", NOW, named=named, words=DIGEST)
        unit, centre = handler(one), follower(one)
        assert do(unit, number, "unit", "acknowledged") == 303
        assert do(unit, number, "unit", "answered", outcome="no_basis", said=SAID) == 303
        if named:
            assert do(centre, number, "centre", "called_back", reached="not_reached") == 303
        assert do(centre, number, "centre", "sent_back", said="没有说明依据是哪一条") == 303
        pages.add(re.sub(r"2026-0000\d|/tickets/\d", "", unit.get(f"/tickets/{number}").text))
        assert do(unit, number, "unit", "rectified", said="补充说明了依据") == 303
    assert len(pages) == 1


def test_another_partys_ticket_is_not_there(one: Console) -> None:
    number = bad(one.store, CASE, NOW, party="langzhong")
    unit = handler(one)
    assert "2026-00001" not in unit.get("/tickets?view=all").text
    for path in ("", "/appeal"):
        assert unit.get(f"/tickets/{number}{path}").status_code == 404
    form = re.search(r'name="form" value="([^"]+)"', unit.get("/tickets").text)
    assert form
    for path in ("unit/acknowledged", "words"):
        assert unit.post(f"/tickets/{number}/{path}", data={"form": form.group(1), "after": "0"}).status_code == 404
    assert "2026-00001" not in unit.get("/tickets.csv").text


def test_what_is_typed_is_said_back_where_it_is_refused_and_nothing_is_written(one: Console) -> None:
    number = bad(one.store, CASE, NOW)
    unit = handler(one)
    assert do(unit, number, "unit", "acknowledged") == 303
    page = unit.get(f"/tickets/{number}").text
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form
    typed = "联系了申请人，电话 13800001234"
    given = {"form": form.group(1), "after": "1", "outcome": "complex", "said": typed}
    answer = unit.post(f"/tickets/{number}/unit/answered", data=given)
    assert (answer.status_code, "像电话" in answer.text, typed in answer.text) == (422, True, True)
    assert 'value="complex" required checked' in answer.text
    stale = unit.post(f"/tickets/{number}/unit/answered", data={**given, "said": SAID, "after": "0"})
    assert (stale.status_code, "别人刚办过" in stale.text) == (409, True)
    for wrong in ({"outcome": "ignore"}, {"said": ""}, {"said": "太" * 301}):
        assert unit.post(f"/tickets/{number}/unit/answered", data={**given, "said": SAID, **wrong}).status_code == 422
    with one.store.reading() as db:
        assert ledger.read(db, number).position == 1


def test_without_the_key_or_before_the_words_have_come_it_is_said_so_and_nothing_is_recorded(one: Console, tmp_path: Path) -> None:
    number = bad(one.store, CASE, NOW, named=True, words="a" * 64)
    unit = handler(one)
    assert "还在从终端传来的路上" in opening(unit, number, "words")[1]
    (tmp_path / "documents" / "aa").mkdir(parents=True)
    (tmp_path / "documents" / "aa" / ("a" * 64)).write_bytes(b"tongban-sealed/1 age-x25519 somebody-else\nxxx")
    assert "打不开" in opening(unit, number, "words")[1]
    assert lines(one) == []


def test_the_list_is_due_first_counts_lead_to_lists_and_filters_narrow(tmp_path: Path) -> None:
    with console(tmp_path, seed_tickets) as one:
        unit = handler(one, ALL)
        page = unit.get("/tickets?view=open").text
        due = re.findall(r"(?:期限内|到期|已超期)</span> <time>([0-9-]+)", page)
        assert due == sorted(due)
        assert len(due) > 10
        for view, count in re.findall(r'href="/tickets\?view=([a-z]+)"[^>]*>(?:<span[^>]*>[^<]*</span>)?<b>(\d+)</b>', page):
            listed = unit.get(f"/tickets?view={view}").text
            assert listed.count('<th scope="row">') == int(count), view
        narrow = unit.get("/tickets?view=all&party=mianzhu&side=home&state=open").text
        assert set(re.findall(r"<td>(\S+市|\S+县)</td>", narrow)) <= {"绵竹市"}
        assert unit.get("/tickets?view=none").status_code == 400


def test_the_ledger_names_nobody_and_is_the_same_as_csv_and_as_excel(tmp_path: Path) -> None:
    with console(tmp_path, seed_tickets) as one:
        unit, centre = handler(one, ALL), follower(one)
        text = unit.get("/tickets.csv").get_data().decode("utf-8-sig")
        book = zipfile.ZipFile(io.BytesIO(unit.get("/tickets.xlsx").get_data()))
        shown = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        for hidden in ("chengdu2611K", NAME, PHONE, DIGEST, SAID, TEXT, "chen", "t-mz-01"):
            assert hidden not in text, hidden
            assert hidden not in shown, hidden
        rows = text.splitlines()
        assert rows[0].startswith("工单,收到日期,签约方")
        assert sum(row.startswith("差评 2026-") for row in rows) == 24
        assert all(row.split(",")[0] in shown for row in rows[1:25])
        assert ("实名" in rows[0], "实名" in centre.get("/tickets.csv").text.splitlines()[0]) == (False, True)


def test_a_program_does_what_its_owner_may_and_is_nobody_else(one: Console) -> None:
    """The same acts under the same rules; neither words nor contact are to be had, and a token does not make a second person."""
    number = bad(one.store, CASE, NOW, named=True)
    unit = program(one.app, one.store, NOW, Role.TICKET_HANDLER, "mianzhu")
    centre = program(one.app, one.store, NOW, Role.FOLLOW_UP)
    other = program(one.app, one.store, NOW, Role.TICKET_HANDLER, "langzhong")
    assert [line["ticket"] for line in unit.get("/tickets")["items"]] == [number]
    assert other.get("/tickets?view=all")["items"] == []
    told = {"do": "acknowledged", "after": 0, "why": "签收"}
    assert other.ask("POST", f"/tickets/{number}/unit", told)[0] == 404
    assert centre.ask("POST", f"/tickets/{number}/unit", told)[0] == 403
    assert unit.ask("POST", f"/tickets/{number}/unit", told) == (200, {"ticket": number, "state": "acknowledged", "after": 1})
    stale = unit.ask("POST", f"/tickets/{number}/unit", {**told, "do": "answered", "outcome": "fix"})
    assert (stale[0], stale[1]["type"]) == (409, "urn:tongban:ticket-refused")
    assert unit.ask("POST", f"/tickets/{number}/unit", {**told, "after": 1, "do": "appealed", "ground": "mistaken"})[0] == 200
    decided = {"do": "appeal_decided", "after": 2, "why": "属实", "upheld": False}
    assert centre.ask("POST", f"/tickets/{number}/centre", decided)[1]["state"] == "acknowledged"
    everything = str([centre.get("/tickets?view=all"), centre.get(f"/tickets/{number}"), centre.get("/statistics")])
    for hidden in (CASE, NAME, PHONE, TEXT, DIGEST):
        assert hidden not in everything

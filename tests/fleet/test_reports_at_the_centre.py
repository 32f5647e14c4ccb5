"""Reports are read from counts: the same as counting everything, made again without a change, scoped, and with nobody in them."""

from __future__ import annotations

import csv
import io
import random
import re
import sqlite3
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.cases import act_of
from support.casework import Casework
from support.centre_db import database_lines, new_database, sqlite_only
from support.console import NOW, Console, console
from support.console_reports import seed_reports
from support.console_tickets import seed_tickets
from support.fleet import rating
from support.programs import program

from domain.case import acts
from fleet.people.rights import Role
from fleet.reports import making, ratings, reading
from fleet.reports.counting import STEPS, bucket, duration
from fleet.reports.periods import Range, begins, day_of, preset
from fleet.reports.reading import Question
from fleet.reports.sheet import Sheet, written
from fleet.store import Store
from kiosk.cli import main

TABLES = ("report_cases", "report_places", "report_terminals", "report_steps", "report_terms", "report_ratings")
TODAY = day_of(NOW)
YEAR = preset("12m", TODAY)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Not changed by the tests that use it."""
    with console(tmp_path_factory.mktemp("reports"), seed_tickets, seed_reports) as made:
        yield made


def counts(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as db:
        return {table: sorted(tuple(row) for row in db.execute(f"SELECT * FROM {table}")) for table in TABLES}


@pytest.mark.parametrize("by", list(reading.BY))
def test_any_range_by_any_word_is_what_counting_every_case_gives(one: Console, by: str) -> None:
    draw = random.Random(by)
    with one.store.reading() as db:
        rows = db.execute("SELECT home, intake, item, received FROM cases").fetchall()
        names = reading.items(db)
        for _ in range(8):
            days = sorted(draw.sample(range(100), 2))
            span = Range(date.fromordinal(TODAY.toordinal() - days[1]), date.fromordinal(TODAY.toordinal() - days[0]))
            side = draw.choice(list(reading.SIDES))
            only = draw.choice([None, frozenset({"mianzhu"}), frozenset({"langzhong", "chengdu"})])
            table = reading.cases(db, Question(span, side, only=only), by, {})
            wanted: Counter[str] = Counter()
            for row in rows:
                day = day_of(row["received"])
                if span.first <= day <= span.last and (only is None or row[side] in only):
                    wanted[{"item": names[row["item"]], "party": row[side], "day": str(day), "month": str(day)[:7]}[by]] += 1
            assert {row[0]: row[1] for row in table.rows if row[1]} == dict(wanted)
            assert (table.total or ("", 0))[1] == sum(wanted.values())


def test_making_it_again_changes_nothing_from_wherever_it_is_made_again(one: Console) -> None:
    before = counts(one.store)
    assert all(before.values())
    for since in (TODAY, date(2026, 10, 15), date(2026, 8, 1)):
        with one.store.transaction() as db:  # as if it had been counted wrongly
            db.execute("UPDATE report_cases SET taken = taken + 1 WHERE at >= ?", (str(since)[:7],))
            db.execute("DELETE FROM report_steps WHERE at >= ?", (str(since)[:7],))
        assert counts(one.store) != before
        making.forget(one.store, since.replace(day=1))
        making.refresh(one.store, NOW)
        assert counts(one.store) == before
    making.refresh(one.store, NOW, months=False)
    assert counts(one.store) == before


def test_day_by_day_gives_what_all_at_once_gives(tmp_path: Path) -> None:
    with console(tmp_path / "a", lambda _s, _n: None) as slowly, console(tmp_path / "b", lambda _s, _n: None) as at_once:
        for made in (slowly, at_once):
            seed_reports(made.store, NOW, cases=60, days=50)
            with made.store.transaction() as db:
                for table in (*TABLES, "report_made", "report_items"):
                    db.execute(f"DELETE FROM {table}")
        for ago in range(50, -1, -2):
            making.refresh(slowly.store, NOW - ago * 86400.0)
        making.refresh(at_once.store, NOW)
        assert counts(slowly.store) == counts(at_once.store)


def test_half_and_nine_tenths_are_within_a_twentieth_of_what_they_are(one: Console) -> None:
    with one.store.reading() as db:
        table = reading.times(db, Question(YEAR))
        for step, kinds in STEPS.items():
            took = sorted(
                row[0]
                for kind in kinds
                for row in db.execute(
                    "SELECT a.received - c.received FROM acts a JOIN cases c USING (number) WHERE kind = ?", (kind,)
                )
            )
            shown = next((row for row in table.rows if row[0] == reading.STEP_WORDS[step]), None)
            assert (shown is None) == (not took), step
            if shown is None:
                continue
            assert shown[1] == len(took)
            for place, part in ((2, 0.5), (3, 0.9)):
                exact = took[min(len(took) - 1, max(0, -(-int(part * 1000 * len(took)) // 1000) - 1))] / 86400
                assert abs(float(str(shown[place])) - exact) <= 0.05 * exact + 0.06, (step, part)


def test_a_bucket_is_right_to_a_twentieth() -> None:
    for seconds in (61.0, 3600.0, 86400.0 * 3.7, 86400.0 * 400):
        assert abs(duration(bucket(seconds)) - seconds) / seconds < 0.05
    assert bucket(-5.0) == bucket(0.0) == 0, "a clock that was set back"


def test_a_rating_that_comes_late_is_the_services_months_and_what_nobody_rated_stays_unrated(tmp_path: Path) -> None:
    centre = Casework(tmp_path)
    first, silent = centre.take(), centre.take()
    with centre.store.transaction() as db:  # two months ago
        db.execute("UPDATE cases SET received = received - 5270400")
    at = centre_now(centre)
    making.refresh(centre.store, at)
    assert rated(centre, at) == {("intake", "ratable"): 2, ("intake", "rated"): 0}
    centre.tell(rating(first, 4))
    making.refresh(centre.store, at)
    found = rated(centre, at)
    assert (found["intake", "ratable"], found["intake", "rated"]) == (2, 1), silent
    assert sum(count for (_, what), count in found.items() if what in ("l5", "l4", "l3", "l2", "l1")) == 1
    centre.close()


def centre_now(centre: Casework) -> float:
    with centre.store.reading() as db:
        return float(db.execute("SELECT max(received) FROM cases").fetchone()[0]) + 5270400 + 60


def rated(centre: Casework, _at: float) -> dict[tuple[str, str], int]:
    with centre.store.reading() as db:
        rows = db.execute("SELECT * FROM report_ratings").fetchall()
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for what in ("ratable", "rated", "l5", "l4", "l3", "l2", "l1"):
            if row[what] or what in ("ratable", "rated"):
                found[row["of"], what] += row[what]
    return dict(found)


def test_a_term_that_an_act_ends_is_kept_or_missed_and_one_of_a_withdrawn_case_neither(tmp_path: Path) -> None:
    centre = Casework(tmp_path)
    kept, withdrawn = centre.take(terms=None), centre.take(terms=None)
    now = centre_now(centre) - 5270400
    with centre.store.transaction() as db:
        for case, kinds in ((kept, (acts.Prechecked, acts.Dispatched, acts.Accepted)), (withdrawn, (acts.Withdrawn,))):
            for kind in kinds:
                centre.store.ledger.write(db, case, act_of(kind, datetime_of(now)), now)
        before = {row[0] for row in db.execute("SELECT DISTINCT number FROM ended_terms")}
        late = now + 90 * 86400.0
        centre.store.ledger.write(db, kept, act_of(acts.Decided, datetime_of(late)), late)
        ended = {row[0]: row[1] for row in db.execute("SELECT term, kept FROM ended_terms WHERE number = ?", (kept,))}
    assert before == {kept}
    assert ended["notice_arrival"] == 1
    assert ended["legal"] == 0, "twenty working days are over"
    centre.close()


def datetime_of(seconds: float):  # type: ignore[no-untyped-def]
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)


def test_a_partys_staff_see_their_own_cases_and_ratings_of_months_that_are_over(one: Console) -> None:
    ours = one.client(Role.VIEWER, "mianzhu")
    page = ours.get("/reports/cases?by=party&preset=12m").text
    assert ("绵竹市" in page, "阆中市" in page) == (True, False)
    assert ours.get("/reports/cases?party=langzhong").status_code == 404
    assert ours.get("/statistics?party=langzhong").status_code == 404
    terminals = ours.get("/reports/terminals").text
    assert ("t-mz-01" in terminals, "t-lz-01" in terminals) == (True, False)
    assert "2026-11" not in re.findall(r'name="to" value="([^"]+)"', ours.get("/statistics?from=2026-11&to=2026-11").text)
    newest = [ratings.newest_month(TODAY, whose) for whose in (frozenset({"mianzhu"}), None)]
    assert newest == ["2026-10", "2026-11"]


@pytest.mark.parametrize(
    "path", ["/reports/cases?by=day", "/reports/places", "/reports/times", "/reports/terminals", "/statistics"]
)
def test_the_table_is_the_same_on_the_page_as_csv_and_as_excel(one: Console, path: str) -> None:
    client = one.client(Role.VIEWER)
    page = client.get(path).text
    tab, _, query = path.partition("?")
    head, *rows = csv.reader(io.StringIO(client.get(f"{tab}.csv?{query}").get_data().decode("utf-8-sig")))
    book = zipfile.ZipFile(io.BytesIO(client.get(f"{tab}.xlsx?{query}").get_data()))
    strings = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    for word in head:
        assert f">{word}" in page, word
        assert word in strings
    for row in rows[: rows.index([])]:
        assert f">{row[0]}</t" in page or row[0] == "合计"
        assert row[0] in strings


def test_a_column_sorts_and_the_address_says_so(one: Console) -> None:
    client = one.client(Role.VIEWER)
    for sort, order in (("-taken", True), ("taken", False)):
        page = client.get(f"/reports/cases?by=item&preset=12m&sort={sort}").text
        body = page[page.index("<tbody>") : page.index("</tbody>")]
        first = [int(row.split("</td>")[0]) for row in re.findall(r'<td class="number">(\d+</td>)', body)][::6]
        assert first == sorted(first, reverse=order)
        assert f'aria-sort="{"descending" if order else "ascending"}"' in page
    assert client.get("/reports/cases?sort=nothing").status_code == 200
    assert client.get("/reports/cases?by=nothing").status_code == 404
    assert "起始日期在结束日期之后" in client.get("/reports/cases?from=2026-11-02&to=2026-11-01").text


def test_no_cell_is_a_formula() -> None:
    evil = ['=HYPERLINK("http://x")', "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1"]
    sheet = Sheet("表[1]", ["事项", "数"], [(text, 3) for text in evil])
    rows = list(csv.reader(io.StringIO(written(sheet, "csv").decode("utf-8-sig"))))[1:]
    assert [row[0] for row in rows] == [f"'{text}" for text in evil]
    book = zipfile.ZipFile(io.BytesIO(written(sheet, "xlsx")))
    page = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("<f>" in page, "hyperlink" in page.lower()) == (False, False)
    assert "<v>3</v>" in page


def test_nothing_of_the_counts_is_of_a_case_or_a_rater(one: Console) -> None:
    with one.store.reading() as db:
        numbers = [row[0] for row in db.execute("SELECT number FROM cases UNION SELECT number FROM ratings")]
        held = "".join(str(tuple(row)) for table in TABLES for row in db.execute(f"SELECT * FROM {table}"))
    assert not any(number in held for number in numbers)


def test_a_month_with_few_ratings_is_not_broken_down(tmp_path: Path) -> None:
    with console(tmp_path, lambda store, now: seed_reports(store, now, cases=4, days=3)) as few:
        page = few.client(Role.VIEWER).get("/statistics?by=item").text
        assert "评价少于 5 条，不分列" in page
        assert "离职提取住房公积金</th>" not in page
        assert "评价太少，不展开" in page


@sqlite_only
def test_it_is_read_without_touching_the_cases(one: Console) -> None:
    """Whatever lies behind it: no report looks at a table of single cases, but for names of what is on its way to be settled."""
    seen: list[str] = []

    def look(action: int, table: str | None, *_more: object) -> int:
        if action == sqlite3.SQLITE_READ and table:
            seen.append(table)
        return sqlite3.SQLITE_OK

    with one.store.reading() as db:
        db.set_authorizer(look)
        for by in reading.BY:
            reading.cases(db, Question(YEAR), by, {})
        reading.times(db, Question(YEAR))
        reading.times_by_item(db, Question(YEAR), "decided", {})
        reading.terms(db, Question(YEAR))
        reading.places(db, Question(YEAR), {})
        reading.terminals(db, Question(YEAR), {})
    assert {table for table in seen if not table.startswith("report_")} <= {"", "json_each", "sqlite_master"}


def test_the_days_bounds_are_chinas(tmp_path: Path) -> None:
    with console(tmp_path, lambda _s, _n: None) as made:
        seed_reports(made.store, NOW, cases=1, days=2)
        midnight = begins(TODAY)
        with made.store.transaction() as db:
            db.execute("UPDATE cases SET received = ?", (midnight - 0.5,))
        making.forget(made.store, date(2026, 1, 1))
        making.refresh(made.store, NOW)
        with made.store.reading() as db:
            days = [row[0] for row in db.execute("SELECT DISTINCT at FROM report_places WHERE grain = 'day'")]
    assert days == [str(date.fromordinal(TODAY.toordinal() - 1))]


def test_they_are_counted_again_at_the_command_line(tmp_path: Path) -> None:
    now = time.time()
    with console(tmp_path, lambda _s, _n: None) as made:
        seed_reports(made.store, now, cases=5, days=3)
        with made.store.transaction() as db:
            db.execute("UPDATE report_cases SET taken = 1000")
    settings = tmp_path / "centre.toml"
    parts = (
        f'data = "{tmp_path}"',
        "[authority]",
        f'folder = "{tmp_path}"',
        "[broker]",
        "[api]",
        "port = 0",
        "[console]",
        "port = 0",
        database_lines(tmp_path / "centre.db"),
    )
    settings.write_text("\n".join(parts), "utf-8")
    told = CliRunner().invoke(main, ["centre", "recount", str(settings), "--since", str(day_of(now - 5 * 86400.0))])
    assert (told.exit_code, told.output) == (0, "统计好了。\n")
    with closing(Store(new_database(tmp_path / "centre.db"))) as store, store.reading() as db:
        assert db.execute("SELECT sum(taken) FROM report_cases WHERE side = 'home' AND item != ''").fetchone()[0] == 5


def test_a_program_reads_the_same_and_only_what_its_owner_may(one: Console) -> None:
    ours = program(one.app, one.store, NOW, Role.VIEWER, "mianzhu")
    told = ours.get("/reports/cases?by=party&first=2025-12-01&last=2026-11-06")
    with one.store.reading() as db:
        shown = reading.cases(db, Question(YEAR, only=frozenset({"mianzhu"})), "party", {"mianzhu": "绵竹市"})
    assert told["rows"] == [list(row) for row in shown.rows]
    assert {row[0] for row in told["rows"]} == {"绵竹市"}
    assert ours.get("/reports/times?first=2026-08-01")["rows"][0][0] == "预审"
    assert ours.get("/reports/terms")["columns"][0]["word"] == "期限"
    assert ours.ask("GET", "/reports/cases?first=2026-11-02&last=2026-11-01")[0] == 422


def test_it_stops_between_two_days_and_goes_on_there(tmp_path: Path) -> None:
    with console(tmp_path, lambda _s, _n: None) as made:
        seed_reports(made.store, NOW, cases=20, days=9)
        whole = counts(made.store)
        making.forget(made.store, date(2026, 10, 1))
        with made.store.transaction() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")
        looks = iter([False, False, True])
        making.refresh(made.store, NOW, ended=lambda: next(looks))
        assert counts(made.store) != whole
        making.refresh(made.store, NOW)
        assert counts(made.store) == whole

"""kill -9 of the terminal, the broker away, the centre away: every case arrives, once, and nothing is claimed that is not known."""

from __future__ import annotations

from pathlib import Path

from support.citizen import Citizen, Upstream
from support.hall import hall, until


def test_killed_while_the_receipt_prints_the_case_arrives_once_and_the_question_is_asked_honestly(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        citizen = Citizen(one).submitted()
        until(lambda: one.rig.printer().papers(), "the paper moves")
        one.kill("terminal")
        one.rig.clear()
        one.start("terminal")
        citizen.glass.see("receipt")
        assert "机器不能确定凭证有没有打出来" in citizen.glass.html
        citizen.glass.do("print-again")
        citizen.took_receipt()
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT 1 FROM receipts WHERE outcome = 'printed' AND attempt = 2"), "the copy")
        assert upstream.rows("SELECT count(*) FROM cases") == [(1,)]
        assert upstream.rows("SELECT outcome FROM receipts WHERE attempt = 1") == [("uncertain",)]


def test_killed_right_after_the_tap_on_submit_there_is_one_case_and_one_receipt(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        citizen = Citizen(one).reviewed()
        citizen.glass.do("submit")
        one.kill("terminal")
        one.start("terminal")
        until(lambda: citizen.glass.look() in ("receipt", "rating"), "the citizen's place")
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT 1 FROM receipts WHERE outcome = 'printed'"), "the receipt")
        assert upstream.rows("SELECT count(*) FROM cases") == [(1,)]
        assert len([p for p in one.rig.printer().papers() if p.cut and p.height_mm > 100]) == 1


def test_a_visit_while_the_broker_is_down_arrives_later_and_once(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        one.kill("broker")
        citizen = Citizen(one).submitted().took_receipt()
        citizen.glass.do("rate", level="4").do("give-reason")
        citizen.left()
        upstream = Upstream(one)
        assert upstream.rows("SELECT count(*) FROM cases") == [(0,)]
        one.kill("terminal")
        one.start("broker", "terminal")
        until(lambda: upstream.rows("SELECT 1 FROM ratings"), "the rating")
        assert upstream.rows("SELECT count(*) FROM cases") == [(1,)]
        assert upstream.rows("SELECT level FROM ratings") == [(4,)]
        until(lambda: len(upstream.rows("SELECT 1 FROM documents")) == 3, "case, page and form")
        pages = one.layout.base / "terminal" / "pages"
        until(lambda: not list(pages.glob("*/*")), "the terminal's copies freed")


def test_a_centre_that_was_away_gets_everything_when_it_is_back(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        one.kill("centre")
        Citizen(one).submitted().took_receipt()
        one.start("centre")
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT 1 FROM cases"), "the case")
        until(lambda: len(upstream.rows("SELECT 1 FROM documents")) == 3, "case, page and form")
        assert upstream.rows("SELECT count(*) FROM cases") == [(1,)]

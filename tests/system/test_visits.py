"""Whole visits against real ttys, a real printer's bytes, a real broker, the centre and two desks."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import zxingcpp
from PIL import Image
from support.citizen import ANSWERS, SIGNATURE, Citizen, Upstream
from support.clerk_browser import ClerkBrowser
from support.hall import Hall, until

from domain.case import number


@pytest.fixture
def hall(quiet_hall: Hall) -> Iterator[Hall]:
    yield quiet_hall
    quiet_hall.rig.clear()
    quiet_hall.rig.printer().tear()
    quiet_hall.rig.reader().lift()
    quiet_hall.rig.reader("smartcard").lift()
    quiet_hall.rig.camera().clear_desk()
    if quiet_hall.glass().look() != "welcome":
        quiet_hall.glass().do("end").see("welcome")


def picture(hall: Hall) -> Image.Image:
    import io

    printer = hall.rig.printer()
    return Image.open(io.BytesIO(printer.png(printer.papers()[-1].n)))


def open_at(hall: Hall, desk: str, case: str) -> httpx.Response:
    return hall.clerk(desk).post(f"/cases/{case}/open", data={"reason": "核对材料"})


def test_a_visit_ends_with_a_receipt_a_rating_and_a_case_only_its_home_desk_can_open(hall: Hall) -> None:
    citizen = Citizen(hall).submitted().took_receipt()
    (code,) = zxingcpp.read_barcodes(picture(hall))
    citizen.glass.do("rate", level="5").do("give-reason")
    assert citizen.glass.screen == "farewell"
    citizen.left()

    upstream = Upstream(hall)
    ((case, home, token),) = until(lambda: upstream.rows("SELECT number, home, token FROM cases"), "the case at the centre")  # type: ignore[misc]
    assert number.valid(str(case))
    assert home == "demo-jia"
    assert code.text.endswith(f"/{token}")
    asked = httpx.get(code.text)
    assert asked.status_code == 200
    assert str(case) in asked.text
    assert httpx.get(code.text + "x").status_code == 404
    until(lambda: upstream.rows("SELECT 1 FROM ratings WHERE level = 5"), "the rating")
    until(lambda: len(upstream.rows("SELECT 1 FROM documents")) == 3, "case, page and form, stored and checked")

    opened = open_at(hall, "desk-demo-jia", str(case))
    assert opened.status_code == 200
    assert "刘试安" in opened.text
    (page,) = re.findall(r'src="(/[^"]*pages?/[^"]+)"', opened.text)[:1]
    desk = hall.clerk("desk-demo-jia")
    jpeg = desk.get(page)
    assert jpeg.content.startswith(b"\xff\xd8\xff")
    (form,) = re.findall(r'href="(/[^"]*pages?/[^"]+)" target="_blank">打开《', opened.text)
    pdf = desk.get(form).content
    assert "刘试安" in subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()

    fine = dict.fromkeys(re.findall(r'name="(ok-[^"]+)"', opened.text), "1")
    draft = desk.post(f"{opened.url.path}/review", data={"end": "acceptance", **fine})
    assert "受理通知书" in draft.text
    sent = desk.post(draft.url.path, data={"reason": "材料齐全"}).text
    assert "已送到中心" in sent, re.findall(r"alert.>(.*?)<", sent)
    assert upstream.rows("SELECT kind FROM acts") == [("accepted",)]

    assert "刘试安" not in hall.console()
    assert str(case) in hall.console().replace(" ", "")
    assert open_at(hall, "desk-demo-qi", str(case)).status_code == 404


@pytest.mark.parametrize("card", ["social-2", "social-3"])
def test_a_social_security_card_is_told_apart_from_an_identity_card_and_nothing_of_it_is_kept(hall: Hall, card: str) -> None:
    citizen = Citizen(hall)
    citizen.glass.see("welcome").do("begin").do("choose-place", party=citizen.home)
    citizen.glass.do("choose-item", item="MED-REMOTE").do("choose-situation", situation="MED-2")
    citizen.glass.do("choose-channel", channel="here").do("next").do("agree")
    hall.rig.reader("smartcard").lay(card)
    until(lambda: citizen.glass.look() == "card" and "这是社会保障卡" in citizen.glass.html, "told what card it is")
    assert "居民身份证" in citizen.glass.html
    assert "刘试安" not in citizen.glass.html
    hall.rig.reader("smartcard").lift()
    hall.rig.reader().lay("liu")
    citizen.glass.see("identity").do("end").see("welcome")


def test_a_second_visit_works_and_shows_nothing_of_the_first(hall: Hall) -> None:
    first = Citizen(hall, card="liu").scanned()
    first.glass.do("end").see("welcome")
    assert hall.glass().see("welcome").html.count("刘") == 0
    second = Citizen(hall, card="chen", home="demo-qi").submitted().took_receipt()
    assert "刘" not in second.glass.html
    second.glass.do("next")
    second.left()


def test_a_photo_without_a_page_is_refused_in_words_and_the_visit_goes_on(hall: Hall) -> None:
    citizen = Citizen(hall).identified()
    hall.rig.camera().lay("empty")
    citizen.take()
    until(lambda: citizen.glass.look() == "scan" and "没有看到材料" in citizen.glass.html, "the refusal in words")
    hall.rig.camera().lay("residence")
    citizen.take().glass.see("page").do("keep-page")
    assert citizen.glass.screen == "scan"


def test_a_card_with_an_impossible_number_is_refused_in_words(hall: Hall) -> None:
    wrong = next(c for c in hall.rig.reader().people() if "校验" in c.purpose or "号码" in c.purpose)
    glass = hall.glass().see("welcome").do("begin").do("choose-place", party="demo-jia")
    glass.do("choose-item", item="MED-REMOTE").do("choose-situation", situation="MED-2")
    glass.do("choose-channel", channel="here").do("next").do("agree")
    hall.rig.reader().lay(wrong.id)
    until(lambda: glass.look() == "card" and "核对不上" in glass.html, "the refusal in words")
    assert wrong.text.number not in hall.log("terminal")


def test_paper_out_in_the_middle_ends_with_a_whole_marked_copy(hall: Hall) -> None:
    hall.rig.device("printer").inject("paper out mid-job")
    citizen = Citizen(hall).submitted()
    until(lambda: citizen.glass.look() and "打印纸用完" in citizen.glass.html, "what the citizen reads")
    hall.rig.clear()
    until(lambda: citizen.glass.look() and "/act/print-again" in citizen.glass.html, "the offer of a copy")
    citizen.glass.do("print-again")
    citizen.took_receipt()
    assert zxingcpp.read_barcodes(picture(hall))
    upstream = Upstream(hall)
    until(
        lambda: upstream.rows("SELECT 1 FROM receipts WHERE attempt = 2 AND outcome = 'printed'"),
        "the copy told to the centre",
    )


def test_the_pad_rates_and_a_bad_rating_asks_for_its_reason_on_the_screen(hall: Hall) -> None:
    citizen = Citizen(hall).submitted().took_receipt()
    hall.rig.pad().press(1)
    citizen.glass.see("reason")
    citizen.glass.do("give-reason", tag=["108"])
    assert citizen.glass.screen == "farewell"
    upstream = Upstream(hall)
    until(lambda: upstream.rows("SELECT 1 FROM ratings WHERE level = 1 AND by = 'pad'"), "the bad rating with its reason")
    citizen.left()
    for name in ("terminal", "centre"):
        assert not any(said in hall.log(name) for said in ("非常不满意", "在办事指南之外增加新的审批条件", '"level":1'))


def test_a_clerk_drives_a_whole_visit_from_their_browser_and_the_citizen_decides_at_the_glass(hall: Hall) -> None:
    with ClerkBrowser(hall) as wang:
        glass = hall.glass().see("welcome")
        wang.sign_in().sign_out()
        wang.by_badge().do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
        wang.do("choose-situation", situation="MED-2").do("choose-channel", channel="here").do("next")
        assert "C101" in glass.see("notice").html
        glass.do("agree")
        hall.rig.reader().lay("liu")
        wang.at("看证件、看人，是同一个人吗？").do("next")
        hall.rig.reader().lift()
        wang.do("weigh", waived="no")
        hall.rig.camera().lay("residence")
        wang.do("take-page").at("看一看，清楚吗？").do("keep-page").do("next")
        wang.do("choose-delivery", way="pickup_intake")
        clerks_own = {name: value for name, value in ANSWERS.items() if name != "answer.true"}
        wang.do("fill-form", **clerks_own)
        assert "由本人勾选" in wang.page
        glass.do("fill-form", **{"answer.true": ANSWERS["answer.true"]})
        wang.at("核对、签名")
        assert "由窗口工作人员按我说的填写" in glass.see("sign").html
        glass.do("sign", signature=SIGNATURE)
        wang.at("请办事人最后看一遍，提交")
        glass.do("submit")
        wang.at("打好了，请交给办事人").do("next")
        glass.see("rating").do("rate", level="4").do("give-reason")
        assert wang.look() == "请办事人评价"
        glass.do("end").see("welcome")
        assert wang.at("现在没有人在办").page.count("C101") == 0
        told = 'SELECT 1 FROM events WHERE CAST(raw AS TEXT) LIKE \'%"clerks":["C101"]%\''
        until(lambda: Upstream(hall).rows(told), "the centre knows which clerk drove")
        hall.rig.reader("smartcard").lift()
        until(lambda: "工作证拿走了" in wang.get(), "out with the badge")


def test_a_stale_tap_does_nothing_and_gets_the_present_screen(hall: Hall) -> None:
    glass = hall.glass().see("welcome").do("begin")
    visit = re.search(r'name="visit" value="([^"]+)"', glass.html)
    assert visit
    base = hall.url("terminal", "")
    answer = httpx.post(
        f"{base}/act/choose-place",
        data={"visit": visit.group(1), "version": "0", "party": "demo-jia"},
        headers={"Origin": base},
    )
    assert answer.status_code == 409
    assert "screen--place" in answer.text


def test_a_child_is_sent_to_a_window_with_its_guardian(hall: Hall) -> None:
    child = next(c for c in hall.rig.reader().people() if c.id == "he")
    glass = hall.glass().see("welcome").do("begin").do("choose-place", party="demo-jia")
    glass.do("choose-item", item="MED-REMOTE").do("choose-situation", situation="MED-2")
    glass.do("choose-channel", channel="here").do("next").do("agree")
    hall.rig.reader().lay(child.id)
    until(lambda: glass.look() == "card" and "监护人" in glass.html, "the way to a window")


def test_no_process_that_may_hold_something_of_a_person_leaves_a_core(quiet_hall: Hall) -> None:
    for name in ("terminal", "centre", "desk-demo-jia"):
        process = Path(f"/proc/{quiet_hall.pid(name)}")
        limits = dict(line.rsplit(maxsplit=3)[:2] for line in (process / "limits").read_text().splitlines() if "core file" in line)
        assert limits == {"Max core file size": "0"}, name
        assert int((process / "coredump_filter").read_text(), 16) == 0, name

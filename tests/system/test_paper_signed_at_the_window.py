"""Somebody who cannot sign on glass, at the window of a whole hall: the form comes out of the real print queue, is signed with a
pen before the clerk, photographed under the camera, and is what the home desk sees.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.citizen import SIGNATURE, Upstream
from support.clerk_browser import ClerkBrowser
from support.hall import GlassByHttp, Hall, hall, until

from devices.virtual.a4 import VirtualPagePrinter
from devices.virtual.camera import VirtualCamera

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]
LEGIBLE = 200


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path, "broker", "centre", "desk-demo-jia", "queue", "terminal") as running:
        yield running


@pytest.fixture
def wang(one: Hall) -> Iterator[ClerkBrowser]:
    with ClerkBrowser(one) as browser:
        yield browser.sign_in()


def printer(one: Hall) -> VirtualPagePrinter:
    found = one.rig.device("a4")
    assert isinstance(found, VirtualPagePrinter)
    return found


def camera(one: Hall) -> VirtualCamera:
    found = one.rig.device("camera")
    assert isinstance(found, VirtualCamera)
    return found


def to_sign(one: Hall, wang: ClerkBrowser) -> GlassByHttp:
    """A visit driven by the clerk up to the signature."""
    wang.do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
    wang.do("choose-situation", situation="MED-2").do("choose-channel", channel="here").do("next")
    glass = one.glass().see("notice").do("agree")
    reader = one.rig.reader()
    seen = reader.looks  # type: ignore[attr-defined]
    until(lambda: reader.looks >= seen + 2, "the reader looks")  # type: ignore[attr-defined]
    reader.lay("liu")
    wang.at("看证件、看人，是同一个人吗？")
    reader.lift()
    wang.do("next").do("weigh", waived="no").do("take-unasked", on="no")
    camera(one).lay("residence")
    photographed(wang, "居住证明，或个人承诺书").do("next")
    camera(one).clear_desk()
    wang.do("choose-delivery", way="pickup_intake")
    wang.do("fill-form", **{"answer.care-place": "510100"}).do("fill-form", **{"answer.start": "today"})
    glass.see("form").do("fill-form", **{"answer.true": "yes"}).see("sign")
    wang.at("核对、签名")
    return glass


def photographed(wang: ClerkBrowser, material: str) -> ClerkBrowser:
    """What lies there is taken and kept."""
    wang.at(material).do("take-page")
    until(lambda: 'src="/page/' in wang.page or (wang.look() and False), "the picture")
    wang.do("keep-page")
    return wang.at(material)


def printed(one: Hall, wang: ClerkBrowser) -> bytes:
    """The form as it lies in the printer's tray."""
    before = len(printer(one).papers())
    wang.do("print-form")
    until(lambda: wang.look() and "再打一张" in wang.page, "an end of printing")
    papers = printer(one).papers()
    assert len(papers) == before + 1, wang.page
    return printer(one).png(papers[-1].n, LEGIBLE)


def at_the_desk(one: Hall) -> tuple[str, list[Image.Image]]:
    """The case's page at its home desk, and the pictures on it."""
    number = until(lambda: Upstream(one).rows("SELECT number FROM cases"), "the case at the centre")[0][0]  # type: ignore[index]
    desk = one.clerk("desk-demo-jia")
    until(lambda: len(Upstream(one).rows("SELECT 1 FROM documents")) == 3, "its documents")
    page = desk.post(f"/cases/{number}/open", data={"reason": "审查材料"}).text
    found = dict.fromkeys(re.findall(r'<img src="(/opened/[^"]+/pages/[^"]+)"', page))
    return page, [Image.open(io.BytesIO(desk.get(address).content)) for address in found]


def alike(one: Image.Image, other: Image.Image) -> float:
    """Correlation of two pages of paper, seen from afar: 1 is the same, 0 has nothing to do with it."""
    small = [
        np.asarray(picture.convert("L").resize((84, 119), Image.Resampling.BOX), np.float64)[4:-4, 4:-4] for picture in (one, other)
    ]
    # Light falls unevenly: what counts is how a place differs from those around it.
    flat = [
        picture - np.asarray(Image.fromarray(picture).resize((7, 10), Image.Resampling.BOX).resize(picture.shape[::-1]))
        for picture in small
    ]
    return float(np.corrcoef(*(picture.ravel() for picture in flat))[0, 1])


def test_the_printed_form_is_signed_photographed_and_seen_at_the_home_desk(one: Hall, wang: ClerkBrowser) -> None:
    glass = to_sign(one, wang)
    wang.do("sign-on-paper", how="pen")
    form = printed(one, wang)
    camera(one).lay_paper(form, signed=True)
    photographed(wang, "异地就医备案表").do("next")
    camera(one).clear_desk()
    assert "纸上签字，已拍 1 页" in wang.at("请办事人最后看一遍，提交").page
    assert "纸上签字，已拍 1 页" in glass.see("review").html
    glass.do("submit").see("receipt")
    wang.at("打好了，请交给办事人")
    page, pictures = at_the_desk(one)
    assert "在纸上，收件窗口当面" in page
    assert "C101" in page
    signed = Image.open(io.BytesIO(form))
    assert max(alike(picture, signed) for picture in pictures) > 0.6
    assert "PDF，已签名" not in page


def test_without_paper_the_clerk_is_told_and_the_form_comes_when_there_is_some(one: Hall, wang: ClerkBrowser) -> None:
    to_sign(one, wang)
    wang.do("sign-on-paper", how="thumbprint")
    printer(one).inject("paper out")
    wang.do("print-form")
    until(lambda: wang.look() and "再打一张" in wang.page, "an end of printing")
    assert "表没有打完整" in wang.page
    assert printer(one).papers() == ()
    printer(one).clear()
    assert printed(one, wang)
    assert "表没有打完整" not in wang.page


def test_a_wrong_sheet_is_taken_again_and_only_the_form_travels(one: Hall, wang: ClerkBrowser) -> None:
    glass = to_sign(one, wang)
    wang.do("sign-on-paper", how="pen")
    form = printed(one, wang)
    camera(one).lay("contract")
    photographed(wang, "异地就医备案表").do("next")
    wang.at("请办事人最后看一遍，提交").do("scan-again", material="M-FORM")
    camera(one).lay_paper(form, signed=True)
    photographed(wang, "异地就医备案表").do("next")
    glass.see("review").do("submit").see("receipt")
    _, pictures = at_the_desk(one)
    same = sorted(alike(picture, Image.open(io.BytesIO(form))) for picture in pictures)
    assert len(same) == 2
    assert same[0] < 0.3, "the proof of residence"
    assert same[1] > 0.6, "the form"


def test_who_signs_on_the_glass_after_all_leaves_nothing_of_the_paper_in_the_case(one: Hall, wang: ClerkBrowser) -> None:
    glass = to_sign(one, wang)
    wang.do("sign-on-paper", how="pen")
    camera(one).lay_paper(printed(one, wang), signed=False)
    photographed(wang, "异地就医备案表").do("sign-on-glass")
    glass.see("sign").do("sign", signature=SIGNATURE).see("review").do("submit").see("receipt")
    page, pictures = at_the_desk(one)
    assert "在纸上，收件窗口当面" not in page
    assert "PDF，已签名" in page
    assert len(pictures) == 1

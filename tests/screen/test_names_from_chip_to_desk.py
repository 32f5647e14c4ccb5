"""A name is kept as given from the chip to the desk: each hard one goes the whole way, and the centre never has any of them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from msgspec.structs import replace
from screens_glass import TERMINAL, ScreenGlass
from support.clerk_door import DESK, browsing
from support.desk import running_desk
from support.fleet import EPOCH, TIME, Fleet, case_content, running_fleet, taken
from support.fleet import TERMINAL as SENDER
from support.printing import TYPESETTER
from support.visits import ANSWERS, CATALOGUE, SUBMITTED, Walk

from devices.port import CardDocument, DocumentKind, Pair, Slip
from devices.printer.lines import LineSetter
from devices.printer.model import models
from devices.protocols import chip
from devices.protocols.chip import CardKind, ChipText
from devices.virtual.people import check_digit
from domain import names, sealing
from domain.case import content
from domain.case.content import Material, Page
from domain.catalogue.form import Field
from domain.forms import sheet
from domain.forms.asking import Filled
from domain.identity import Identity
from domain.press.press import Press
from fleet.intake import understand
from kiosk import cards, receipt, sheets
from kiosk.visit import events as ev
from kiosk.visit.applicants import of_chip
from mqtt import topics
from mqtt.events import event
from ui.app import create_app

TODAY = date(2026, 11, 26)
HARD = {
    "one character": "曌",
    "fifteen characters, two dots": "阿卜杜热合曼·买买提·吐尔逊江",
    "a dot that is not the right one": "买买提•江",
    "a dot of half width": "买买提･江",
    "extension A": "㛃㑇",
    "extension B": "𠮷野𠅤",
    "extension C": "\U0002a700明",
    "extension D": "\U0002b746明",
    "extension E": "\U0002b820明",
    "extension F": "\U0002ceb0明",
    "extension G, which no font has": "\U00030ede明",
    "extension H, which no font has": "\U00031350明",
    "after the standard": "\u9ff0明",
    "private use, as on old chips": "\ue863王",
    "private use within": "王\ue863",
    "a compatibility ideograph": "\uf929朗",
    "another form of a character": "葛\U000e0100城",
    "Tibetan": "ཀྲ་ཤིས་རྡོ་རྗེ",
    "Yi": "ꀊꄮꃅꇩ",
    "marks that NFC would join": "e\u0301tienne",
    "GB 18030 vertical form": "\ufe10明",
}
LETTERS = LineSetter(models()["generic-gbk"], TYPESETTER)
PRESS = Press()


def from_the_chip(name: str) -> Identity:
    """The bytes of a card that bears ``name``, read and judged as a terminal does."""
    digits = "510100" + "19900101" + "015"
    raw = chip.build(
        ChipText(
            CardKind.RESIDENT,
            name=name,
            sex="1",
            nation="01",
            birth="19900101",
            address="四川省成都市锦江区测试路1号",
            number=digits + check_digit(digits),
            authority="成都市公安局",
            valid_from="20200101",
            valid_to="长期",
        )
    )
    read = chip.parse(raw)
    given = {one.name: getattr(read, one.name) for one in fields(read) if one.name != "kind"}
    judged = cards.judge(CardDocument(kind=DocumentKind.RESIDENT, newest_address="", **given), TODAY)
    assert isinstance(judged, Identity)
    return judged


def visit(identity: Identity) -> Walk:
    walk = Walk().chosen().do(ev.Next(), ev.Agree(), ev.CardSeen(), ev.CardTaken(identity))
    return walk


def bare(name: str) -> str:
    """``name`` as it is shown, a code point in the place of what no font has."""
    return "".join(piece.code if isinstance(piece, names.Mark) else piece for piece in names.pieces(name))


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def words(pdf: bytes) -> str:
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return re.sub(r"[\s\u200b]", "", found)


@pytest.mark.parametrize("name", HARD.values(), ids=HARD)
def test_a_name_is_kept_on_screen_receipt_and_in_the_sealed_case(name: str) -> None:
    identity = from_the_chip(name)
    assert identity.name == name
    first = names.first(name)

    walk = visit(identity)
    glass = ScreenGlass()
    glass.show(state=walk.state)
    page = create_app(glass).test_client().get("/screen").text
    assert f"{bare(first)}**" in plain(page)
    assert name not in page or name == first

    walk.do(ev.Next()).page("p1").do(ev.Next(), ev.ChooseDelivery("pickup_intake"), ev.FillForm(ANSWERS)).signed()
    ((role, told),) = receipt.receipt(walk.visit, SUBMITTED, TERMINAL, CATALOGUE).people
    slip = Slip((Pair(role, told),))
    assert TYPESETTER.render(slip) != TYPESETTER.render(Slip((Pair(role, f"某**{told.partition('**')[2]}"),)))
    assert b"?" not in b"".join(strip.data.split(b"\x1dv0")[0] for strip in LETTERS.set(slip))

    sealed = of_chip(identity)
    assert content.decode(content.encode(replace(case_content("C1", ()), applicant=sealed))).applicant.name == name


def test_every_name_stands_whole_on_the_signed_form() -> None:
    asked = tuple(Filled(Field(f"f{n}", "姓名", "name"), name, "hand", known=True) for n, name in enumerate(HARD.values()))
    for name in ("葛\U000e0100城", "\ue863王", "阿卜杜热合曼·买买提·吐尔逊江"):
        people = [("申请人", [("姓名", from_the_chip(name).name), ("证件", "身份证")])]
        form = sheet.data(
            title="表", matter=[], people=people, asked=asked, delivery=[], footer="", signature=None, day=TODAY, private=True
        )  # fmt: skip
        found = words(PRESS.pdf("application", form))
        assert f"姓名{bare(name)}证件" in found
        assert [one for one in HARD.values() if f"姓名{bare(one)}" not in found] == []


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> object:
    with running_fleet(tmp_path_factory.mktemp("names")) as running:
        yield running


def test_the_desk_reads_every_name_whole_with_its_form_and_the_centre_has_none(fleet: Fleet, tmp_path: Path) -> None:
    recipient, key = sealing.new_key("mianzhu")
    with running_desk(tmp_path / "desk", fleet, key) as desk, browsing(desk, DESK, fleet.centre.store) as browser:
        for n, name in enumerate(HARD.values(), 1):
            identity = from_the_chip(name)
            walk = visit(identity).do(ev.Next()).page("p1")
            walk.do(ev.Next(), ev.ChooseDelivery("pickup_intake"), ev.FillForm(ANSWERS)).signed()
            form = b"%PDF-1.7 stands for one" if n > 1 else PRESS.pdf(
                *sheets.of(walk.visit, "M-FORM", TERMINAL, CATALOGUE, private=True, day=TODAY)
            )  # fmt: skip
            document = sealing.seal(form, (recipient,))
            signed = Material("M-FORM", "异地就医备案表", "signed_form", "电子表单", (Page(sealing.digest(document)),))
            whole = replace(case_content(f"C{n}", ()), applicant=of_chip(identity), materials=(signed,))
            bodies = (sealing.seal(content.encode(whole), (recipient,)), document)
            raw = event(SENDER, EPOCH, n, TIME, taken(f"C{n}", bodies))
            fleet.centre.store.record([understand(topics.events(SENDER), raw, False, frozenset({SENDER}))], 1.0)
            with fleet.api() as api:
                for body in bodies:
                    assert api.put(f"/v1/documents/{sealing.digest(body)}", content=body).status_code in (200, 201)
            page = browser.post(f"/cases/C{n}/open", data={"reason": "材料预审"}).text
            assert bare(name) in plain(page)
            assert all(code in page for _, code in names.rare(name))
            if n == 1:
                link = re.search(r'href="(/opened/[^"]+/pages/[^"]+)"', page)
                assert link is not None
                answer = browser.get(link[1])
                assert answer.headers["Content-Type"] == "application/pdf"
                assert name in words(answer.content)
        held = b"".join(path.read_bytes() for path in (fleet.folder).rglob("*") if path.is_file())
        # Of one character three bytes, which a ciphertext may hold by chance.
        assert [name for name in HARD.values() if len(name.encode()) > 5 and name.encode() in held] == []

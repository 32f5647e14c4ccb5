"""All 48 situations of the demonstration, gone through to their end over the real page server and the virtual hardware.

In ``make test`` one of each way; all of them, by every home place that opened them, in the long run.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator

import pytest
import zxingcpp
from PIL import Image
from support.citizen import Upstream
from support.hall import Hall, hall, until
from support.walker import CATALOGUE, Walk

from devices.a4 import cups
from domain.catalogue.opening import Opening

OPENINGS = tuple(CATALOGUE._openings.values())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "broker", "centre", "queue", "terminal") as one:
        until(lambda: b'"a4"' in one.glass()._client.get("/screen").content or True, "the page")
        yield one


def opened(home: str, situation: str) -> Opening:
    return next(o for o in OPENINGS if (o.home, o.situation) == (home, situation))


def slips(place: Hall) -> int:
    return sum(paper.cut for paper in place.rig.printer().papers())


def gone(place: Hall, walk: Walk) -> Walk:
    """Walk to the end, and see that what was done is at the centre once, of the right kind."""
    centre, one = Upstream(place), walk.opened
    counts = {t: len(centre.rows(f"SELECT 1 FROM {t}")) for t in ("cases", "services", "ratings")}
    papers, sheets = slips(place), len(place.rig.device("a4").papers())  # type: ignore[attr-defined]
    walk.go()
    until(lambda: len(centre.rows("SELECT 1 FROM ratings")) > counts["ratings"], "the rating at the centre")
    case = len(centre.rows("SELECT 1 FROM cases")) - counts["cases"]
    service = len(centre.rows("SELECT 1 FROM services")) - counts["services"]
    assert (case, service) == ((1, 0) if "receipt" in walk.seen else (0, 1))
    if case:
        ((awaits,),) = centre.rows("SELECT awaits FROM cases ORDER BY received DESC LIMIT 1")
        proofs = set(one.proofs.values())
        assert ("person" in str(awaits)) == (one.assurance > "1")
        assert ("original" in str(awaits)) == ("original_shown" in proofs)
        assert ("paper" in str(awaits)) == ("posted" in proofs)
        assert ("还要到窗口" in walk.texts["review"]) == (awaits != "[]")
    else:
        ((way, situation),) = centre.rows("SELECT way, situation FROM services ORDER BY received DESC LIMIT 1")
        here = {"pre_fill": "pre_fill", "query_print": "query_print", "online_only": "window"}
        assert (way, situation) == (here[one.way] if walk.channel == "here" else "online", one.situation)
    document = "query" in walk.seen
    assert len(place.rig.device("a4").papers()) - sheets == document  # type: ignore[attr-defined]
    assert slips(place) - papers == (not document)
    return walk


def code(place: Hall) -> list[str]:
    printer = place.rig.printer()
    picture = Image.open(io.BytesIO(printer.png(printer.papers()[-1].n)))
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_an_intake_whose_originals_are_still_to_be_seen_ends_with_a_receipt_that_says_so(place: Hall) -> None:
    walk = gone(place, Walk(place, opened("demo-jia", "HPF-2")))
    assert walk.seen[-3:] == ["rating", "reason", "farewell"]
    assert "去一次窗口" in walk.texts["prepare"]
    assert "去一次窗口" in walk.texts["farewell"]


def test_what_is_filled_in_here_ends_with_a_numbered_slip_for_the_window(place: Hall) -> None:
    walk = gone(place, Walk(place, opened("demo-qi", "HUKOU-1")))
    assert "K01-0" in walk.texts["leaflet"]
    assert "还没有交上去" in walk.texts["filled"]


def test_online_leaves_a_list_with_the_address_and_nothing_of_the_person(place: Hall) -> None:
    walk = gone(place, Walk(place, opened("demo-jia", "SSC-APPLY-1"), channel="online"))
    assert not {"notice", "card", "form"} & set(walk.seen)
    assert "没有智能手机" in walk.texts["guide"]
    assert code(place) == ["https://zwfw.sichuan.example/demo/SSC-APPLY"]


def test_what_is_only_online_is_done_at_a_window_by_whoever_wants_help(place: Hall) -> None:
    walk = gone(place, Walk(place, opened("demo-jia", "SSC-LOSS-1")))
    assert "陪您一起在网上办" in walk.texts["guide"]


@pytest.mark.skipif(cups.daemon() is None, reason="cups-daemon is not installed")
def test_a_document_that_was_found_comes_out_of_the_a4_printer_and_says_that_it_is_a_demonstration(place: Hall) -> None:
    until(lambda: "证明打印机现在不能用" not in _channel(place), "the A4 printer")
    gone(place, Walk(place, opened("demo-jia", "SI-CERT-1")))
    printer = place.rig.device("a4")
    sheet = printer.png(printer.papers()[-1].n)  # type: ignore[attr-defined]
    told = subprocess.run(("tesseract", "-", "-", "-l", "chi_sim", "--psm", "6"), input=sheet, capture_output=True, check=True)
    words = told.stdout.decode().replace(" ", "")
    assert "演示，没有任何效力" in words
    assert "省内通办" in words


def _channel(place: Hall) -> str:
    """The choice of the channel for a document, as it reads now; nothing is begun."""
    glass = place.glass().see("welcome").do("begin").do("choose-place", party="demo-jia").do("choose-item", item="SI-CERT")
    shown = glass.do("choose-situation", situation="SI-CERT-1").html
    glass.do("end").see("welcome")
    return shown


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.parametrize("channel", ["here", "online"])
@pytest.mark.parametrize("one", OPENINGS, ids=lambda o: f"{o.home}/{o.situation}")
def test_every_situation_comes_to_its_end(place: Hall, one: Opening, channel: str) -> None:
    if channel == "online" and one.online is None:
        walk = Walk(place, one)
        assert (
            "现在不能全程在网上办"
            in walk.glass.see("welcome")
            .do("begin")
            .do("choose-place", party=one.home)
            .do("choose-item", item=one.item)
            .do("choose-situation", situation=one.situation)
            .html
        )
        walk.glass.do("end").see("welcome")
        return
    gone(place, Walk(place, one, channel=channel))
    place.rig.printer().tear()

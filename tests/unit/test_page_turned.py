"""A page turned upright: how it is held changes, its picture does not."""

from __future__ import annotations

import io
import subprocess

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps
from support.visits import Walk
from test_bundle import MADE

from domain.case.content import Finding
from domain.case.turning import turned, turned_box, turned_finding, turns
from fleet.desk.bundle import Leaf, pdf
from fleet.desk.pictures import master, reading_copy
from kiosk.tray import Tray
from kiosk.visit import effects as fx
from kiosk.visit import events as ev


def marked() -> bytes:
    """White, its top left quarter black."""
    page = np.full((400, 240, 3), 255, np.uint8)
    page[:200, :120] = 0
    done, data = cv2.imencode(".jpg", page)
    assert done
    return bytes(data)


CORNERS = {0: (0, 0), 1: (0, 1), 2: (1, 1), 3: (1, 0)}
"""Quarter turns → in which quarter (down, right) the black one then is."""


def black(picture: np.ndarray) -> tuple[int, int]:
    height, width = picture.shape[:2]
    quarters = {
        (y, x): picture[y * height // 2 :, x * width // 2 :][: height // 2, : width // 2].mean() for y in (0, 1) for x in (0, 1)
    }
    return min(quarters, key=quarters.__getitem__)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_every_reader_of_pictures_holds_it_as_it_was_turned(quarters, tmp_path):
    jpeg = turned(marked(), quarters)
    assert black(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)) == CORNERS[quarters]
    assert black(np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(jpeg))))) == CORNERS[quarters]
    assert black(cv2.imdecode(np.frombuffer(reading_copy(master(jpeg)), np.uint8), cv2.IMREAD_COLOR)) == CORNERS[quarters]
    (tmp_path / "a.pdf").write_bytes(pdf([Leaf(master(jpeg))], MADE))
    subprocess.run(("pdftoppm", "-r", "100", "-singlefile", tmp_path / "a.pdf", tmp_path / "a"), check=True)
    drawn = cv2.imread(str(tmp_path / "a.ppm"))
    assert drawn is not None
    assert black(drawn) == CORNERS[quarters]
    assert (drawn.shape[0] > drawn.shape[1]) == (quarters % 2 == 0)


def test_not_a_pixel_is_coded_anew_and_turning_on_comes_back():
    jpeg = marked()
    once = turned(jpeg, 1)
    assert turns(once) == 1
    assert once.endswith(jpeg[20:])
    assert turns(turned(once, 1)) == 2
    assert turned(once, 3) == jpeg
    assert turned(turned(jpeg, -1), 1) == jpeg


def test_places_turn_along():
    assert turned_box((0, 0, 5000, 2500), 1) == (7500, 0, 10_000, 5000)
    found = Finding("page_glare", ((100, 200, 300, 400),))
    assert turned_finding(turned_finding(found, 3), 1) == found


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", bytes(50)])
def test_what_is_no_jpeg_is_not_turned(data):
    with pytest.raises(ValueError, match="JPEG"):
        turned(data, 1)


def test_a_page_in_the_tray_is_turned_and_one_that_is_gone_is_not():
    tray = Tray()
    tray.put("a", marked())
    assert tray.turn("a", 1)
    assert turns(tray.take("a") or b"") == 1
    assert not tray.turn("a", 1)


def test_a_tag_somebody_else_wrote_is_not_believed_nor_lost():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 77
    Image.new("RGB", (20, 30)).save(out, "JPEG", exif=exif)
    assert turns(out.getvalue()) == 0
    assert turns(turned(out.getvalue(), 1)) == 1


def test_what_is_doubtful_turns_with_the_page_and_only_a_page_on_the_screen_is_turned() -> None:
    walk = Walk().identified().do(ev.TurnPage(), ev.TakePage("p1"))
    found = (Finding("page_blurred", ((1000, 2000, 3000, 4000),)),)
    walk.do(ev.PageShown("p1", found), ev.TurnPage())
    assert walk.asked(fx.TurnPicture) == [fx.TurnPicture("p1")]
    assert walk.visit.scan.shown is not None
    assert walk.visit.scan.shown.findings[0].boxes == ((6000, 1000, 8000, 3000),)
    walk.do(ev.TurnPage(), ev.TurnPage(), ev.TurnPage(), ev.KeepPage())
    assert walk.visit.collected[0].pages[0].findings == found

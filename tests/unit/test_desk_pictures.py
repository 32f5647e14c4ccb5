"""Pictures out of sealed pages, as somebody hostile could make them; and copies that are easier to read."""

from __future__ import annotations

import io
import resource
import struct
import time
import tracemalloc

import cv2
import numpy as np
import pytest
from PIL import Image
from support.fleet import picture

from bench.pictures import bad, hand, pages
from devices.camera.page import Page
from devices.camera.straighten import Mount, straighten
from devices.virtual.sheets import Sheet, Signed, Text
from fleet.desk.inbox import DamagedError
from fleet.desk.pictures import Master, master, reading_copy

WHOLE = picture(1654, 2339)


def kind(name: str, size: tuple[int, int] = (40, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, name)
    return out.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header (SOF0: marker, length, precision, height, width) says what it likes."""
    at = WHOLE.index(b"\xff\xc0")
    return WHOLE[: at + 5] + struct.pack(">HH", height, width) + WHOLE[at + 9 :]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        b"no picture at all",
        b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400,
        kind("PNG"),
        kind("GIF"),
        kind("BMP"),
        kind("TIFF"),
        kind("PDF"),
        b"\xff\xd8\xff" + kind("PNG"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        claiming(65_535, 65_535),
        claiming(6_001, 10),
        claiming(5_900, 5_900),
        claiming(0, 40),
        picture(40, 40, progressive=True),
    ],
    ids=lambda data: f"{data[:6]!r} {len(data)}",
)
def test_what_is_no_page_is_a_clear_error_and_nothing_of_it_is_decoded(data: bytes) -> None:
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DamagedError, match="请联系中心"):
        master(data)
    assert time.process_time() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB: the header only


def test_four_colours_of_ink_are_no_master() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (40, 40)).save(out, "JPEG")
    with pytest.raises(DamagedError):
        master(out.getvalue())


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_picture_that_breaks_off_is_never_shown_as_a_whole_page(share: float) -> None:
    noisy = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 200, 3), np.uint8)).save(noisy, "JPEG")
    cut = noisy.getvalue()[: int(len(noisy.getvalue()) * share)]
    with pytest.raises(DamagedError, match="不完整"):
        reading_copy(master(cut))


def test_the_largest_page_that_is_opened_is_evened_within_memory() -> None:
    largest = master(picture(6000, 4000))
    tracemalloc.start()
    reading_copy(largest)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 350 * 2**20


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 3)])
def test_the_tiniest_page_has_a_reading_copy(size: tuple[int, int]) -> None:
    assert master(reading_copy(master(picture(*size)))).width == size[0]


def photographed(sheet: Sheet, pencil: str = "") -> tuple[Master, np.ndarray]:
    """The master of a sheet under uneven light, and where its faint writing stands (mask, in the master's pixels)."""
    clean = pages.Flat("sheet", 0, sheet.size, pages._drawn(sheet))
    bare = pages._drawn(Sheet(size=sheet.size, paper=sheet.paper))
    if pencil:
        font = pages._font("Serif", "Regular", 6.0)
        hand.write(clean.colour, pencil, (600, 1200), pages.px(6.0), hand.FAINT, font, np.random.default_rng(3))
    drawn = (np.abs(clean.colour.astype(int) - bare).max(axis=2) > 20).astype(np.uint8) * 255
    scene = bad._Scene(clean, np.random.default_rng(5))
    scene.light = scene.light * np.linspace(1, 0.55, scene.light.shape[1], dtype=np.float32)
    shot = scene.shot("")
    corners = Page(tuple(map(tuple, shot.corners)), False)
    straight = straighten(shot.picture, corners, Mount(turns=0))
    where = cv2.resize(drawn, straight.shape[1::-1], interpolation=cv2.INTER_AREA) > 128
    done, data = cv2.imencode(".jpg", straight, (cv2.IMWRITE_JPEG_QUALITY, 85))
    assert done
    return master(bytes(data)), where


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(float)


FAINT = Sheet((Signed(("　　　　", "　　　　　　　　　　"), seal="示例镇样板村村委会", strength=0.14),))


def test_a_faint_red_seal_stays_red_in_the_master_and_in_the_reading_copy() -> None:
    page, _ = photographed(FAINT)
    flat = pages._drawn(FAINT).astype(int)
    red = ((flat[:, :, 2] - flat[:, :, 1]) > 15).astype(np.uint8) * 255
    where = cv2.resize(red, (page.width, page.height), interpolation=cv2.INTER_AREA) > 200
    assert where.sum() > 500
    beside = cv2.dilate(where.astype(np.uint8), np.ones((25, 25))).astype(bool) & ~cv2.dilate(
        where.astype(np.uint8), np.ones((7, 7))
    ).astype(bool)
    for seen in (pixels(page.jpeg), pixels(reading_copy(page))):
        redness = seen[:, :, 0] - seen[:, :, 1]
        assert redness[where].mean() - redness[beside].mean() > 8
        assert seen[where].mean() < seen[beside].mean() - 5


def test_a_hard_pencil_is_darker_than_its_paper_in_the_master_and_in_the_reading_copy() -> None:
    page, where = photographed(Sheet((Text("以下由申请人填写"),)), pencil="因长期在外地居住需就医")
    beside = cv2.dilate(where.astype(np.uint8), np.ones((25, 25))).astype(bool) & ~cv2.dilate(
        where.astype(np.uint8), np.ones((7, 7))
    ).astype(bool)
    lower = np.zeros_like(where)
    lower[page.height // 3 :] = True
    written = where & lower & (np.arange(page.height)[:, None] < page.height * 0.5)
    assert written.sum() > 500
    for seen in (pixels(page.jpeg), pixels(reading_copy(page))):
        assert seen[written].mean() < seen[beside & lower].mean() - 12


def test_a_reading_copy_is_evenly_lit_and_its_ground_is_quiet() -> None:
    page, where = photographed(Sheet((Text("样本文字"),)))
    before, after = pixels(page.jpeg).mean(axis=2), pixels(reading_copy(page)).mean(axis=2)
    inner = ~cv2.dilate(where.astype(np.uint8), np.ones((9, 9))).astype(bool)
    inner[:60] = inner[-60:] = False
    inner[:, :60] = inner[:, -60:] = False
    assert before[inner].std() > 10
    assert after[inner].std() < 3
    assert np.percentile(after[inner], 5) > 245

"""Codes under the camera: what is read, exactly, and what a hostile picture costs."""

from __future__ import annotations

import itertools
import time

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.pictures.waybills import label
from devices.camera import codes
from devices.camera.codes import ALL, QR, read_codes

LONG = 60.0


def picture(content: str | bytes, kind: zxingcpp.BarcodeFormat = zxingcpp.BarcodeFormat.QRCode, scale: int = 4) -> np.ndarray:
    drawn = np.array(zxingcpp.create_barcode(content, kind).to_image(scale=scale))
    return np.ascontiguousarray(cv2.copyMakeBorder(drawn, 60, 60, 80, 80, cv2.BORDER_CONSTANT, value=200))


def one(luma: np.ndarray, formats: tuple[zxingcpp.BarcodeFormat, ...] = QR) -> codes.Code:
    (found,) = read_codes(luma, LONG, formats)
    return found


@pytest.mark.parametrize("text", ["https://demo.example/progress#Zy_8", "收件凭证 519902261122K01RRK00072", "a\nb\x1dc"])
def test_what_it_holds_is_given_exactly(text: str) -> None:
    found = one(picture(text))
    assert (found.text, found.kind) == (text, "QRCode")
    assert found.data == text.encode()


def test_bytes_that_are_no_text_are_given_as_bytes() -> None:
    assert one(picture(bytes(range(128, 256)))).data == bytes(range(128, 256))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (zxingcpp.BarcodeFormat.Code128, "SF1234567890123"),
        (zxingcpp.BarcodeFormat.Code39, "YB-0000-2610"),
        (zxingcpp.BarcodeFormat.PDF417, "运单 0001"),
        (zxingcpp.BarcodeFormat.DataMatrix, "MAT-0001"),
        (zxingcpp.BarcodeFormat.Aztec, "AZ-0001"),
        (zxingcpp.BarcodeFormat.EAN13, "6901234567892"),
        (zxingcpp.BarcodeFormat.ITF, "00012345678905"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_waybills_and_papers_carry_other_kinds(kind: zxingcpp.BarcodeFormat, content: str) -> None:
    luma = picture(content, kind)
    assert one(luma, ALL).text == content
    assert read_codes(luma, LONG) == ()  # only what was asked for


def test_several_are_all_read_and_none_twice() -> None:
    left, right = picture("one"), picture("two")
    both = np.full((max(left.shape[0], right.shape[0]), left.shape[1] + right.shape[1]), 200, np.uint8)
    both[: left.shape[0], : left.shape[1]] = left
    both[: right.shape[0], left.shape[1] :] = right
    assert sorted(code.text for code in read_codes(both, LONG)) == ["one", "two"]


def blurred(sigma: float) -> np.ndarray:
    wide = cv2.copyMakeBorder(picture("省内通办·办件编号 519902261122K01RRK00072 " * 2, scale=4), 200, 200, 300, 300, 0, value=118)
    return cv2.GaussianBlur(wide, (0, 0), sigma)


def test_of_one_place_read_in_two_ways_neither_is_believed() -> None:
    _, _, luma = label(71)
    kinds = (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.EAN13)
    plain = {found.text for found in zxingcpp.read_barcodes(luma, formats=kinds)}
    assert len(plain) == 3, "zxing-cpp reads one place in two ways here; another picture is needed where it does no more"
    assert {found.text for found in read_codes(luma, 0, kinds)} == {"EMS0977196671442"}


def test_one_out_of_focus_is_read_on_a_higher_rung_and_stands_where_it_stands() -> None:
    sharp, soft = one(blurred(0.5)), blurred(2.3)
    assert zxingcpp.read_barcodes(soft, formats=QR) == []
    found = one(soft)
    assert found.text == sharp.text
    assert np.abs(np.array(found.corners) - np.array(sharp.corners)).max() <= 4


def test_a_tiny_one_in_a_still_is_read_in_one_of_the_pieces() -> None:
    still = np.full((2592, 4608), 118, np.uint8)
    code = cv2.GaussianBlur(picture("519902261122K01RRK00072", scale=2), (0, 0), 1.0)
    still[1130 : 1130 + code.shape[0], 2380 : 2380 + code.shape[1]] = code
    found = one(cv2.add(still, np.random.default_rng(1).integers(0, 6, still.shape, dtype=np.uint8)))
    assert found.text == "519902261122K01RRK00072"
    assert 2380 <= found.corners[0][0] <= 2380 + code.shape[1]
    assert 1130 <= found.corners[0][1] <= 1130 + code.shape[0]


def test_pieces_cover_the_whole_picture_and_overlap() -> None:
    for side in (16, 400, 1200, 1600, 1601, 2592, 4608, 9248):
        starts = codes._starts(side)
        assert starts[0] == 0
        assert starts[-1] + codes.TILE >= side
        assert all(after <= before + codes.TILE - codes.OVERLAP for before, after in itertools.pairwise(starts))


def test_without_time_only_the_first_rung_is_tried() -> None:
    assert read_codes(blurred(2.3), 0.0) == ()
    assert one(blurred(0.5)).text


def test_a_large_picture_of_noise_ends_with_its_budget() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (2000, 3000), dtype=np.uint8)
    began = time.process_time()
    assert read_codes(noise, 0.01, ALL) == ()
    assert time.process_time() - began < 60  # not a figure: it ends


@pytest.mark.parametrize(
    "what",
    [
        np.zeros((720, 1280, 3), np.uint8),
        np.zeros((720, 1280), np.float32),
        np.zeros((720, 1280), np.uint16),
        np.zeros((0, 0), np.uint8),
        np.zeros((5, 5), np.uint8),
        np.zeros((10_000, 16), np.uint8),
        np.zeros(100, np.uint8),
    ],
    ids=lambda what: f"{what.dtype} {what.shape}",
)
def test_what_is_no_grey_picture_of_sensible_size_is_refused_by_name(what: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no grey picture"):
        read_codes(what, LONG)


@settings(max_examples=40)
@given(arrays(np.uint8, st.tuples(st.integers(16, 90), st.integers(16, 90))))
def test_no_picture_upsets_it(luma: np.ndarray) -> None:
    assert all(isinstance(code.data, bytes) for code in read_codes(luma, LONG, ALL))


def test_nothing_of_a_code_shows_in_a_repr() -> None:
    assert "519902" not in repr(one(picture("519902261122K01RRK00072")))

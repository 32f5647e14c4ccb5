"""From a frame to what the terminal keeps or shows: the master of a page, and the live picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np

from devices.camera.findings import findings
from devices.camera.likeness import likeness, same
from devices.camera.page import Page, find_page
from devices.camera.picture import Picture, Pixels, bgr_from_ycc
from devices.camera.straighten import Mount, format_of, straighten
from devices.camera.whole import dpi, outside
from devices.port import Finding
from devices.protocols.frames import Frame

MASTER_QUALITY = 85
"""About 525 KiB for an A4 page at 200 dpi. Below 80 red seals fray; above 90 only the size grows."""

LEAST_DPI = 195.0
"""What is called 200 dpi: corners are found to a few pixels, and paper is a little smaller than it says."""

PREVIEW_QUALITY = 80
SMALL_QUALITY = 70
PREVIEW_LONGEST = 900
"""Pixels of the preview's longer side."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A straightened page. ``likeness``: what it is known by when it comes again (``likeness.py``). ``format``: one of
    ``straighten.SIZES``, empty where the size is none of them or cannot be told."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    findings: tuple[Finding, ...]
    likeness: bytes = field(repr=False)
    format: str = ""


def scan(frame: Frame, mount: Mount, kept: Iterable[tuple[str, bytes]] = ()) -> Scan | str:
    """The page in a still, or why there is none to take: ``page_not_found``. ``kept``: names and likenesses of pages that it
    may be. One that lies partly outside is taken as far as it was seen, and its finding says what is missing."""
    picture = picture_of(frame)
    page = find_page(picture)
    if page is None:
        return "page_not_found"
    straight = straighten(picture, page, mount)
    height, width = straight.shape[:2]
    doubts = _seen(picture, page, mount, (width, height))
    looks = findings(straight)
    mine = likeness(np.asarray(cv2.cvtColor(straight, cv2.COLOR_BGR2GRAY), np.uint8))
    if not {"page_dark", "page_blank"} & {found.code for found in looks} and (before := same(mine, kept)) is not None:
        doubts.append(Finding("page_again", same=before))
    known = None if page.cut else format_of(page, picture.width, picture.height, mount.dpi).name
    return Scan(_jpeg(straight, MASTER_QUALITY), width, height, (*doubts, *looks), mine, known or "")


def _seen(picture: Picture, page: Page, mount: Mount, size: tuple[int, int]) -> list[Finding]:
    """What is missing of the page, or too coarse."""
    if page.cut:
        return [Finding("page_cut_off", outside(picture, page, mount))]
    seen_at = dpi(page, mount, size)
    return [Finding("page_coarse")] if seen_at is not None and seen_at < LEAST_DPI else []


def live_jpeg(picture: Picture, mount: Mount) -> tuple[bytes, int, int]:
    """A small JPEG of the desk as the citizen sees it, its width and height."""
    small = bgr_from_ycc(picture.small_ycc(PREVIEW_LONGEST))
    turns = mount.turns % 4
    if turns:
        small = np.ascontiguousarray(np.rot90(small, -turns))
    return _jpeg(small, PREVIEW_QUALITY), small.shape[1], small.shape[0]


def small_jpeg(jpeg: bytes) -> bytes:
    """A quarter of its width and height, to know a page by."""
    return _jpeg(np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_COLOR_4), np.uint8), SMALL_QUALITY)


def picture_of(frame: Frame) -> Picture:
    return Picture.from_nv12(frame.data, frame.width, frame.height, frame.stride)


def _jpeg(colour: Pixels, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", colour, (cv2.IMWRITE_JPEG_QUALITY, quality))
    assert done, "JPEG of an 8-bit colour picture cannot fail"
    return bytes(data)

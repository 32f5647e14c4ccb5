"""The document camera beside what others do with the same picture: the tutorials' OpenCV scanner, unpaper, ocrmypdf.

Four forms (11 pt, a red seal) lie askew, one edge lifted, on the virtual desk, whose 12-megapixel stills they are; the others get
them turned upright. All results are read by the same reader (RapidOCR); ocrmypdf's own text (Tesseract, chi_sim) is judged beside
it. unpaper and ocrmypdf straighten scans and find no page on a desk: that is theirs to lose here. They are measured where they are
installed (``apt install unpaper ocrmypdf tesseract-ocr-chi-sim poppler-utils``) and are no part of the product.
``TONGBAN_SCANNERS_AT`` names a folder in which the pages they make are left, to be looked at.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from support.dense import SENTENCES
from support.reading import jpeg

from bench.pages import tutorial
from devices.camera.picture import Picture, Pixels, bgr_from_ycc
from devices.camera.scan import Scan, scan
from devices.camera.straighten import Mount
from devices.protocols.frames import Frame
from devices.reading.process.engine import Engine
from devices.virtual.desk import STILL, Scene, render
from devices.virtual.pages import Lie, PageModel
from devices.virtual.sheets import Sheet, Signed, Text, Title

Row = tuple[str, str, str, bool]
PAGES = 4
TITLE = "异地就医备案登记表"
LONGEST = 2900
"""Pixels of a whole photo's longer side that the reader is given."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a tool makes of a photo: the page to look at (empty: none), what it would keep, and text of its own."""

    page: Pixels | None
    size: int
    text: str = ""


Tool = Callable[[Scene, Pixels, Path], Made]


def rows() -> list[Row]:
    """(name, measured, bar, whether it is met)."""
    forms = [_form(seed) for seed in range(PAGES)]
    table: list[Row] = []
    engine = Engine(2)
    with tempfile.TemporaryDirectory() as folder:
        for name, needs, tool in TOOLS:
            if any(shutil.which(program) is None for program in needs):
                table.append((name, "not installed", "—", True))
                continue
            table += _judged(engine, name, tool, forms, Path(folder))
    return table


def _judged(engine: Engine, name: str, tool: Tool, forms: list[tuple[str, Scene]], folder: Path) -> list[Row]:
    unread, own, sizes, spent, red, none = [], [], [], [], 0, 0
    for n, (true, scene) in enumerate(forms):
        photo = np.ascontiguousarray(np.rot90(bgr_from_ycc(_ycc(scene)), -Mount().turns))
        began = _cpu()
        made = tool(scene, photo, folder)
        spent.append(_cpu() - began)
        sizes.append(made.size)
        if made.page is None:
            none += 1
            unread.append(1.0)
            continue
        _leave(f"{name}_{n}", made.page)
        red += _red(made.page)
        unread.append(missing("".join(line.text for line in engine.read(jpeg(_fit(made.page), 92))), true))
        own += [missing(made.text, true)] if made.text else []
    kept = f"{statistics.median(sizes) / 1024:.0f} KiB, {statistics.median(spent):.2f} s CPU, seal red on {red} of {PAGES}"
    said = f"{statistics.fmean(unread):.1%} not read" + (f", its own text {statistics.fmean(own):.1%}" if own else "")
    ours = name == "ours"
    return [
        (
            name,
            f"{said}; {kept}; no page {none}",
            "≤ 1 % not read" if ours else "a peer",
            not ours or statistics.fmean(unread) <= 0.01,
        )
    ]


def _ours(scene: Scene, _photo: Pixels, _folder: Path) -> Made:
    taken = scan(Frame(1, *STILL, STILL[0], memoryview(scene.still())), Mount())
    if not isinstance(taken, Scan):
        return Made(None, 0)
    return Made(np.asarray(cv2.imdecode(np.frombuffer(taken.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8), len(taken.jpeg))


def _tutorial(_scene: Scene, photo: Pixels, _folder: Path) -> Made:
    """Outline, perspective, adaptive threshold (Gaussian, 11, 10): black on white."""
    quad = tutorial(photo)
    if quad is None:
        return Made(None, 0)
    quad = np.roll(quad, -int(np.argmin(quad.sum(axis=1))), axis=0).astype(np.float32)
    top, right, bottom, left = np.hypot(*(np.roll(quad, -1, axis=0) - quad).T)
    width, height = int(max(top, bottom)), int(max(left, right))
    target = np.array(((0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)), np.float32)
    grey = cv2.cvtColor(cv2.warpPerspective(photo, cv2.getPerspectiveTransform(quad, target), (width, height)), cv2.COLOR_BGR2GRAY)
    stark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 11, 10)
    return Made(np.asarray(cv2.cvtColor(stark, cv2.COLOR_GRAY2BGR), np.uint8), _png(stark))


def _unpaper(_scene: Scene, photo: Pixels, folder: Path) -> Made:
    there, here = folder / "in.ppm", folder / "out.ppm"
    cv2.imwrite(str(there), photo)
    subprocess.run(("unpaper", "--overwrite", "--layout", "single", there, here), check=True, capture_output=True)
    page = np.asarray(cv2.imread(str(here)), np.uint8)
    return Made(page, _png(page))


def _ocrmypdf(_scene: Scene, photo: Pixels, folder: Path) -> Made:
    there, here, drawn = folder / "in.jpg", folder / "out.pdf", folder / "page"
    there.write_bytes(jpeg(photo, 92))
    command = (
        "ocrmypdf",
        "-q",
        "--image-dpi",
        "278",
        "-l",
        "chi_sim",
        "--deskew",
        "--clean-final",
        "--output-type",
        "pdf",
        there,
        here,
    )
    subprocess.run(command, check=True, capture_output=True)
    text = subprocess.run(("pdftotext", "-raw", here, "-"), check=True, capture_output=True).stdout.decode()
    subprocess.run(("pdftoppm", "-r", "200", "-singlefile", "-png", here, drawn), check=True, capture_output=True)
    return Made(np.asarray(cv2.imread(f"{drawn}.png"), np.uint8), here.stat().st_size, text)


TOOLS: tuple[tuple[str, tuple[str, ...], Tool], ...] = (
    ("ours", (), _ours),
    ("tutorial (Canny 75/200, 4 corners, threshold)", (), _tutorial),
    ("unpaper", ("unpaper",), _unpaper),
    ("ocrmypdf --deskew --clean-final", ("ocrmypdf", "unpaper", "pdftotext", "pdftoppm"), _ocrmypdf),
)


def _form(seed: int) -> tuple[str, Scene]:
    """What stands on it, and the desk it lies on."""
    rng = np.random.default_rng((29, seed))
    paragraphs = ["".join(str(one) for one in rng.choice(SENTENCES, 2, replace=False)) for _ in range(5)]
    sheet = Sheet((Title(TITLE), *map(Text, paragraphs), Signed(("", ""), seal="示例市示例区样板社区")), body=11 * 25.4 / 72)
    lie = Lie(turn=rng.uniform(-7, 7), right=rng.uniform(-8, 8), down=rng.uniform(-8, 8), tilt=rng.uniform(0, 0.6))
    return TITLE + "".join(paragraphs), render(PageModel("form", TITLE, sheet, lie))


def _ycc(scene: Scene) -> Pixels:
    picture = Picture(scene.luma, scene.chroma)
    return picture.small_ycc(max(picture.width, picture.height))


def missing(read: str, true: str) -> float:
    """Share of the true characters that are not read where they should be; what is read besides costs nothing."""
    one, other = "".join(read.split()), "".join(true.split())
    row = list(range(len(other) + 1))
    for a in one:
        above, row = row, [0]
        for j, b in enumerate(other, 1):
            row.append(min(above[j], row[j - 1] + 1, above[j - 1] + (a != b)))
    return row[-1] / len(other)


def _fit(page: Pixels) -> Pixels:
    scale = min(1.0, LONGEST / max(page.shape[:2]))
    return np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _red(page: Pixels) -> bool:
    """Whether a seal's red is left anywhere: a hundred spots of half a millimetre."""
    spots = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.int16)
    return int((spots[:, :, 2] - np.maximum(spots[:, :, 1], spots[:, :, 0]) > 40).sum()) > 100


def _png(page: Pixels) -> int:
    return len(cv2.imencode(".png", page)[1])


def _leave(name: str, page: Pixels) -> None:
    if folder := os.environ.get("TONGBAN_SCANNERS_AT"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(Path(folder) / f"{name.split()[0]}{name[-2:]}.jpg"), _fit(page))


def _cpu() -> float:
    """Seconds of this process and of those it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime

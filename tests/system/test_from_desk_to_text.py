"""A form lies askew on the desk, one edge lifted: through the camera's process, the driver and the reader of pages to its text, and
to the PDF a clerk is given, whose text a program that is not ours finds again.

On a double of picamera2, and on the real one (``make camera-test``).
"""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from support.dense import character_error
from support.heard import Heard, first_preview
from support.pi.rig import KINDS, Process, camera_process
from support.reading import reading

from devices.camera.driver import FrameCamera, Times
from devices.port import PageRead, PageTaken
from devices.virtual.pages import Lie, PageModel
from devices.virtual.sheets import Sheet, Text, Title
from domain.case.content import ReadLine
from fleet.desk.bundle import A4, Leaf, pdf
from fleet.desk.pictures import master

TITLE = "异地就医备案表"
PARAGRAPHS = (
    "本人欧阳测试，男，汉族，公民身份号码510100199001010013，参加职工基本医疗保险，参保地为示范甲市。",
    "因在外地长期居住，自2026年11月26日起，需要在示范丙区就医。统一社会信用代码91510100MA00000055。",
    "本人承诺所填写的内容和提交的材料真实、准确、完整，如有不实，愿意承担相应的法律责任。",
)
WRITTEN = TITLE + "".join(PARAGRAPHS)
FORM = PageModel(
    "form", "异地就医备案表", Sheet((Title(TITLE), *map(Text, PARAGRAPHS))), Lie(turn=-3.0, right=3, down=-2, tilt=0.3)
)
FOOT = 9_300
"""Below this stands only that the sheet is a sample."""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", KINDS)
def test_a_form_in_perspective_becomes_a_page_its_text_and_a_pdf_that_holds_both(kind: type[Process], memory: Path) -> None:
    with camera_process(memory, kind=kind, lay=FORM) as process, reading() as rig:
        camera, heard = FrameCamera(str(process.socket), times=Times(hello=3, preview=4, still=15)), Heard()
        camera.start(heard)
        try:
            camera.watch()
            first_preview(camera)
            camera.take("form")
            taken = heard.answer("form")
        finally:
            camera.stop()
        assert isinstance(taken, PageTaken)
        assert (taken.width, taken.height, taken.format) == (1654, 2339, "a4")
        read = rig.read("form", taken.jpeg)
    assert isinstance(read, PageRead)
    lines = tuple(ReadLine(line.text, line.box, line.score) for line in read.lines if line.box[1] < FOOT)
    assert character_error("".join(line.text for line in lines), WRITTEN) <= 0.01
    made = pdf([Leaf(master(taken.jpeg), lines)], datetime(2026, 11, 26, tzinfo=UTC))
    with pikepdf.open(io.BytesIO(made)) as document:
        (page,) = document.pages
        assert bytes(page.obj.Resources.XObject["/P0"].read_raw_bytes()) == taken.jpeg
        assert [float(side) for side in page.mediabox[2:]] == pytest.approx(A4, abs=0.5)
    found = subprocess.run(("pdftotext", "-raw", "-", "-"), input=made, capture_output=True, check=True).stdout.decode()
    assert character_error("".join(found.split()), WRITTEN) <= 0.01

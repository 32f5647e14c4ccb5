"""A form lies askew on the desk, one edge lifted: through the camera's process, the driver and the reader of pages to its text.

On a double of picamera2, and on the real one (``make camera-test``).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.dense import character_error
from support.heard import Heard, first_preview
from support.pi.rig import KINDS, Process, camera_process
from support.reading import reading

from devices.camera.driver import FrameCamera, Times
from devices.port import PageRead, PageTaken
from devices.virtual.pages import Lie, PageModel
from devices.virtual.sheets import Sheet, Text, Title

TITLE = "异地就医备案表"
PARAGRAPHS = (
    "本人欧阳测试，男，汉族，公民身份号码510100199001010013，参加职工基本医疗保险，参保地为示范甲市。",
    "因在外地长期居住，自2026年11月26日起，需要在示范丙区就医。统一社会信用代码91510100MA00000055。",
    "本人承诺所填写的内容和提交的材料真实、准确、完整，如有不实，愿意承担相应的法律责任。",
)
FORM = PageModel(
    "form", "异地就医备案表", Sheet((Title(TITLE), *map(Text, PARAGRAPHS))), Lie(turn=-3.0, right=3, down=-2, tilt=0.3)
)
FOOT = 9_300
"""Below this stands only that the sheet is a sample."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_in_perspective_becomes_a_page_and_its_text(kind: type[Process], memory: Path) -> None:
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
        assert (taken.width, taken.height) == (1654, 2339)
        read = rig.read("form", taken.jpeg)
    assert isinstance(read, PageRead)
    text = "".join(line.text for line in read.lines if line.box[1] < FOOT)
    assert character_error(text, TITLE + "".join(PARAGRAPHS)) <= 0.01

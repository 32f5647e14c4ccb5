"""A whole visit whose terminal reads pages: the citizen is asked to look, the home desk sees the line that rests on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psutil
import pytest
from support.citizen import ANSWERS, SIGNATURE, Citizen, Upstream
from support.hall import PATIENCE, Hall, hall, until

from ui.view.advice import TEXTS

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def reading_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), reads=True) as one:
        yield one


def readers(hall: Hall) -> list[psutil.Process]:
    """The terminal's processes that read pages."""
    found = []
    for child in psutil.Process(hall.pid("terminal")).children():
        with contextlib.suppress(psutil.Error):  # it ends this moment
            found += [child] if "devices.reading.process" in child.cmdline() else []
    return found


def kept(hall: Hall) -> bytes:
    """The visit as it stands on tmpfs."""
    return (hall.layout.runtime / "terminal" / "visit.json").read_bytes()


def shows(citizen: Citizen, text: str) -> None:
    def looked() -> bool:
        citizen.glass.look()
        return text in citizen.glass.html

    until(looked, f"the screen says {text}", 3 * PATIENCE)  # reading takes seconds of both cores, which others have as well


def test_the_wrong_paper_is_asked_about_the_right_one_is_not_and_the_desk_has_the_evidence(reading_hall: Hall) -> None:
    citizen = Citizen(reading_hall).identified()
    camera = reading_hall.rig.camera()
    camera.lay("marriage")
    citizen.take().glass.see("page")
    shows(citizen, TEXTS["title", "no"])
    citizen.glass.do("retake-page")
    camera.lay("residence")
    citizen.take().glass.see("page").do("keep-page").do("next")
    citizen.glass.do("choose-delivery", way="pickup_intake").do("fill-form", **ANSWERS).do("sign", signature=SIGNATURE)
    until(lambda: b'"reading":{"lines"' in kept(reading_hall), "the page has been read behind the form")
    assert len(readers(reading_hall)) == 1
    citizen.glass.look()
    assert "请确认" not in citizen.glass.html
    citizen.glass.do("submit").see("receipt")
    citizen.took_receipt().glass.do("end").see("welcome")
    until(lambda: not readers(reading_hall), "the process ends with the visit")

    upstream = Upstream(reading_hall)
    until(lambda: len(upstream.rows("SELECT 1 FROM documents")) == 3, "case, page and signed form")
    ((case,),) = upstream.rows("SELECT number FROM cases")
    opened = reading_hall.clerk("desk-demo-jia").post(f"/cases/{case}/open", data={"reason": "核对材料"}).text
    assert "名称认出：居住证明" in opened
    assert "姓名或号码与申请人相符" in opened
    assert "未识读" not in opened
    assert all(word not in reading_hall.log("terminal") for word in ("刘试安", "居住证明", "Traceback"))

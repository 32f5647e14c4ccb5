"""Two citizens, one A4 printer: the second never gets the first one's paper. And nothing of either is left in CUPS."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.pages import Rig, pages

from devices.a4 import cups
from devices.a4.driver import Deadline
from devices.port import PrintOutcome

MARK = "LIUCESHI7788"


@pytest.mark.parametrize(
    "fault", ["paper out", "unplug", pytest.param("hold", marks=pytest.mark.long), pytest.param("forget", marks=pytest.mark.long)]
)
def test_whatever_happened_to_the_first_job_the_second_citizen_gets_only_their_own(fault: str) -> None:
    with pages(page_time=0.8, deadline=Deadline(page=0.5, margin=2.5)) as rig:
        rig.usable()
        rig.begin("a", pages=2, text="FIRST")
        if fault in ("hold", "forget"):
            rig.paper.inject(fault)
        else:
            rig.printing()
            rig.paper.inject(fault)
        assert rig.ended("a")[0] is not PrintOutcome.PRINTED
        rig.paper.tear()
        rig.paper.clear()
        rig.usable()
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        assert rig.texts() == ["SECOND"]


@pytest.mark.parametrize("fault", [None, "paper out mid-job", "unplug"])
def test_no_byte_of_a_job_is_left_with_cups_once_it_has_ended(fault: str | None) -> None:
    with pages(page_time=0.5, deadline=Deadline(page=0.5, margin=2.5)) as rig:
        rig.usable()
        rig.begin("a", pages=2, text=MARK)
        while not left(rig):  # the search finds it while the job is there
            assert not rig._ends("a")
        if fault:
            rig.paper.inject(fault)
        rig.ended("a")
        if fault:
            rig.paper.clear()
        rig.usable()
        assert left(rig) == []
        assert [path for path in files(rig.cupsd.base / "spool") if path.name[0] in "cd"] == []


def left(rig: Rig) -> list[Path]:
    return [path for path in files(rig.cupsd.base) if MARK.encode() in content(path)]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def test_the_configuration_keeps_nothing_and_listens_to_nobody_else(tmp_path: Path) -> None:
    cups.write(tmp_path / "cups")
    lines = (tmp_path / "cups" / "etc" / "cupsd.conf").read_text().splitlines()
    assert {"PreserveJobFiles No", "PreserveJobHistory No", "ErrorPolicy abort-job", "Browsing No", "WebInterface No"} <= set(lines)
    assert [line for line in lines if line.startswith(("Listen", "Port"))] == [f"Listen {tmp_path}/cups/cups.sock"]
    assert (tmp_path / "cups").stat().st_mode & 0o077 == 0


def test_a_start_begins_with_an_empty_spool(tmp_path: Path) -> None:
    cups.write(tmp_path)
    (tmp_path / "spool" / "d00001-001").write_text(MARK)
    cups.write(tmp_path)
    assert list((tmp_path / "spool").iterdir()) == []

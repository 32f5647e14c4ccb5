"""The terminal stops or is killed in the middle of an A4 job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.pages import pages, pdf, until

from devices.port import PrintOutcome

_KILLED = """
import sys, threading
from pathlib import Path
from devices.a4.driver import CupsPrinter
from devices.port import PageJob
driver = CupsPrinter(sys.argv[1], Path(sys.argv[2]))
driver.start(lambda event: None)
while not driver.state().usable:
    threading.Event().wait(0.02)
driver.print(PageJob("a", 1, "tongban", 4, sys.stdin.buffer.read()))
threading.Event().wait()
"""


def test_stopped_it_says_uncertain_and_leaves_nothing_standing() -> None:
    with pages(page_time=1.0) as rig:
        rig.usable()
        rig.begin("a", pages=4, text="FIRST")
        rig.printing()
        rig.driver.stop()
        assert rig.ended("a") == (PrintOutcome.UNCERTAIN, "print_interrupted")
        until(lambda: all(job.ended for job in rig.paper.jobs()))


def test_killed_its_job_is_thrown_out_at_the_next_start_before_anything_else() -> None:
    with pages(page_time=2.0, before=lambda rig: _kill_in_a_job(rig.paper.address, rig.cupsd.socket, rig)) as rig:
        rig.usable()
        assert all(job.ended for job in rig.paper.jobs())
        assert rig.print("b", text="SECOND") == (PrintOutcome.PRINTED, None)
        texts = rig.texts()
        assert texts[-1] == "SECOND"
        assert texts.count("FIRST") < 4


def _kill_in_a_job(uri: str, socket: Path, rig) -> None:  # type: ignore[no-untyped-def]
    with subprocess.Popen([sys.executable, "-c", _KILLED, uri, str(socket)], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.write(pdf("FIRST", pages=4))
        child.stdin.close()
        rig.printing()
        child.kill()

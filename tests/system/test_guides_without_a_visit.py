"""办事指南 on paper for anyone (规程 Art. 7): real bytes to a real printer, no visit, and nothing to remember afterwards."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing

import httpx
import zxingcpp
from PIL import Image
from support.hall import Hall, until

NAME = "guide.demo-jia.UNEMP-REG.UNEMP-1"


def test_a_guide_is_printed_between_visits_and_leaves_no_trace(quiet_hall: Hall) -> None:
    hall = quiet_hall
    hall.glass().see("welcome")
    with httpx.Client(base_url=hall.url("terminal", ""), headers={"Origin": hall.url("terminal", "")}) as browser:

        def asked() -> str | None:
            answer = browser.post("/open/print", data={"name": NAME})
            return answer.headers["Location"].partition("paper=")[2] or None

        job = until(asked, "the printer ready")
        until(lambda: browser.get(f"/open/paper/{job}").json() == {"paper": "printed"}, "the guide on paper")
        browser.post("/open/begin", data={"name": NAME})
        glass = hall.glass()
        assert glass.look() != "welcome"
        assert "失业登记" in glass.html
        assert "paper=" not in browser.post("/open/print", data={"name": NAME}).headers["Location"], "not while a visit runs"
    hall.glass().do("end").see("welcome")
    printer = hall.rig.printer()
    paper = Image.open(io.BytesIO(printer.png(printer.papers()[-1].n)))
    (code,) = [found.text for found in zxingcpp.read_barcodes(paper) if "办事指南" in found.text]
    assert "失业登记" in code
    with closing(sqlite3.connect(next(hall.layout.base.rglob("terminal.db")))) as db:
        assert db.execute("SELECT count(*) FROM print_job WHERE number LIKE 'slip-%'").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM outbox WHERE data LIKE '%slip-%'").fetchone() == (0,)

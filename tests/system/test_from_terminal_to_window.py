"""A case that was taken in at the terminal, in the intake window's hands: pre-checked, its paper counted in, its waybill read by
the terminal's own camera, and sent; with every process of a hall."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from support.citizen import Upstream
from support.hall import Hall, hall, until
from support.walker import Walk
from system.test_every_situation import opened

from devices.virtual.pages import WAYBILL
from domain.staff.duties import Duty


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "broker", "centre", "terminal", "intake") as one:
        yield one


@pytest.mark.long
def test_a_card_to_be_exchanged_goes_from_the_terminal_through_the_window_into_a_parcel(place: Hall) -> None:
    Walk(place, opened("demo-jia", "SSC-REISSUE-2")).go()
    upstream = Upstream(place)
    until(lambda: upstream.rows("SELECT number FROM cases"), "the case at the centre")
    ((number,),) = upstream.rows("SELECT number FROM cases")
    clerk = place.clerk("intake", Duty.INTAKE)
    until(lambda: "到齐" in clerk.get("/").text, "all of it at the centre")
    page = clerk.post(f"/cases/{number}/open", data={"reason": "预审"})
    assert "原社会保障卡" in page.text
    at = page.url.path

    def position() -> str:
        found = re.search(r'name="position" value="(\d+)"', clerk.get(at).text)
        assert found
        return found.group(1)

    clerk.post(f"{at}/precheck", data={"position": position()})
    lines = len(re.findall(r'name="done-\d+"', clerk.get(at).text))
    ticked = {f"done-{n}": "on" for n in range(lines)} | {f"count-{n}": "1" for n in range(lines)}
    clerk.post(f"{at}/originals", data={"position": position(), **ticked})
    place.glass().see("welcome")
    place.rig.camera().lay("waybill")
    form = {"seal": "FQ1", "carrier": "sf", "cost": "12.50", "case": number}
    read = clerk.post("/send/demo-jia/scan", data=form)
    assert WAYBILL in read.text, read.text
    check = clerk.post("/send/demo-jia/check", data=form | {"waybill": WAYBILL})
    at_centre = re.search(r'name="position-[^"]+" value="(\d+)"', check.text)
    assert at_centre
    sent = clerk.post("/send/demo-jia", data=form | {"waybill": WAYBILL, f"position-{number}": at_centre.group(1)})
    assert "在途" in sent.text
    kinds = [kind for (kind,) in upstream.rows("SELECT kind FROM acts ORDER BY position")]
    assert kinds == ["prechecked", "originals_seen", "dispatched"]

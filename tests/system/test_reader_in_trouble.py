"""A reader's misfortunes as the citizen meets them: the place is kept, the words are right, and the next card is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.hall import GlassByHttp, Hall, until

from devices.virtual.idcard import VirtualReader


@pytest.fixture
def glass(quiet_hall: Hall) -> Iterator[GlassByHttp]:
    """At the reader, with nothing laid."""
    one = quiet_hall.glass().see("welcome").do("begin").do("choose-place", party="demo-jia")
    yield one.do("choose-item", item="MED-REMOTE").do("choose-situation", situation="MED-2").do("next").do("agree")
    quiet_hall.rig.clear()
    quiet_hall.rig.reader().lift()
    quiet_hall.glass().do("end").see("welcome")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("pulled when found", "证件拿开得早了一点"),
        ("card not authentic", "这张证件核验不了"),
        ("endless answer", "读卡器暂时不能用"),
        ("dies reading", "读卡器没有响应"),
        ("unplug", "读卡器连接不上"),
    ],
)
def test_the_citizen_stays_at_the_reader_and_reads_what_to_do_until_a_card_is_read(
    quiet_hall: Hall, glass: GlassByHttp, fault: str, said: str
) -> None:
    pid, reader = quiet_hall.pid("terminal"), quiet_hall.rig.device("idcard")
    assert isinstance(reader, VirtualReader)
    reader.inject(fault)
    reader.lay("liu")
    until(lambda: glass.look() == "card" and said in glass.html, said)

    reader.lift()
    reader.clear()
    until(lambda: "出了点问题" not in glass.see("card").html, "the device is well")
    seen = reader.looks
    until(lambda: reader.looks >= seen + 2, "the reader sees that nothing lies there")
    reader.lay("chen")
    assert "陈**" in glass.see("identity").html
    assert quiet_hall.pid("terminal") == pid

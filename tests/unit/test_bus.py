from __future__ import annotations

from kiosk.bus import Bus


def test_a_full_bus_refuses_news_and_counts_it_but_takes_every_answer() -> None:
    bus: Bus[str] = Bus(limit=2)
    assert [bus.post(news) for news in ("a", "b", "c")] == [True, True, False]
    bus.answer("stored")
    assert bus.refused == 1
    assert [bus.take(0) for _ in range(4)] == ["a", "b", "stored", None]

"""The process that reads pages no longer moves: it is killed when the page's time is over, and nobody has waited for it."""

from __future__ import annotations

import threading

import psutil
from support.reading import reading, until
from test_reading_killed import LINE

from devices.port import PageUnread
from devices.reading.options import Options


def test_one_that_stands_still_is_killed_and_the_page_stays_unread():
    with reading(Options(page=1)) as rig:
        stopped = []
        over = threading.Event()

        def stop_every_one() -> None:
            while not over.wait(0.005):
                pid = rig.reader.pid
                if pid is not None and pid not in stopped:
                    psutil.Process(pid).suspend()
                    stopped.append(pid)

        hand = threading.Thread(target=stop_every_one)
        hand.start()
        try:
            assert rig.read("one", LINE) == PageUnread("one", "reading_slow")
        finally:
            over.set()
            hand.join()
        assert len(stopped) == 2
        until(lambda: not any(psutil.pid_exists(pid) for pid in stopped))
        assert rig.reader.fault == "reading_slow"


def test_forgetting_ends_one_that_stands_still_at_once():
    with reading(Options(page=300)) as rig:
        rig.reader.read("one", LINE)
        process = rig.process()
        process.suspend()
        rig.reader.forget()
        assert rig.reader.holding() == 0
        until(lambda: not process.is_running())
        assert rig.told == {}


def test_stopping_does_not_wait_for_a_page():
    with reading(Options(page=300)) as rig:
        rig.reader.read("one", LINE)
        process = rig.process()
        process.suspend()
    assert not process.is_running()

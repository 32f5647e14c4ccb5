"""The process that reads pages is killed (for want of memory, by anybody): the page is tried once more, and then stays unread."""

from __future__ import annotations

import numpy as np
from support.dense import dense
from support.reading import jpeg, reading, until

from devices.port import PageRead, PageUnread

LINE = jpeg(np.ascontiguousarray(dense(2).page[180:260, :500]))


def test_killed_once_the_page_is_read_by_another_process_and_nothing_is_wrong():
    with reading() as rig:
        rig.reader.read("one", LINE)
        first = rig.process()
        first.kill()
        assert isinstance(rig.answer("one"), PageRead)
        assert rig.reader.pid != first.pid
        assert rig.reader.fault is None


def test_killed_between_two_pages_nobody_notices():
    with reading() as rig:
        assert isinstance(rig.read("one", LINE), PageRead)
        rig.process().kill()
        assert isinstance(rig.read("two", LINE), PageRead)


def test_killed_twice_the_page_stays_unread_and_the_next_one_is_read():
    with reading() as rig:
        rig.reader.read("one", LINE)
        first = rig.process()
        first.kill()
        rig.process(other_than=first.pid).kill()
        assert rig.answer("one") == PageUnread("one", "reading_failed")
        assert rig.reader.fault == "reading_failed"
        assert isinstance(rig.read("two", LINE), PageRead)
        until(lambda: rig.reader.fault is None)

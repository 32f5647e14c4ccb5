"""The process that reads pages wants more memory than it may have: it is ended, and the terminal's own is never touched."""

from __future__ import annotations

from support.dense import dense
from support.reading import jpeg, reading
from test_reading_killed import LINE

from devices.port import PageUnread
from devices.reading.options import Options

PAGE = jpeg(dense(3).page)


def test_a_page_that_needs_more_than_there_is_stays_unread():
    with reading(Options(page=80, memory=260)) as rig:
        assert rig.read("one", PAGE) == PageUnread("one", "reading_memory")
        assert rig.reader.fault == "reading_memory"


def test_too_little_to_load_the_models_is_an_outcome_as_well():
    with reading(Options(page=80, memory=64)) as rig:
        answer = rig.read("one", LINE)
        assert isinstance(answer, PageUnread)
        assert answer.fault in ("reading_memory", "reading_failed")

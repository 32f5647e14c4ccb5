"""The extra ``ocr`` is not installed, or not wholly: pages stay unread, at once and by name, and nothing else changes."""

from __future__ import annotations

import sys

from support.reading import reading
from test_reading_killed import LINE

from devices.port import PageUnread

WITHOUT = """
import runpy, sys
sys.modules["rapidocr"] = None
sys.argv[0] = "reading"
runpy.run_module("devices.reading.process", run_name="__main__", alter_sys=False)
"""
WITHOUT_A_MODEL = """
import runpy, sys
from devices.reading.process import engine
engine.MODELS["Rec"] = "PP-OCRv9_rec_small.onnx"
runpy.run_module("devices.reading.process", run_name="__main__", alter_sys=False)
"""


def test_without_the_library_every_page_is_unread_and_the_reader_says_why():
    with reading(command=(sys.executable, "-P", "-c", WITHOUT)) as rig:
        assert rig.read("one", LINE) == PageUnread("one", "reading_missing")
        assert rig.read("two", LINE) == PageUnread("two", "reading_missing")
        assert rig.reader.fault == "reading_missing"


def test_a_model_that_is_not_there_is_missing_and_never_fetched():
    with reading(command=(sys.executable, "-P", "-c", WITHOUT_A_MODEL)) as rig:
        assert rig.read("one", LINE) == PageUnread("one", "reading_missing")


def test_a_python_that_is_not_there_is_missing():
    with reading(command=("/nonexistent/python",)) as rig:
        assert rig.read("one", LINE) == PageUnread("one", "reading_missing")

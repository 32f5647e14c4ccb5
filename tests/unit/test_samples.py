"""Sample pictures: each one that is named is there, is a drawing that says so, and nothing else is read."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from domain.catalogue.catalogue import load
from domain.catalogue.samples import picture

NAMED = sorted({m.sample for i in load()._items.values() for s in i.situations for m in s.materials if m.sample})


@pytest.mark.parametrize("name", NAMED)
def test_a_sample_that_is_named_is_a_drawing_marked_as_one(name: str) -> None:
    drawing = picture(name)
    assert drawing is not None
    root = ElementTree.fromstring(drawing)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "样张" in "".join(root.itertext())
    assert not re.search(rb"<script|href|url\(|<!", drawing)


@pytest.mark.parametrize("name", ["", "nothing", "../catalogue_demo", "hukou.svg", "/etc/passwd"])
def test_no_other_file_is_ever_read(name: str) -> None:
    assert picture(name) is None

"""Pages inside a sealed case: of this version and of those before it."""

from __future__ import annotations

import msgspec
import pytest
from support.fleet import case_content

from devices.camera import straighten
from domain.case import content, formats
from domain.case.content import Finding, Page, ReadLine


def sealed_page(page: Page) -> Page:
    case = case_content("C1", ())
    materials = (msgspec.structs.replace(case.materials[1], pages=(page,)),)
    return content.decode(content.encode(msgspec.structs.replace(case, materials=materials))).materials[0].pages[0]


def test_findings_travel_with_the_places_they_are_at():
    page = Page("a" * 64, ("page_glare",), (Finding("page_glare", ((100, 200, 300, 400),)),))
    assert sealed_page(page) == page
    assert sealed_page(page).doubts() == page.found


def test_a_case_of_before_places_were_known_opens_and_keeps_its_codes():
    tree = msgspec.json.decode(content.encode(case_content("C1", ("a" * 64,))))
    for page in tree["materials"][1]["pages"]:
        del page["found"], page["lines"]
    page = content.decode(msgspec.json.encode(tree)).materials[1].pages[0]
    assert page.doubts() == (Finding("page_blurred"),)


def test_the_size_of_the_paper_travels_by_name_and_a_case_of_before_has_none():
    page = Page("a" * 64, format="card")
    assert sealed_page(page).format == "card"
    assert msgspec.json.decode(b'{"digest": "a"}', type=Page).format == ""


def test_every_size_the_camera_tells_has_a_name_to_be_read():
    assert set(straighten.SIZES) == set(formats.NAMES)


def test_a_desk_of_before_reads_the_codes_of_a_case_of_now():
    class Before(msgspec.Struct, frozen=True):
        digest: str
        findings: tuple[str, ...] = ()

    page = Page("a" * 64, ("page_glare",), (Finding("page_glare", ((1, 2, 3, 4),)),))
    assert msgspec.json.decode(msgspec.json.encode(page), type=Before) == Before("a" * 64, ("page_glare",))


def test_what_was_read_on_a_page_is_in_no_repr():
    line = ReadLine("陈测宁", (0, 0, 10, 10), 0.9)
    assert "陈测宁" not in repr(Page("a", (), (), (line,)))


@pytest.mark.parametrize("box", [(-1, 0, 1, 1), (0, 0, 10_001, 1), (0, 0, 1)])
def test_a_place_that_is_none_makes_no_case(box):
    page = Page("a" * 64, (), (Finding("page_glare", (box,)),))
    with pytest.raises(msgspec.ValidationError):
        sealed_page(page)

"""What of an identity is sealed for the home desk, for each document; and that what older terminals sealed stays readable."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace
from support.fleet import case_content
from support.visits import PERSON

from domain.case import content
from domain.identity import Document, NewestAddress
from kiosk.visit.applicants import of_chip

OLD = {"english_name", "nationality", "permit", "former", "printed_address", "newest_address"}
"""Fields that terminals did not seal when only resident cards were read."""


def test_what_was_sealed_before_these_fields_were_is_still_read() -> None:
    tree = msgspec.json.decode(content.encode(case_content("C1", ())))
    for field in OLD:
        del tree["applicant"][field]
    read = content.decode(msgspec.json.encode(tree)).applicant
    assert (read.document, read.english_name, read.printed_address, read.newest_address) == ("resident", "", "", None)


@pytest.mark.parametrize("document", Document)
def test_every_document_is_sealed_as_what_it_is_and_read_again(document: Document) -> None:
    person = replace(PERSON, document=document, permit="H01234567", former="USA510102010114", nationality="USA")
    sealed = of_chip(person)
    whole = replace(case_content("C1", ()), applicant=sealed)
    assert content.decode(content.encode(whole)).applicant == sealed
    assert (sealed.document, sealed.permit, sealed.former) == (document.value, "H01234567", "USA510102010114")


def test_the_newest_address_is_sealed_with_the_printed_one_beside_it() -> None:
    moved = replace(PERSON, printed_address="旧址", address="新址", newest_address=NewestAddress.NEWER)
    sealed = of_chip(moved)
    assert (sealed.address, sealed.printed_address, sealed.newest_address) == ("新址", "旧址", "newer")


def test_a_foreigner_without_a_chinese_name_is_sealed_under_the_english_one() -> None:
    sealed = of_chip(replace(PERSON, name="", english_name="SAMPLE, TESTER"))
    assert (sealed.name, sealed.english_name) == ("SAMPLE, TESTER", "SAMPLE, TESTER")

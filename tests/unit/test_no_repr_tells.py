"""Whatever is put into a log line or stands in a traceback: it does not say who stands at the terminal, nor what they wrote."""

from __future__ import annotations

import pytest
from support.fleet import case_content
from support.visits import ANSWERS, PERSON, SIGNATURE, Walk

from devices.port import CardDocument, CardPhoto, DocumentKind
from domain.case.content import Answer, Delivery
from kiosk.visit import events as ev

POSTED = Delivery("post_applicant", PERSON.address, "13800138000")
SECRETS = (PERSON.name, PERSON.number, PERSON.address, "13800138000", "测试甲", "510100", "Point(")
HOLDERS = (
    PERSON,
    POSTED,
    SIGNATURE,
    Answer("care-place", "就医地", "510100", PERSON.address),
    case_content("C1", (), name="测试甲"),
    case_content("C1", (), name="测试甲").applicant,
    Walk().submitted().state,
    *Walk().submitted().effects,
    ev.CardTaken(PERSON),
    CardDocument(DocumentKind.RESIDENT, name=PERSON.name, number=PERSON.number, address=PERSON.address),
    CardPhoto(PERSON.name.encode()),
    ev.FillForm(ANSWERS),
    ev.Sign(SIGNATURE),
    ev.GivePostal(PERSON.address, "13800138000"),
)


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_no_repr_tells_of_a_person(holder: object) -> None:
    assert not [secret for secret in SECRETS if secret in repr(holder)]

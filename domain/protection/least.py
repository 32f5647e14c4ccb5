"""Least data (个人信息保护法 6; GB/T 35273-2020, 5.2): of whom is kept what, beyond what the way itself asks for.

Of the applicant the chip's text is kept whole: it stands for the copy of the identity card the catalogue asks for (``chip_read``).
Who only stands here for somebody else is identified, and no more.
"""

from __future__ import annotations

from msgspec.structs import replace

from domain.case.content import Applicant

DROPPED = {"sex": "", "nation": "", "birth": "", "address": "", "authority": "", "printed_address": "", "permit": "", "former": ""}
"""Of an agent, a guardian, or whoever handles it for a legal person: what no step after this needs."""


def of_actor(person: Applicant) -> Applicant:
    """Name, number, kind of document, its validity, how it was proven."""
    return replace(person, newest_address=None, **DROPPED)

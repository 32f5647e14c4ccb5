"""What a card's own words are worth: from the fields a reader gives to an identity of ``domain/identity.py``, or why not."""

from __future__ import annotations

from datetime import date

from devices.port import CardDocument, SocialDocument, SocialHolder
from domain import identity
from domain.identity import ClaimedIdentity, Identity, IdentityFault

SOCIAL_CARD = "card_social"


def judge(card: CardDocument, today: date) -> Identity | IdentityFault:
    """An identity document read from its chip."""
    return identity.judge(
        identity.Document(card.kind.value),
        name=card.name,
        english_name=card.english_name,
        sex=card.sex,
        nation=card.nation,
        nationality=card.nationality,
        birth=card.birth,
        address=card.address,
        newest_address=card.newest_address,
        number=card.number,
        authority=card.authority,
        valid_from=card.valid_from,
        valid_to=card.valid_to,
        permit=card.permit,
        former=card.former,
        today=today,
    )


def judge_claim(holder: SocialHolder, today: date) -> ClaimedIdentity | IdentityFault:
    """A social security card's holder, by its own words."""
    return identity.claimed(name=holder.name, number=holder.number, birth=holder.birth, today=today)


def social_fault(card: SocialDocument, today: date) -> str:
    """Why a social security card is not taken: what is wrong with what it claims, or that it is one."""
    claimed = judge_claim(card.holder, today) if card.holder is not None else None
    return claimed.value if isinstance(claimed, IdentityFault) else SOCIAL_CARD

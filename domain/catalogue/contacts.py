"""The joint contact table 综合窗口联络表 (Art. 5(4)): windows see every party's, the public what its own hall has made public."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.catalogue.party import Contact, Party


def for_windows(parties: Iterable[Party], day: date) -> tuple[tuple[Party, tuple[Contact, ...]], ...]:
    """Every party with those who answer for it on ``day``; a party without any is in the table too, so that it is seen."""
    return tuple((party, tuple(c for c in party.contacts if _good(c, day))) for party in parties)


def for_public(parties: Iterable[Party], hall: str, day: date) -> tuple[Contact, ...]:
    """What the hall of the party ``hall`` tells everybody."""
    return tuple(c for party in parties if party.party == hall for c in party.contacts if c.public and _good(c, day))


def missing(parties: Iterable[Party], day: date) -> tuple[Party, ...]:
    """Parties nobody answers for on ``day``."""
    return tuple(party for party, contacts in for_windows(parties, day) if not contacts)


def _good(contact: Contact, day: date) -> bool:
    return contact.since <= day <= (contact.until or date.max)

"""A rating at the centre, before and after it is written down. It names nobody who gave it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.rating.service import By, Given, Round, Service


@dataclass(frozen=True, slots=True)
class NewRating:
    """What somebody said of ``service``. ``party``: who is rated. ``words``: digest of the sealed document. ``terminal``: that told
    of it; ``None``: the progress page. ``given_at``: RFC 3339, by the clock of where it was given."""

    service: Service
    party: str
    level: int
    tags: tuple[int, ...]
    edition: str
    by: By
    given_at: str
    words: str | None = None
    named: bool = False
    terminal: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating as it stands. ``id`` counts; ``received``: seconds since 1970, by the centre's clock."""

    id: int
    service: Service
    round: Round
    party: str
    level: int
    tags: tuple[int, ...]
    edition: str
    by: By
    given_at: str
    received: float
    words: str | None
    named: bool
    terminal: str | None

    @property
    def given(self) -> Given:
        return Given(self.service, self.round, self.level)

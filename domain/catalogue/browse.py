"""The catalogue open to anybody, without identification (Art. 7): by place, topic, department, name, occasion, what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import ApplicantKind
from domain.catalogue.search import Entry, Match, find

LIMIT = 60
"""Items of one answer; nobody reads more on a screen."""


class Hit(Struct, frozen=True):
    """One item as a line of a list. ``homes``: the parties that have opened it, by id; ``match``: how a search met it."""

    item_id: str
    name: str
    short_name: str
    topic: str
    batch: str | None
    since: date | None
    changed: str | None
    homes: tuple[str, ...]
    match: Match | None = None


def items(
    catalogue: Catalogue,
    text: str = "",
    *,
    home: str | None = None,
    topic: str | None = None,
    department: str | None = None,
    bundle: str | None = None,
    batch: str | None = None,
    applicant: ApplicantKind | None = None,
    since: date | None = None,
    limit: int = LIMIT,
) -> tuple[Hit, ...]:
    """The items that meet all that is asked. ``since``: new or changed on that day or later, the latest first. ``text``: a search.

    Of a bundle they come in the order they are done. What no party has opened is in no answer.
    """
    wanted = [
        one
        for one in _listed(catalogue, bundle)
        if topic in (None, one.topic)
        and batch in (None, one.batch)
        and (applicant is None or applicant in one.applicants)
        and (since is None or (one.since is not None and one.since >= since))
        and _opened(catalogue, one, home, department)
    ]
    if text.strip():
        return tuple(_hit(catalogue, one, match) for match, one in find(wanted, text)[:limit])
    if since is not None:
        wanted.sort(key=lambda one: one.since or since, reverse=True)
    return tuple(_hit(catalogue, one) for one in wanted[:limit])


def topics(catalogue: Catalogue, home: str | None = None) -> tuple[tuple[str, int], ...]:
    """Each topic and how many items it has, in the catalogue's order."""
    return tuple(Counter(one.topic for one in _listed(catalogue, None) if _opened(catalogue, one, home)).items())


def batches(catalogue: Catalogue) -> tuple[tuple[str, int], ...]:
    """Each batch 批次 and how many items it brought."""
    return tuple(Counter(one.batch for one in _listed(catalogue, None) if one.batch and _opened(catalogue, one, None)).items())


def departments(catalogue: Catalogue, home: str) -> tuple[tuple[str, int], ...]:
    """Each department of a party that decides something here, and how many items."""
    named = (d for one in _listed(catalogue, None) for d in sorted(catalogue.departments(home, one.item_id)))
    return tuple(Counter(named).items())


def _listed(catalogue: Catalogue, bundle: str | None) -> Iterator[Entry]:
    if bundle is None:
        return catalogue.entries()
    found = next((b for b in catalogue.bundles if b.bundle == bundle), None)
    return (one for item in (found.items if found else ()) for one in [catalogue.entry(item)] if one)


def _opened(catalogue: Catalogue, one: Entry, home: str | None, department: str | None = None) -> bool:
    openers = catalogue.openers(one.item_id)
    if department is not None:
        return any(home in (None, h) and department in catalogue.departments(h, one.item_id) for h in openers)
    return bool(openers) if home is None else home in openers


def _hit(catalogue: Catalogue, one: Entry, match: Match | None = None) -> Hit:
    homes = catalogue.openers(one.item_id)
    return Hit(one.item_id, one.name, one.short_name, one.topic, one.batch, one.since, one.changed, homes, match)

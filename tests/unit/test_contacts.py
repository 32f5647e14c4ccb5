"""The joint contact table: all for windows, the hall's public lines for everybody, nobody who is not in charge that day."""

from __future__ import annotations

from datetime import date

from domain.catalogue import contacts
from domain.catalogue.catalogue import load

PARTIES = load().parties
TODAY = date(2026, 11, 26)


def test_windows_see_every_partys_contacts() -> None:
    table = contacts.for_windows(PARTIES, TODAY)
    assert [party.party for party, _ in table] == [p.party for p in PARTIES]
    assert all(len(found) >= 2 for _, found in table)
    assert any(not c.public for _, found in table for c in found)


def test_the_public_sees_its_own_halls_public_ones_only() -> None:
    assert [c.phone for c in contacts.for_public(PARTIES, "demo-bing", TODAY)] == ["0800-000-0003"]
    assert contacts.for_public(PARTIES, "nowhere", TODAY) == ()


def test_a_contact_is_shown_from_its_first_day_to_its_last() -> None:
    def names(day: date) -> set[str]:
        return {c.name for c in contacts.for_windows(PARTIES, day)[0][1]}

    assert "示范联络员甲三" in names(date(2024, 12, 31))
    assert "示范联络员甲三" not in names(date(2025, 1, 1))


def test_a_party_nobody_answers_for_is_named() -> None:
    assert contacts.missing(PARTIES, TODAY) == ()
    assert [p.party for p in contacts.missing(PARTIES, date(2024, 8, 1))] == ["demo-qi", "demo-yi", "demo-ding", "demo-bing"]

"""The joint contact table (联络表, Art. 5(4)) as a page: windows see all of it, the public what their own hall made public."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.contacts import for_public, for_windows
from domain.catalogue.party import Contact, Hours, Party, Window
from kiosk.visit.snapshot import Hall
from ui.words import N_, _, listed

_DAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))


class PartyContacts(Struct, frozen=True):
    """``windows``: each with its hours in words."""

    party: Party
    windows: tuple[tuple[Window, tuple[str, ...]], ...]
    contacts: tuple[Contact, ...]


def contacts(catalogue: Catalogue, today: date, hall: Hall) -> tuple[PartyContacts, ...]:
    """Every party with its windows; of its people those that are good on ``today`` and that may be told here."""
    told = {party.party: people for party, people in for_windows(catalogue.parties, today)} if hall.setting == "window" else {}
    public = for_public(catalogue.parties, hall.place, today)
    return tuple(
        PartyContacts(
            party,
            tuple((w, tuple(map(hours, w.hours))) for w in party.windows),
            told.get(party.party, public if party.party == hall.place else ()),
        )
        for party in catalogue.parties
    )


def hours(told: Hours) -> str:
    """周一至周五 09:00–17:00; days that do not follow each other are named one by one."""
    days = sorted(set(told.weekdays))
    whole = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    said = [_(_DAYS[day - 1]) for day in days]
    named = _("%(first)s至%(last)s", first=said[0], last=said[-1]) if whole else listed(said)
    return f"{named} {told.begins}–{told.ends}"

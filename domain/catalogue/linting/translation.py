"""English: what has none, and what was left behind when its Chinese changed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.english import left, without
from domain.catalogue.finding import Finding
from domain.catalogue.linting.rules import found
from domain.catalogue.part import JOINT


def of(where: str, thing: Struct) -> Iterator[Finding]:
    """Of one thing and what lies in it, one finding each: a catalogue that has no English yet is not a page of them."""
    if missing := list(dict.fromkeys(without(thing))):
        yield found("english", where, f"有 {len(missing)} 句没有英文，如“{missing[0]}”", "在“英文”一栏里写上")
    for text in dict.fromkeys(left(thing)):
        yield found("english-left", where, f"“{text}”有英文，却没有这句中文", "中文改了就重写英文，去掉了就删掉")


def beside(catalogue: Catalogue) -> Iterator[Finding]:
    """Of what is neither an item nor an opening."""
    if catalogue.notice not in catalogue.english:
        yield found("english", JOINT, f"“{catalogue.notice}”没有英文", "在“英文”一栏里写上")
    for party in catalogue.parties:
        yield from of(party.party, party)
    for bundle in catalogue.bundles:
        yield from of(bundle.bundle, bundle)
    for told in catalogue.reasons():
        yield from of(f"{told.home}/{told.item}/{told.situation or '-'}", told)

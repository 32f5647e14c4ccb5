"""Parties: codes, windows, hours, contacts; and the bundles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from domain import uscc
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.finding import Finding
from domain.catalogue.linting.rules import found
from domain.catalogue.party import Hours, Party, Window

_DIVISION = re.compile(r"[0-9]{6}|[0-9]{9}|[0-9]{12}")
_SOON = timedelta(days=30)


def of(catalogue: Catalogue, today: date) -> Iterator[Finding]:
    homes = catalogue.opening_homes()
    for party in catalogue.parties:
        yield from _codes(party)
        yield from _windows(party, home=party.party in homes)
        yield from _contacts(party, today)
    for bundle in catalogue.bundles:
        for item in bundle.items:
            if not catalogue.openers(item):
                yield found("bundle-unopened", bundle.bundle, f"一件事里的 {item} 没有一个地方开通")


def _codes(party: Party) -> Iterator[Finding]:
    if party.uscc is not None and not uscc.valid(party.uscc):
        yield found("credit-code", party.party, f"统一社会信用代码 {party.uscc} 校验位不对")
    if party.division is not None and not _DIVISION.fullmatch(party.division):
        yield found("division", party.party, f"行政区划代码 {party.division} 不是 6、9 或 12 位数字")


def _windows(party: Party, *, home: bool) -> Iterator[Finding]:
    if not party.windows:
        yield found("no-window", party.party, "没有写窗口，办事人不知道到哪里去", "写 windows")
    for name, times in Counter(w.window for w in party.windows).items():
        if times > 1:
            yield found("window-twice", f"{party.party}/{name}", "窗口编号重复")
    desks = [w.window for w in party.windows if w.home_desk]
    if len(desks) > 1:
        yield found("home-desk", party.party, f"写了 {len(desks)} 个专窗：{'、'.join(desks)}", "只留一个 home_desk")
    if home and party.windows and not desks:
        yield found("home-desk", party.party, "开通了事项，却没有业务属地专窗", "给收件的那个窗口写 home_desk")
    for window in party.windows:
        yield from _hours(f"{party.party}/{window.window}", window)


def _hours(where: str, window: Window) -> Iterator[Finding]:
    if not window.hours:
        yield found("hours", where, f"“{window.name}”没有开放时间", "写 hours")
    for span in window.hours:
        if span.begins >= span.ends:
            yield found("hours", where, f"开放时间 {span.begins}–{span.ends} 颠倒了")
    for one, other in combinations(window.hours, 2):
        if set(one.weekdays) & set(other.weekdays) and _meet(one, other):
            yield found("hours", where, f"{one.begins}–{one.ends} 和 {other.begins}–{other.ends} 重叠")


def _meet(one: Hours, other: Hours) -> bool:
    return one.begins < other.ends and other.begins < one.ends


def _contacts(party: Party, today: date) -> Iterator[Finding]:
    good = [c for c in party.contacts if c.since <= today <= (c.until or date.max)]
    if not good:
        why = "联络人都已到期" if party.contacts else "没有联络人"
        yield found("contact", party.party, why, "在 contacts 里写上现在的联络人")
    if good and not any(c.public for c in good):
        yield found("public-contact", party.party, "没有对公众公开的联络电话", "给咨询台的一条写 public")
    for contact in good:
        if contact.until is not None and contact.until - today < _SOON:
            yield found("contact-ends", party.party, f"{contact.name}（{contact.duty}）{contact.until} 到期")

"""Where a party's window is and when it is open, in the words that stand on a slip."""

from __future__ import annotations

from collections.abc import Iterable

from domain.catalogue.party import Party, Window

_DAYS = "一二三四五六日"


def intake(party: Party | None) -> Window | None:
    """The window that takes in for other places, where the party names one."""
    return next((w for w in party.windows if w.intake), None) if party is not None else None


def open_hours(window: Window) -> str:
    """``周一至周五 09:00–12:00、13:30–17:00；周六 09:00–12:00``; empty where no hours are known."""
    times: dict[tuple[int, ...], list[str]] = {}
    for hours in window.hours:
        times.setdefault(tuple(sorted(hours.weekdays)), []).append(f"{hours.begins}–{hours.ends}")
    return "；".join(f"{_weekdays(days)} {'、'.join(sorted(spans))}" for days, spans in sorted(times.items()))


def _weekdays(days: Iterable[int]) -> str:
    listed = sorted(set(days))
    if len(listed) > 2 and listed[-1] - listed[0] == len(listed) - 1:
        return f"周{_DAYS[listed[0] - 1]}至周{_DAYS[listed[-1] - 1]}"
    return "、".join(f"周{_DAYS[day - 1]}" for day in listed)

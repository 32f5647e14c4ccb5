"""Spans of time as sorted, disjoint lists of (begin, end): the arithmetic of availability. Pure."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[float, float]
Spans = list[Span]


def union(spans: Iterable[Span]) -> Spans:
    """Whatever order they come in, and however they overlap; empty ones are none."""
    found: Spans = []
    for begin, end in sorted(spans):
        if begin >= end:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def both(one: Spans, other: Spans) -> Spans:
    """What lies in both."""
    found, n, m = [], 0, 0
    while n < len(one) and m < len(other):
        begin, end = max(one[n][0], other[m][0]), min(one[n][1], other[m][1])
        if begin < end:
            found.append((begin, end))
        if one[n][1] <= other[m][1]:
            n += 1
        else:
            m += 1
    return found


def minus(one: Spans, other: Spans) -> Spans:
    """What of ``one`` does not lie in ``other``."""
    found, n = [], 0
    for begin, end in one:
        at = begin
        while n < len(other) and other[n][1] <= at:
            n += 1
        k = n
        while k < len(other) and other[k][0] < end:
            if other[k][0] > at:
                found.append((at, other[k][0]))
            at = max(at, other[k][1])
            k += 1
        if at < end:
            found.append((at, end))
    return found


def total(spans: Spans) -> float:
    """Seconds."""
    return sum(end - begin for begin, end in spans)

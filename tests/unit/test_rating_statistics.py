"""The statistics of 好差评: what each figure is of, silence that never becomes good, and no row too small."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.rating.statistics import REST, Counts, figures, fold, share

some = st.integers(0, 12)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    levels = [draw(some) for _ in range(5)]
    excluded = draw(st.integers(0, levels[3] + levels[4]))
    bad = levels[3] + levels[4] - excluded
    due, named = draw(st.integers(0, bad)), draw(st.integers(0, bad))
    settled = draw(st.integers(0, due))
    rated = draw(st.integers(0, sum(levels)))
    return Counts(
        rated + draw(some),
        rated,
        *levels,
        excluded,
        due,
        settled,
        draw(st.integers(0, settled)),
        named,
        draw(st.integers(0, named)),
    )


def value(c: Counts, name: str) -> float | None:
    return next(figure.value for figure in figures(c) if figure.name == name)


@settings(max_examples=60)
@given(counts())
def test_every_figure_is_a_share_and_good_and_bad_make_a_whole(c: Counts) -> None:
    for figure in figures(c):
        assert figure.value is None or 0 <= figure.value <= 100, figure
    good, bad = value(c, "好评率"), value(c, "差评率")
    if c.valid:
        assert good is not None
        assert bad is not None
        assert abs(good + bad - 100) < 0.2
    if c.ratable:
        active, unrated = value(c, "主动评价率"), value(c, "未评率")
        assert active is not None
        assert unrated is not None
        assert abs(active + unrated - 100) < 0.2


@settings(max_examples=60)
@given(counts(), st.integers(1, 50))
def test_more_services_that_nobody_rated_change_the_unrated_and_nothing_else(c: Counts, silent: int) -> None:
    before, after = figures(c), figures(c + Counts(ratable=silent))
    changed = {one.name for one, other in zip(before, after, strict=True) if one.value != other.value}
    assert changed <= {"主动评价率", "未评率"}
    unrated = next(figure.value for figure in after if figure.name == "未评率")
    assert unrated is not None
    assert unrated >= (value(c, "未评率") or 0)


@settings(max_examples=150)
@given(st.lists(counts(), max_size=9), st.integers(1, 30))
def test_no_row_with_few_ratings_stands_alone_and_nothing_is_lost(rows: list[Counts], least: int) -> None:
    named = [(f"r{n}", c) for n, c in enumerate(rows)]
    shown = fold(named, least)
    total = sum(rows, Counts())
    assert sum((c for _, c in shown), Counts()) == total
    small = [name for name, c in shown if 0 < c.given < least]
    assert small == [] or (small == [REST] and total.given < least), (
        "unless all together are that few, and then levels are not shown"
    )
    rest = [name for name, _ in named if name not in {name for name, _ in shown}]
    assert len(rest) != 1 or total.given == dict(named)[rest[0]].given, "a single one put away could be told by subtraction"


def test_an_excluded_rating_is_in_neither_rate_and_both_numbers_are_shown() -> None:
    c = Counts(ratable=10, rated=10, l5=8, l1=2, excluded=1)
    assert (value(c, "好评率"), value(c, "好评率（连同不计入的）")) == (share(8, 9), share(8, 10))
    assert value(c, "主动评价率") == 100.0, "it was a rating all the same"


def test_of_nothing_there_is_no_figure() -> None:
    assert {figure.value for figure in figures(Counts())} == {None}
    few = figures(Counts(ratable=9, rated=2, l5=1, l1=1, named=1), few=True)
    assert {f.name for f in few if f.value is not None} == {"主动评价率", "未评率"}, "of two ratings no level is told"

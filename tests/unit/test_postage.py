from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.acts import RESULT, Act, CameBack, Dispatched, Parcel, Piece, ResultSent, SentBack
from domain.case.postage import legs, month_of, statement, table

HOME, INTAKE = "demo-jia", "demo-bing"
AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


def to_home(waybill: str = "YS00000001", cost: int | None = 1250, at: datetime = AT) -> Dispatched:
    return Dispatched(at=at, by="dispatcher", parcel=Parcel("sf", waybill, "F1", cost), pieces=(Piece("M-OLD", 2),))


def paid(party: str, *acts: Act, case: str = "C1", month: str = "2026-11") -> tuple[int, int, int]:
    told = statement(party, month, legs(case, HOME, INTAKE, acts))
    return len(told.legs), told.total, told.unknown


def test_whoever_sends_a_leg_pays_it_and_the_other_side_does_not() -> None:
    back = SentBack(at=AT, by="home_officer", parcel=Parcel("sf", "YS00000002", cost=900), pieces=(Piece("M-OLD", 1, True),))
    result = ResultSent(
        at=AT, by="home_officer", way="post_applicant", parcel=Parcel("ems", "EA000000001", cost=2200), pieces=(Piece(RESULT, 1),)
    )
    acts = (to_home(), back, result)
    assert paid(INTAKE, *acts) == (1, 1250, 0)
    assert paid(HOME, *acts) == (2, 3100, 0)
    told = statement(HOME, "2026-11", legs("C1", HOME, INTAKE, acts))
    assert [(leg.road, leg.to) for leg in told.legs] == [("to_applicant", ""), ("to_window", INTAKE)]


def test_what_goes_online_costs_nobody_anything() -> None:
    online = Dispatched(at=AT, by="dispatcher")
    assert paid(INTAKE, online, ResultSent(at=AT, by="home_officer", way="e_licence")) == (0, 0, 0)
    assert paid(INTAKE, CameBack(at=AT, by="home_officer", waybill="YS00000001")) == (0, 0, 0)


def test_a_parcel_with_papers_of_several_cases_counts_once() -> None:
    found = [*legs("C1", HOME, INTAKE, [to_home()]), *legs("C2", HOME, INTAKE, [to_home()])]
    told = statement(INTAKE, "2026-11", found)
    assert (told.total, [(leg.cases, leg.pieces) for leg in told.legs]) == (1250, [(("C1", "C2"), 4)])


def test_a_leg_without_a_cost_is_told_and_not_taken_for_free() -> None:
    assert paid(INTAKE, to_home(cost=None), to_home("YS00000009", 0)) == (2, 0, 1)


def test_months_are_those_of_china() -> None:
    evening = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)  # half past midnight on 1 December there
    assert paid(INTAKE, to_home(at=evening)) == (0, 0, 0)
    assert paid(INTAKE, to_home(at=evening), month="2026-12") == (1, 1250, 0)
    assert month_of(evening) == "2026-12"


def test_the_table_opens_in_a_spreadsheet_with_its_numbers_whole() -> None:
    told = statement(INTAKE, "2026-11", legs("C1", HOME, INTAKE, [to_home("1234567890123")]))
    made = table((told,), {HOME: "示范甲市", INTAKE: "示范丙区"})
    assert made.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(made.removeprefix("\ufeff"))))
    assert rows[1][1:6] == ["示范丙区", "示范甲市", "申请材料寄往业务属地", "顺丰速运", '="1234567890123"']
    assert rows[-1][-1] == "12.50"


COSTS = st.one_of(st.none(), st.integers(0, 9999))
PARCELS = st.builds(to_home, st.sampled_from(["YS00000001", "YS00000002", "YS00000003"]), COSTS)


@given(st.lists(st.tuples(st.sampled_from(["C1", "C2", "C3"]), PARCELS), max_size=12), st.randoms())
@settings(max_examples=60)
def test_the_order_in_which_cases_are_looked_at_changes_no_sum(sent: list[tuple[str, Dispatched]], shuffled: object) -> None:
    found = [leg for case, act in sent for leg in legs(case, HOME, INTAKE, [act])]
    other = sorted(found, key=lambda _: shuffled.random())  # type: ignore[attr-defined]
    one, two = (statement(INTAKE, "2026-11", legs_) for legs_ in (found, other))
    assert (one.total, one.unknown, sum(leg.pieces for leg in one.legs)) == (
        two.total,
        two.unknown,
        sum(leg.pieces for leg in two.legs),
    )
    assert len({leg.waybill for leg in one.legs}) == len(one.legs)

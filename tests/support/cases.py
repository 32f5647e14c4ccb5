"""Lives of cases for tests: one act of each kind, a life in each state, and what would fit wherever a life stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.calendar import CHINA
from domain.case import acts
from domain.case.acts import RESULT, Act, Parcel, Piece
from domain.case.life import Life, Refusal, Taken, begun, step
from domain.case.rights import RIGHTS, State

AT = datetime(2026, 3, 2, 10, tzinfo=CHINA)
"""A Monday with no holiday near."""
TAKEN = Taken("510100260302K01ABC0001X", "demo-jia", "demo-yi", AT)
OUT, BACK, POST = Parcel("ems", "OUT0001"), Parcel("ems", "BACK001"), Parcel("ems", "POST001")
BOOK, COPY = Piece("M-book", 1, back=True), Piece("M-copy", 3)


def act_of(kind: type[Act], at: datetime, role: str | None = None, **more: object) -> Act:
    """One of this kind, by whoever may do it unless ``role`` says otherwise, with what it cannot do without."""
    needs: dict[type, dict[str, object]] = {
        acts.Mended: {"points": ("M-copy#1",)},
        acts.Received: {"waybill": BACK.waybill},
        acts.Returned: {"pieces": (BOOK,)},
        acts.HandedOver: {"proof": "chip_read"},
        acts.Arrived: {"waybill": OUT.waybill},
        acts.CorrectionRequested: {"points": ("M-copy#1",)},
        acts.NotAccepted: {"why": "not_competent"},
        acts.Suspended: {"procedure": "hearing"},
        acts.Extended: {"days": 10},
        acts.Decided: {"result": "granted"},
        acts.ResultSent: {"way": "pickup_intake"},
        acts.SentBack: {"parcel": BACK, "pieces": (BOOK,)},
        acts.CameBack: {"waybill": POST.waybill},
        acts.Transferred: {"to": "demo-bing"},
        acts.Corrected: {"points": ("M-copy#1",)},
        acts.DeemedAccepted: {"since": at.date()},
    }
    said = {"at": at, "by": role or min(RIGHTS[kind][0]), **needs.get(kind, {}), **more}
    return kind(**said)  # type: ignore[arg-type]


def lived(taken: Taken, *kinds: Act | type[Act]) -> Life:
    """After these, an hour apart; each is taken, or the test is wrong."""
    life = begun(taken)
    for hour, kind in enumerate(kinds, start=1):
        act = act_of(kind, taken.at + timedelta(hours=hour)) if isinstance(kind, type) else kind
        after = step(life, act)
        assert not isinstance(after, Refusal), (kind, after.code, life.state)
        life = after
    return life


_SENT = (acts.Prechecked, acts.Dispatched)
_ACCEPTED = (*_SENT, acts.Accepted)
_PATHS: dict[State, tuple[type[Act], ...]] = {
    State.SUBMITTED: (),
    State.PRECHECKED: (acts.Prechecked,),
    State.ARRIVED: _SENT,
    State.CORRECTION: (*_SENT, acts.CorrectionRequested),
    State.CORRECTED: (*_SENT, acts.CorrectionRequested, acts.Corrected),
    State.ACCEPTED: _ACCEPTED,
    State.SUSPENDED: (*_ACCEPTED, acts.Suspended),
    State.NOT_ACCEPTED: (*_SENT, acts.NotAccepted),
    State.DECIDED: (*_ACCEPTED, acts.Decided),
    State.RESULT_SENT: (*_ACCEPTED, acts.Decided, acts.ResultSent),
    State.DELIVERED: (*_ACCEPTED, acts.Decided, acts.ResultSent, acts.Delivered),
    State.CLOSED: (*_ACCEPTED, acts.Decided, acts.ResultSent, acts.Delivered, acts.Closed),
    State.WITHDRAWN: (acts.Withdrawn,),
    State.TRANSFERRED: (acts.Transferred,),
}


def path_to(state: State, since: datetime = AT) -> tuple[Act, ...]:
    """The acts that lead there, a second apart."""
    if state is State.DISPATCHED:
        kept = act_of(acts.OriginalsSeen, since + timedelta(seconds=1), kept=(BOOK, COPY))
        checked = act_of(acts.Prechecked, since + timedelta(seconds=2))
        return kept, checked, act_of(acts.Dispatched, since + timedelta(seconds=3), parcel=OUT, pieces=(BOOK, COPY))
    return tuple(act_of(kind, since + timedelta(seconds=n)) for n, kind in enumerate(_PATHS[state], start=1))


def standing_in(state: State) -> Life:
    life = lived(TAKEN, *path_to(state))
    assert life.state is state
    return life


def plausible(life: Life) -> dict[type[Act], dict[str, object]]:
    """What an act would say that fits where this life stands."""
    paper = life.paper

    def lying(place: str) -> tuple[Piece, ...]:
        return tuple(Piece(material, count) for material, count in sorted(paper.at(place).items()))  # type: ignore[arg-type]

    n = life.position
    road = {leg.road: leg for leg in paper.legs if not leg.counted}
    came = {name: {"waybill": leg.parcel.waybill, "pieces": leg.pieces} for name, leg in road.items()}
    result = (Piece(RESULT, 1, back=True), *(p for p in lying("home") if p.material != RESULT))
    found: dict[type[Act], dict[str, object]] = {
        acts.OriginalsSeen: {"done": life.awaits, "kept": (BOOK, COPY)},
        acts.Dispatched: {"parcel": Parcel("ems", f"OUT{n:06d}"), "pieces": lying("window")} if lying("window") else {},
        acts.Arrived: came.get("to_home", {}),
        acts.Received: came.get("to_window", {}),
        acts.Corrected: {"points": tuple(sorted(life.notice.open))} if life.notice else {},
        acts.ResultSent: {"way": "pickup_intake", "parcel": Parcel("ems", f"BACK{n:06d}"), "pieces": result},
        acts.CameBack: {"waybill": road["to_applicant"].parcel.waybill} if "to_applicant" in road else {},
        acts.Delivered: {"pieces": lying("counter")},
        acts.HandedOver: {"pieces": lying("counter")},
    }
    if lying("counter") or lying("window"):
        found[acts.Returned] = {"pieces": lying("counter") or lying("window")}
    if lying("home"):
        found[acts.SentBack] = {"parcel": Parcel("ems", f"BACK{n:06d}"), "pieces": lying("home")}
    return found

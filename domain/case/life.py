"""The life of a case: what its acts, one after another, have made of what was taken in; and which act may come next.

``step`` is the only way on. It asks the table of rights first, then what the act wants beside the state. A refusal is a code
(words in ``domain/case/lifewords.py``); nothing has changed then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar import CHINA
from domain.case import acts
from domain.case.acts import RESULT, Act, Awaited, Piece, Way, material_of
from domain.case.pieces import IN_HANDS, Leg, Paper, Place, counts, differences
from domain.case.rights import RIGHTS, State
from domain.catalogue.item import Limit


class Terms(Struct, frozen=True):
    """What the catalogue of that day said of the item; ``legal`` and ``promised`` count from the acceptance. ``electronic``: no
    pre-check and no dispatch (``Opening.pure_electronic``)."""

    electronic: bool = False
    window_days: int = 10
    legal: Limit = Limit(20, "workday")
    promised: Limit = Limit()


class Taken(Struct, frozen=True):
    """What was taken in. ``heard``: when the centre heard of it, where the terminal was offline meanwhile."""

    case: str
    home: str
    intake: str
    at: datetime
    awaits: tuple[Awaited, ...] = ()
    terms: Terms = Terms()
    heard: datetime | None = None


class Rules(Struct, frozen=True):
    """What parties may settle between them. ``notice``: working days for the correction notice or the acceptance; silence beyond
    them, counted from the ``silence`` day, is acceptance. ``decision`` and ``extension``: where the item says nothing, and at most.
    ``access``: days after dispatch within which the window can open a case; ``late_day``: what is taken in on a day off counts
    as taken in on the next working day. ``warn``: the part of a term after which it is warned of.
    """

    notice: int = 5
    silence: Literal["window", "arrival"] = "arrival"
    extension: int = 10
    delivery: int = 10
    access: int = 30
    late_day: bool = False
    warn: float = 0.8


RULES = Rules()
_FETCHED = ("pickup_intake", "terminal_print")
"""Ways on which a result is fetched in the hall, by whoever shows who they are."""


class Refusal(Struct, frozen=True):
    """Why an act may not be done now."""

    code: str


class Notice(Struct, frozen=True):
    """A correction notice; ``answered``: its points for which something was handed in."""

    day: date
    points: frozenset[str]
    answered: frozenset[str] = frozenset()

    @property
    def open(self) -> frozenset[str]:
        return self.points - self.answered


class Acceptance(Struct, frozen=True):
    """``since``: the day from which the term of the decision counts."""

    since: date
    deemed: bool


class Pause(Struct, frozen=True):
    """A special procedure; ``until`` null while it lasts. The days after ``since`` up to ``until`` do not count."""

    since: date
    until: date | None = None


class Extension(Struct, frozen=True):
    day: date
    days: int


class Sending(Struct, frozen=True):
    day: date
    way: Way


Ending = Literal["not_accepted", "withdrawn", "transferred"]


class Life(Struct, frozen=True):
    """A case as it stands after ``position`` acts. Days are China's."""

    taken: Taken
    position: int = 0
    awaits: tuple[Awaited, ...] = ()
    prechecked: date | None = None
    dispatched: datetime | None = None
    """The last time."""
    received: date | None = None
    """Since when the window has all it was to see: from here, or from ``arrived``, silence counts."""
    arrived: date | None = None
    notices: tuple[Notice, ...] = ()
    corrected: date | None = None
    """When the last point of the notice was answered in the hall, and (``correction_arrived``) when that was heard of."""
    correction_arrived: date | None = None
    renewed: frozenset[str] = frozenset()
    """Materials handed in anew since the last notice."""
    late: int = 0
    """Corrections that came when nothing was to be corrected any more."""
    accepted: Acceptance | None = None
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    decided: date | None = None
    granted: bool | None = None
    ended: Ending | None = None
    ended_day: date | None = None
    sent: Sending | None = None
    delivered: date | None = None
    closed: date | None = None
    paper: Paper = Paper()

    @property
    def state(self) -> State:
        if self.closed is not None:
            return State.CLOSED
        if self.delivered is not None:
            return State.DELIVERED
        if self.sent is not None:
            return State.RESULT_SENT
        if self.ended is not None:
            return State(self.ended)
        if self.decided is not None:
            return State.DECIDED
        if self.accepted is not None:
            return State.SUSPENDED if self.paused else State.ACCEPTED
        if self.notice is not None:
            return State.CORRECTION
        if self.corrected is not None:
            return State.CORRECTED
        if self.arrived is not None:
            return State.ARRIVED
        if self.dispatched is not None:
            return State.DISPATCHED
        return State.PRECHECKED if self.prechecked is not None else State.SUBMITTED

    @property
    def notice(self) -> Notice | None:
        """The notice that is not answered whole yet."""
        last = self.notices[-1] if self.notices else None
        return last if last is not None and last.open else None

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def electronic(self) -> bool:
        """Whether the intake window has nothing to do: it needs no pre-check, and nothing is awaited there."""
        return self.taken.terms.electronic and not self.taken.awaits

    def old(self, points: Iterable[str]) -> frozenset[str]:
        """Those that stood when a former notice was made: noticed then, or of a material that has not been handed in since."""
        before = frozenset[str]().union(*(n.points for n in self.notices))
        return frozenset(p for p in points if self.notices and (p in before or material_of(p) not in self.renewed))


def begun(taken: Taken) -> Life:
    """As it was taken in."""
    day = day_of(taken.at)
    life = Life(taken, awaits=taken.awaits, received=None if taken.awaits else day)
    return replace(life, arrived=day_of(taken.heard or taken.at)) if life.electronic else life


def fold(taken: Taken, done: Iterable[Act]) -> Life:
    """After acts that were all taken by :func:`step`."""
    life = begun(taken)
    for act in done:
        life = _after(life, act)
    return life


def step(life: Life, act: Act, rules: Rules = RULES) -> Life | Refusal:
    """The life after ``act``, or why it may not be done now."""
    roles, states = RIGHTS[type(act)]
    if act.by not in roles:
        return Refusal("role")
    if life.state not in states:
        return Refusal("state")
    wrong = _wanting(life, act, rules)
    return Refusal(wrong) if wrong is not None else _after(life, act)


def day_of(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _wanting(life: Life, act: Act, rules: Rules) -> str | None:
    paper = life.paper
    match act:
        case acts.Prechecked() | acts.OriginalsSeen() | acts.Mended() | acts.Dispatched() if life.electronic:
            return "electronic"
        case acts.Prechecked() if life.dispatched is not None:
            return "dispatched"
        case acts.OriginalsSeen() if RESULT in counts(act.kept):
            return "pieces"
        case acts.Dispatched():
            return _undispatchable(life, act)
        case acts.Received():
            return _miscounted(paper.leg(act.waybill, "to_window"), act)
        case acts.Returned() if not (paper.there("counter", act.pieces) or paper.there("window", act.pieces)):
            return "pieces"
        case acts.Arrived():
            if act.on is not None and not (day_of(life.dispatched or life.taken.at) <= act.on <= day_of(act.at)):
                return "wrong_day"
            return _miscounted(paper.leg(act.waybill, "to_home"), act)
        case acts.CorrectionRequested() if act.again is None and life.old(act.points):
            return "old_points"
        case acts.Accepted() if life.arrived is None:
            return "not_arrived"
        case acts.NotAccepted() if act.why == "not_corrected" and not life.notices:
            return "not_noticed"
        case acts.Extended() if life.extension is not None:
            return "extended"
        case acts.Extended() if act.days > rules.extension:
            return "too_long"
        case acts.ResultSent():
            return _unsendable(life, act)
        case acts.SentBack():
            return _unsent(paper, act.parcel, act.pieces)
        case acts.CameBack() if paper.leg(act.waybill, "to_applicant") is None:
            return "no_parcel"
        case acts.Served():
            return _unserved(life, act)
        case acts.Transferred() if not paper.there("home", act.pieces):
            return "pieces"
        case acts.Closed() if paper.at(*IN_HANDS) or paper.still_owed():
            return "paper_out"
        case acts.Corrected() if not life.notices:
            return "not_noticed"
        case acts.Delivered() | acts.HandedOver():
            return _undelivered(life, act)
        case acts.DeemedAccepted() if life.received is None:
            return "awaited"
    return None


def _undispatchable(life: Life, act: acts.Dispatched) -> str | None:
    """All the paper that lies at the window goes, or nothing does: what is left in a drawer is lost."""
    if life.prechecked is None:
        return "not_prechecked"
    if life.awaits:
        return "awaited"
    if counts(act.pieces) != life.paper.at("window"):
        return "paper_left"
    if act.parcel is None:
        return "no_parcel" if act.pieces else None
    return "waybill" if _known(life.paper, act.parcel.waybill) else None


def _miscounted(leg: Leg | None, act: acts.Arrived | acts.Received) -> str | None:
    if leg is None:
        return "no_parcel"
    noted = tuple(sorted(act.discrepancies, key=lambda d: d.material))
    return None if noted == differences(leg.pieces, act.pieces) else "miscounted"


def _unsendable(life: Life, act: acts.ResultSent) -> str | None:
    travels = act.way in ("pickup_intake", "post_applicant")
    if act.parcel is not None:
        rest = [p for p in act.pieces if p.material != RESULT]
        return _unsent(life.paper, act.parcel, rest) if travels else "other_way"
    if act.way == "post_applicant" or (travels and act.pieces):
        return "no_parcel"
    rest = [p for p in act.pieces if p.material != RESULT]
    return None if life.paper.there("home", rest) else "pieces"


def _unsent(paper: Paper, parcel: acts.Parcel, pieces: Iterable[Piece]) -> str | None:
    if _known(paper, parcel.waybill):
        return "waybill"
    return None if paper.there("home", pieces) else "pieces"


def _unserved(life: Life, act: acts.Served) -> str | None:
    """What is fetched at the window is handed over there, after the card was read: no desk can say it was."""
    if life.sent is None or life.sent.way in _FETCHED:
        return "other_way"
    return None if life.paper.there("home", act.pieces) else "pieces"


def _undelivered(life: Life, act: acts.Delivered | acts.HandedOver) -> str | None:
    if life.sent is None or life.sent.way not in _FETCHED or (isinstance(act, acts.Delivered) and act.way not in _FETCHED):
        return "other_way"
    if life.paper.at("to_window").get(RESULT):
        return "on_the_road"
    return None if life.paper.there("counter", act.pieces) else "pieces"


def _known(paper: Paper, waybill: str) -> bool:
    return any(leg.parcel.waybill == waybill for leg in paper.legs)


def _after(life: Life, act: Act) -> Life:
    day, paper = day_of(act.at), life.paper
    life = replace(life, position=life.position + 1)
    match act:
        case acts.Prechecked():
            return replace(life, prechecked=day)
        case acts.OriginalsSeen():
            awaits = tuple(kind for kind in life.awaits if kind not in act.done)
            received = life.received or (day if not awaits else None)
            return replace(life, awaits=awaits, received=received, paper=paper.added("window", act.kept))
        case acts.Dispatched():
            if act.parcel is None:
                return replace(life, dispatched=act.at, arrived=life.arrived or day)
            return replace(life, dispatched=act.at, paper=paper.sent("window", Leg(act.parcel, "to_home", act.pieces)))
        case acts.Received():
            leg = paper.leg(act.waybill, "to_window")
            return replace(life, paper=paper.counted(leg, "counter", act.pieces)) if leg is not None else life
        case acts.Returned():
            source: Place = "counter" if paper.there("counter", act.pieces) else "window"
            return replace(life, paper=paper.moved(source, "applicant", act.pieces))
        case acts.Arrived():
            leg = paper.leg(act.waybill, "to_home")
            return replace(
                life,
                arrived=life.arrived or act.on or day,
                paper=paper.counted(leg, "home", act.pieces) if leg is not None else paper,
            )
        case acts.CorrectionRequested():
            notice = Notice(day, frozenset(act.points))
            return replace(life, notices=(*life.notices, notice), corrected=None, correction_arrived=None, renewed=frozenset())
        case acts.Accepted():
            return replace(life, accepted=Acceptance(day, deemed=False))
        case acts.DeemedAccepted():
            return replace(life, accepted=Acceptance(act.since, deemed=True))
        case acts.NotAccepted():
            return replace(life, ended="not_accepted", ended_day=day)
        case acts.Suspended():
            return replace(life, pauses=(*life.pauses, Pause(day)))
        case acts.Resumed():
            return replace(life, pauses=(*life.pauses[:-1], replace(life.pauses[-1], until=day)))
        case acts.Extended():
            return replace(life, extension=Extension(day, act.days))
        case acts.Decided():
            return replace(life, decided=day, granted=act.result == "granted")
        case acts.ResultSent():
            return replace(life, sent=Sending(day, act.way), paper=_sent_on(paper, act))
        case acts.SentBack():
            return replace(life, paper=paper.sent("home", Leg(act.parcel, "to_window", act.pieces)))
        case acts.CameBack():
            leg = paper.leg(act.waybill, "to_applicant")
            return replace(life, sent=None, paper=paper.counted(leg, "home", leg.pieces) if leg is not None else paper)
        case acts.Served():
            handed = paper.moved("home", "applicant", act.pieces)
            for leg in paper.legs:
                if leg.road == "to_applicant" and not leg.counted:
                    handed = handed.counted(leg, "applicant", leg.pieces)
            return replace(life, delivered=day, paper=handed)
        case acts.Transferred():
            return replace(life, ended="transferred", ended_day=day, paper=paper.moved("home", "elsewhere", act.pieces))
        case acts.Closed():
            return replace(life, closed=day)
        case acts.Corrected():
            return _corrected(life, act, day)
        case acts.Delivered() | acts.HandedOver():
            result = [Piece(RESULT, count) for material, count in paper.at("counter").items() if material == RESULT]
            return replace(life, delivered=day, paper=paper.moved("counter", "applicant", act.pieces or result))
        case acts.Withdrawn():
            return replace(life, ended="withdrawn", ended_day=day)
        case acts.Mended():
            return life


def _sent_on(paper: Paper, act: acts.ResultSent) -> Paper:
    """The result itself is issued with its sending; one that came back by post is there already."""
    here = paper.at("home").get(RESULT, 0)
    issued = max(0, sum(p.count for p in act.pieces if p.material == RESULT) - here)
    if issued:
        paper = paper.added("home", (Piece(RESULT, issued, back=True),))
    if act.parcel is None:
        return paper
    return paper.sent("home", Leg(act.parcel, "to_window" if act.way == "pickup_intake" else "to_applicant", act.pieces))


def _corrected(life: Life, act: acts.Corrected, day: date) -> Life:
    notice = life.notice
    if life.state is not State.CORRECTION or notice is None:
        return replace(life, late=life.late + 1)
    answered = replace(notice, answered=notice.answered | (frozenset(act.points) & notice.points))
    renewed = life.renewed | {material_of(p) for p in act.points}
    return replace(
        life,
        notices=(*life.notices[:-1], answered),
        renewed=renewed,
        corrected=None if answered.open else day,
        correction_arrived=None if answered.open else day_of(act.heard or act.at),
    )

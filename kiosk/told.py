"""What a device said, as the visit hears it. Where it takes a judgement, or a picture goes with it, the dispatcher sees to it."""

from __future__ import annotations

from devices import port
from kiosk.visit import events as ev
from kiosk.visit.followup_events import AnswerNotStored, AnswerStored, RightFiled, RightNotFiled, TasksFound, TasksNotFound

ANSWERS = (
    port.PageTaken,
    port.PageRefused,
    port.PrintEnded,
    ev.PageSealed,
    ev.PageLost,
    ev.CaseStored,
    ev.CaseNotStored,
    ev.PrintingEnded,
    ev.DraftKept,
    ev.DraftNotKept,
    ev.DraftOpened,
    ev.DraftNotOpened,
    ev.ServiceNoted,
    ev.ServiceNotNoted,
    ev.DocumentFound,
    ev.DocumentNotFound,
    ev.SheetEnded,
    TasksFound,
    TasksNotFound,
    RightFiled,
    RightNotFiled,
    AnswerStored,
    AnswerNotStored,
)
"""Each ends something the dispatcher began; lost, it would leave a citizen waiting."""


def told(event: port.DeviceEvent | ev.Event) -> ev.Event | None:
    """The visit's event; ``None`` for what is not of the visit, or not told this way."""
    match event:
        case port.CardFound():
            return ev.CardSeen()
        case port.CardFailed():
            return ev.CardNotTaken(event.fault)
        case port.BadgeShown() | port.BadgeProven() | port.BadgeDeclined() | port.BadgeGone():
            return None  # of staff the visit knows nothing
        case port.DeskSeen():
            return ev.DeskSeen(event.still and event.advice is None, event.lay)
        case port.PageRefused():
            return ev.PageNotTaken(event.request, event.fault)
        case port.RatingKey():
            return ev.PadPressed(event.question, event.level)
        case port.DeviceChanged() | port.CardRead() | port.CardRemoved() | port.CardOutOfSight() | port.CardPhoto():
            return None
        case port.PageRead() | port.PageUnread():
            return None
        case port.SocialCardRead() | port.ChipCardRemoved() | port.PageTaken() | port.PrintEnded():
            return None
        case _:
            return event

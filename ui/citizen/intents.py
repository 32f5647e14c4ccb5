"""What a posted form means: ``parse(name, form) → Intent``. Strict: a field too many, twice or too long is no intent.

What a browser sends is hostile until it is parsed; values never reach a message or a log.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict

from domain import draft
from domain.case.content import INKED, MAX_POINTS, Point, Signature
from domain.catalogue import words
from domain.code import MistypedError
from domain.protection.rights import KINDS
from domain.rating.levels import MOST_WORDS
from kiosk.visit import attending_events as ae
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit import inking_events as ie
from kiosk.visit.followup import DOINGS
from kiosk.visit.state import Step

MAX_BODY = 1024 * 1024
"""Bytes of a form: the longest signature (20,000 points), URL-encoded, is about 700 kB."""
_MAX_FIELDS = 100
_MAX_ANSWER = 1000
_MAX_TICKED = 40
_MAX_SIDE = 4096
"""Pixels of a signature pad's side; no terminal's screen is larger."""
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VISIT = re.compile(r"[A-Za-z0-9_-]{0,64}")
_VERSION = re.compile(r"[0-9]{1,12}")
_DATE_PARTS = ("year", "month", "day")
_SEEN = ("visit", "version", "key")

Form = MultiDict[str, str]


class BadFormError(ValueError):
    """The form is none of ours. The text names the field, never a value."""


def parse(name: str, form: Form) -> ev.Intent:
    """The intent ``name`` (``choose-place``) with the fields of ``form``; :class:`BadFormError`."""
    parser = _PARSERS.get(name)
    if parser is None:
        raise BadFormError("no such intent")
    if len(form) > _MAX_FIELDS or any(len(form.getlist(key)) > 1 for key in form if key != "tag" and not key.startswith("answer.")):
        raise BadFormError("fields too many or twice")
    fields = form.copy()
    for key in _SEEN:
        fields.poplist(key)
    intent = parser(fields)
    if fields:
        raise BadFormError("fields nobody asked for")
    return intent


def seen(form: Form) -> tuple[str | None, int]:
    """(visit or ``None``, version) of the screen the form was on; :class:`BadFormError`."""
    visit, version = form.get("visit", ""), form.get("version", "")
    if not _VISIT.fullmatch(visit) or not _VERSION.fullmatch(version):
        raise BadFormError("visit or version")
    return visit or None, int(version)


def names() -> tuple[str, ...]:
    """Every intent there is, as it stands in the address."""
    return tuple(_PARSERS)


def _plain(intent: Callable[[], ev.Intent]) -> Callable[[Form], ev.Intent]:
    return lambda _fields: intent()


def _begin(_fields: Form) -> ev.Intent:
    return ev.Begin(secrets.token_urlsafe(16))


def _begin_followup(_fields: Form) -> ev.Intent:
    return fe.BeginFollowup(secrets.token_urlsafe(16))


def _choose_how(fields: Form) -> ev.Intent:
    by = _text(fields, "by", 8)
    if by not in ("card", "receipt", "number"):
        raise BadFormError("by")
    return fe.ChooseHow(by)


def _ask_number(fields: Form) -> ev.Intent:
    return fe.AskNumber(_text(fields, "number", 40), _text(fields, "tail", 8, optional=True))


def _choose_task(fields: Form) -> ev.Intent:
    task, doing = _text(fields, "task", 3), _text(fields, "doing", 8)
    if not (task.isascii() and task.isdigit()) or doing not in DOINGS:
        raise BadFormError("task")
    return fe.ChooseTask(int(task), doing)


def _rate_home(fields: Form) -> ev.Intent:
    case = _text(fields, "case", 3)
    if not (case.isascii() and case.isdigit()):
        raise BadFormError("case")
    return fe.RateHome(int(case))


def _ask_right(fields: Form) -> ev.Intent:
    case = _text(fields, "case", 3)
    if not (case.isascii() and case.isdigit()):
        raise BadFormError("case")
    return fe.AskRight(int(case))


def _choose_right(fields: Form) -> ev.Intent:
    kind = _text(fields, "kind", 8, optional=True)
    if kind and kind not in KINDS:
        raise BadFormError("kind")
    return fe.ChooseRight(kind)


def _take_page(_fields: Form) -> ev.Intent:
    return ev.TakePage(secrets.token_urlsafe(16))


def _choose_page(fields: Form) -> ev.Intent:
    ref = _text(fields, "ref", 64, optional=True)
    if ref and not _REF.fullmatch(ref):
        raise BadFormError("ref")
    return ev.ChoosePage(ref or None)


def _move_page(fields: Form) -> ev.Intent:
    by = {"on": 1, "back": -1}.get(_text(fields, "by", 4))
    if by is None:
        raise BadFormError("by")
    return ev.MovePage(by)


def _take_unasked(fields: Form) -> ev.Intent:
    on = _text(fields, "on", 3)
    if on not in ("yes", "no"):
        raise BadFormError("on")
    return ev.TakeUnasked(on == "yes")


def _identified(intent: Callable[[str], ev.Intent], field: str) -> Callable[[Form], ev.Intent]:
    return lambda fields: intent(_id(fields, field))


def _edit(fields: Form) -> ev.Intent:
    try:
        step = Step(_text(fields, "step", 20))
    except ValueError:
        raise BadFormError("step") from None
    return ev.Edit(step, _id(fields, "field") if "field" in fields else None)


def _fill_form(fields: Form) -> ev.FillForm:
    """``answer.<field>``, several times where several options are ticked. For a date ``answer.<field>.year``, ``.month`` and
    ``.day``: all three empty is no date. ``answer.<field>.by``: ``card`` where what the card says is to stand, whatever is written.
    """
    answers: dict[str, str] = {}
    by_card: list[str] = []
    dates: dict[str, dict[str, str]] = {}
    for key in list(fields):
        prefix, _, rest = key.partition(".")
        field, _, part = rest.partition(".")
        if prefix != "answer" or not _ID.fullmatch(field) or part not in ("", "by", *_DATE_PARTS):
            raise BadFormError("answer")
        if part == "by":
            if _text(fields, key, 4) == "card":
                by_card.append(field)
        elif part:
            dates.setdefault(field, {})[part] = _text(fields, key, _MAX_ANSWER)
        else:
            answers[field] = _several(fields, key)
    for field, parts in dates.items():
        if field in answers or set(parts) != set(_DATE_PARTS):
            raise BadFormError("date")
        answers[field] = "-".join(parts[p] for p in _DATE_PARTS) if any(parts.values()) else ""
    return ev.FillForm({f: v for f, v in answers.items() if f not in by_card}, tuple(by_card), _today())


def _several(fields: Form, key: str) -> str:
    """One value, or the ids of the options that were ticked."""
    if len(fields.getlist(key)) == 1:
        return _text(fields, key, _MAX_ANSWER)
    ticked = fields.poplist(key)
    if len(ticked) > _MAX_TICKED or not all(_ID.fullmatch(value) for value in ticked):
        raise BadFormError("answer")
    return ",".join(ticked)


def _sign(fields: Form) -> ev.Intent:
    try:
        signature = msgspec.json.decode(_text(fields, "signature", MAX_BODY), type=Signature)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        raise BadFormError("signature") from None
    if not (0 < signature.width <= _MAX_SIDE and 0 < signature.height <= _MAX_SIDE):
        raise BadFormError("signature")
    if sum(len(s) for s in signature.strokes) > MAX_POINTS or not all(sane(p) for s in signature.strokes for p in s):
        raise BadFormError("signature")
    return ev.Sign(signature, secrets.token_urlsafe(16))


def _sign_on_paper(fields: Form) -> ev.Intent:
    how = next((one for one in INKED if one == fields.get("how")), None)
    if how is None or len(fields.poplist("how")) != 1:
        raise BadFormError("how")
    name, number = _text(fields, "name", 60, optional=True), _text(fields, "number", 20, optional=True)
    return ie.SignOnPaper(how, name, number, _today())


def sane(point: Point) -> bool:
    """Whether it can be a point of a pad, wherever that has its origin."""
    return -_MAX_SIDE <= point.x <= _MAX_SIDE and -_MAX_SIDE <= point.y <= _MAX_SIDE and 0 <= point.t < 1e9


def _state_who(fields: Form) -> ev.Intent:
    filled = _fill_form(fields)
    if filled.by_card:
        raise BadFormError("answer")
    return ev.StateWho(filled.answers, filled.day)


def _choose_document(fields: Form) -> ev.Intent:
    return ev.ChooseDocument(_id(fields, "paper"))


def _for_another(fields: Form) -> ev.Intent:
    applicant = _text(fields, "applicant", 12)
    if applicant not in ("self", "agent", "guardian", "legal_person"):
        raise BadFormError("applicant")
    return ev.ForAnother(applicant)


def _keep_draft(_fields: Form) -> ev.Intent:
    return ev.KeepDraft(draft.new_code(secrets.token_bytes(draft.CODE_SECRET)))


def _begin_draft(_fields: Form) -> ev.Intent:
    return ev.BeginDraft(secrets.token_urlsafe(16))


def _fetch_draft(fields: Form) -> ev.Intent:
    """A code mistyped is none, and is never asked for: the clerk reads so, and it costs no try."""
    try:
        return ev.FetchDraft(draft.read_code(_text(fields, "code", 60)))
    except MistypedError:
        return ev.FetchDraft("")


def _checked(fields: Form) -> ev.Intent:
    return ev.Checked(_text(fields, "by", 40).strip())


def _choose_delivery(fields: Form) -> ev.Intent:
    way = _text(fields, "way", 20)
    if way not in words.DELIVERY:
        raise BadFormError("way")
    return ev.ChooseDelivery(way)


def _give_postal(fields: Form) -> ev.Intent:
    where, address, phone = _text(fields, "where", 8), _text(fields, "address", 200, optional=True), _text(fields, "phone", 20)
    if where not in ("card", "other"):
        raise BadFormError("where")
    return ev.GivePostal(None if where == "card" else address, phone)


def _answer_question(fields: Form) -> ev.Intent:
    answer = _text(fields, "answer", 1)
    if not answer.isascii() or not answer.isdigit():
        raise BadFormError("answer")
    return ev.AnswerQuestion(int(answer))


def _choose_channel(fields: Form) -> ev.Intent:
    channel = _text(fields, "channel", 8)
    if channel not in ("online", "here"):
        raise BadFormError("channel")
    return ev.ChooseChannel(channel)


def _yes_or_no(intent: Callable[[bool], ev.Intent], field: str) -> Callable[[Form], ev.Intent]:
    def parse(fields: Form) -> ev.Intent:
        said = _text(fields, field, 3)
        if said not in ("yes", "no"):
            raise BadFormError(field)
        return intent(said == "yes")

    return parse


def _rate(fields: Form) -> ev.Intent:
    level = _text(fields, "level", 1)
    if level not in ("1", "2", "3", "4", "5"):
        raise BadFormError("level")
    return ev.Rate(int(level))


def _give_reason(fields: Form) -> ev.Intent:
    tags = fields.poplist("tag")
    if len(tags) > 8 or not all(re.fullmatch(r"[0-9]{3}", t) for t in tags):
        raise BadFormError("tag")
    fields["words"] = " ".join(fields.get("words", "").split())  # a plugged-in keyboard has an Enter
    text = _text(fields, "words", MOST_WORDS, optional=True)
    name, phone = _text(fields, "name", 60, optional=True), _text(fields, "phone", 20, optional=True)
    return ev.GiveReason(tuple(int(t) for t in tags), text, name, phone)


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _id(fields: Form, key: str) -> str:
    value = _text(fields, key, 40)
    if not _ID.fullmatch(value):
        raise BadFormError(key)
    return value


def _text(fields: Form, key: str, limit: int, *, optional: bool = False) -> str:
    values = fields.poplist(key)
    if not values and optional:
        return ""
    if not values or len(values[0]) > limit or any(ord(c) < 32 or ord(c) == 127 for c in values[0]):
        raise BadFormError(key)
    return values[0]


_PARSERS: dict[str, Callable[[Any], ev.Intent]] = {
    "begin": _begin,
    "choose-place": _identified(ev.ChoosePlace, "party"),
    "choose-item": _identified(ev.ChooseItem, "item"),
    "choose-situation": _identified(ev.ChooseSituation, "situation"),
    "answer-question": _answer_question,
    "list-all": _plain(ev.ListAll),
    "choose-channel": _choose_channel,
    "weigh": _yes_or_no(ev.Weigh, "waived"),
    "take-along": _yes_or_no(ev.TakeAlong, "paper"),
    "next": _plain(ev.Next),
    "agree": _plain(ev.Agree),
    "not-me": _plain(ev.NotMe),
    "for-another": _for_another,
    "no-card": _plain(ev.NoCard),
    "choose-document": _choose_document,
    "state-who": _state_who,
    "to-window": _plain(ev.ToWindow),
    "keep-draft": _keep_draft,
    "begin-draft": _begin_draft,
    "begin-followup": _begin_followup,
    "choose-how": _choose_how,
    "ask-number": _ask_number,
    "look-again": _plain(fe.LookAgain),
    "choose-task": _choose_task,
    "rate-home": _rate_home,
    "ask-right": _ask_right,
    "choose-right": _choose_right,
    "fetch-draft": _fetch_draft,
    "checked": _checked,
    "take-page": _take_page,
    "turn-page": _plain(ev.TurnPage),
    "choose-page": _choose_page,
    "take-instead": _plain(ev.TakeInstead),
    "give-up-page": _plain(ev.GiveUpPage),
    "move-page": _move_page,
    "take-unasked": _take_unasked,
    "not-yet": _plain(ev.NotYet),
    "keep-page": _plain(ev.KeepPage),
    "retake-page": _plain(ev.RetakePage),
    "leave-out": _plain(ev.LeaveOut),
    "scan-again": _identified(ev.ScanAgain, "material"),
    "edit": _edit,
    "fill-form": _fill_form,
    "sign": _sign,
    "sign-on-paper": _sign_on_paper,
    "sign-on-glass": _plain(ie.SignOnGlass),
    "print-form": _plain(lambda: ie.PrintForm(_today())),
    "choose-delivery": _choose_delivery,
    "give-postal": _give_postal,
    "submit": _plain(ev.Submit),
    "print-again": _plain(ev.PrintAgain),
    "rate": _rate,
    "give-reason": _give_reason,
    "back": _plain(ev.Back),
    "leave": _plain(ev.Leave),
    "stay": _plain(ev.Stay),
    "end": _plain(ev.End),
    "attend": _plain(ae.Attend),
    "let-go": _plain(ae.LetGo),
    "go-alone": _plain(ae.GoAlone),
}

"""The door for staff: who is signed in at this terminal, by what, and until when.

::

    closed ──badge shown, judged good──▶ PIN wanted ──PIN──▶ proving ──signature verified──▶ open
      ▲   ◀── refused, badge gone ────────────┴────────────────┘                              │
      └────────── badge gone · reader lost · idle · time is over · signed out ────────────────┘      closed ──code──▶ open

Called by one thread: with what the badge's reader reports (:meth:`Door.hear`), with what the person does, and regularly
(:meth:`Door.tick`). Everything is written down before it takes effect (``memory``); a PIN passes through and is kept nowhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from devices.port import BadgeDeclined, BadgeEvent, BadgeGone, BadgeProven, BadgeReader, BadgeShown
from domain.code import MistypedError, read
from domain.staff.book import MAX_BOOK, BadBookError, open_book
from domain.staff.roles import Purpose, Right, Role, may
from kiosk.clock import Clock
from kiosk.staff.memory import LockedError, Memory, Method
from kiosk.staff.trust import SKEW, Anchor, Holder, Refused, signed

LABEL = b"tongban staff badge 1"
MAX_LIST = 4_000_000
"""Bytes of a revocation list that is looked at: some 100 000 badges."""
_NOTHING_PROVEN = frozenset(
    {"card_removed", "card_mute", "smartcard_held", "absent", "mute"}
    | {"badge_last_try", "badge_blocked", "badge_tries_unknown", "badge_pin_impossible"}
)
"""Outcomes of a proof that say nothing against the person: no failure is counted."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What this terminal asks of staff. ``anchor``: without it no badge opens; without ``centre`` no code does."""

    terminal: str
    anchor: Anchor | None = None
    revocation: Path | None = None
    max_age: timedelta = timedelta(days=7)
    centre: bytes | None = None
    book: Path | None = None
    idle: timedelta = timedelta(minutes=5)
    total: timedelta = timedelta(hours=1)
    battery_clock: bool = False
    """The board keeps time while it is off, so that its clock is believed without a time service."""
    right: Right | None = None
    """A badge whose role has it not is refused before its PIN."""


class Closed(Struct, frozen=True):
    """``fault``: why somebody was not let in, or is out again; ``left``: the PIN's tries, ``wait``: until the lock ends."""

    fault: str | None = None
    left: int | None = None
    wait: timedelta | None = None


class PinWanted(Struct, frozen=True):
    """A good badge lies there; whoever typed its PIN would be ``holder``. ``fault``: what was wrong with the PIN before."""

    holder: Holder
    left: int
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Proving:
    holder: Holder
    left: int
    digest: bytes = field(repr=False)


class Open(Struct, frozen=True):
    """Somebody is signed in. ``serial``: of the badge's certificate, or the code's place in its book."""

    method: Method
    serial: str
    role: Role
    purpose: Purpose

    def may(self, right: Right) -> bool:
        return may(self.role, right)


State = Closed | PinWanted | Proving | Open


class Door:
    def __init__(
        self,
        rules: Rules,
        memory: Memory,
        clock: Clock,
        reader: BadgeReader | None,
        changed: Callable[[State], None] = lambda _: None,
    ) -> None:
        self._rules = rules
        self._memory = memory
        self._clock = clock
        self._reader = reader
        self._changed = changed
        self._state: State = Closed()
        self._touched = self._until = 0.0

    @property
    def state(self) -> State:
        return self._state

    # --- what the reader reports ----------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Somebody wants in: look for a badge."""
        if self._reader and not isinstance(self._state, Open):
            self._enter(Closed())
            self._reader.ask_badge()

    def hear(self, event: BadgeEvent) -> None:
        match event, self._state:
            case BadgeGone(), Open(method=Method.BADGE):
                self._close(event.fault)
            case BadgeGone(), PinWanted():
                self._enter(Closed(event.fault))
            case BadgeGone(), Proving():
                self._unproven(BadgeDeclined(event.fault))
            case BadgeShown(), Closed():
                self._shown(event)
            case BadgeProven(), Proving():
                self._proven(self._state, event.signature)
            case BadgeDeclined(), Proving():
                self._unproven(event)
            case BadgeDeclined(), Closed():
                self._refuse(Method.BADGE, Refused(event.fault), event.left)

    # --- what the person does -------------------------------------------------------------------------------------------

    def pin(self, pin: bytearray) -> None:
        """The PIN for the badge that lies there; ``pin`` is wiped, whatever comes of it."""
        state = self._state
        if not isinstance(state, PinWanted) or self._reader is None or not self._admit(Method.BADGE):
            pin[:] = bytes(len(pin))
            return
        digest = challenge(self._rules.terminal, Purpose.SIGN_IN, secrets.token_bytes(32))
        self._enter(Proving(state.holder, state.left, digest))
        self._reader.prove(pin, digest)

    def code(self, typed: str) -> None:
        """A one-time code as typed."""
        if isinstance(self._state, Open):
            return
        if fault := self._clock_fault():
            self._refuse(Method.CODE, Refused(fault))
            return
        try:
            code = read(typed)
        except MistypedError:
            self._enter(Closed("code_mistyped"))
            return
        data = _content(self._rules.book, MAX_BOOK)
        if data is None or self._rules.centre is None:
            self._refuse(Method.CODE, Refused("code_book_missing"))
            return
        try:
            book = open_book(data, self._rules.centre, self._rules.terminal)
        except BadBookError:
            self._refuse(Method.CODE, Refused("code_book_damaged"))
            return
        if not self._admit(Method.CODE):
            return
        slot, now = book.find(code), self._clock.now()
        if slot is None:
            self._refuse(Method.CODE, Refused("code_unknown"))
        elif now >= slot.ends:
            self._refuse(Method.CODE, Refused("code_expired", slot.name, slot.role))
        elif now < slot.begins:
            self._refuse(Method.CODE, Refused("code_not_yet", slot.name, slot.role))
        elif not self._memory.spend(now, book.body.book, slot.name, slot.role, slot.purpose):
            self._refuse(Method.CODE, Refused("code_spent", slot.name, slot.role))
        else:
            self._open(Open(Method.CODE, slot.name, slot.role, slot.purpose), slot.ends - now)

    def touch(self) -> None:
        """The person did something: the time of idleness begins anew."""
        self._touched = self._clock.monotonic()

    def sign_out(self, cause: str = "left") -> None:
        """Close, whatever stood open; the reader forgets the badge."""
        if isinstance(self._state, Open):
            self._close(cause)
        elif not isinstance(self._state, Closed):
            self._enter(Closed())
        if self._reader:
            self._reader.leave_badge()

    def tick(self) -> None:
        """Close what has stood open too long; call it every second or so."""
        if isinstance(self._state, Open):
            now = self._clock.monotonic()
            if now - self._touched >= self._rules.idle.total_seconds():
                self.sign_out("idle")
            elif now >= self._until:
                self.sign_out("total")

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _shown(self, event: BadgeShown) -> None:
        if fault := self._clock_fault():
            self._refuse(Method.BADGE, Refused(fault))
            return
        if self._rules.anchor is None:
            self._refuse(Method.BADGE, Refused("badge_not_set_up"))
            return
        revocation = _content(self._rules.revocation, MAX_LIST)
        judged = self._rules.anchor.judge(event.certificate, revocation, self._rules.max_age, self._clock.now())
        if isinstance(judged, Refused):
            self._refuse(Method.BADGE, judged)
        elif self._rules.right is not None and not may(judged.role, self._rules.right):
            self._refuse(Method.BADGE, Refused("badge_of_another_role", judged.serial, judged.role))
        else:
            self._enter(PinWanted(judged, event.left))

    def _proven(self, state: Proving, signature: bytes) -> None:
        holder = state.holder
        if not signed(holder, state.digest, signature):
            self._refuse(Method.BADGE, Refused("badge_unproven", holder.serial, holder.role))
            return
        self._memory.signed_in(self._clock.now(), Method.BADGE, holder.serial, holder.role, Purpose.SIGN_IN)
        self._open(Open(Method.BADGE, holder.serial, holder.role, Purpose.SIGN_IN), holder.until - self._clock.now())

    def _unproven(self, event: BadgeDeclined) -> None:
        state = self._state
        assert isinstance(state, Proving)
        if event.fault in _NOTHING_PROVEN:
            self._memory.forgive(Method.BADGE)
        self._refuse(Method.BADGE, Refused(event.fault, state.holder.serial, state.holder.role), event.left)
        left = state.left if event.left is None else event.left
        if event.fault in ("badge_pin_wrong", "badge_pin_impossible") and left > 1:
            self._enter(PinWanted(state.holder, left, event.fault))

    def _admit(self, method: Method) -> bool:
        """Count an attempt, unless the method is locked just now."""
        now = self._clock.now()
        try:
            self._memory.attempt(method, now)
        except LockedError as locked:
            self._memory.was_locked(now, method, locked.left)
            self._enter(Closed("staff_locked", wait=locked.left))
            return False
        return True

    def _clock_fault(self) -> str | None:
        return clock_fault(self._memory, self._clock, battery_clock=self._rules.battery_clock)

    def _refuse(self, method: Method, why: Refused, left: int | None = None) -> None:
        self._memory.refused(self._clock.now(), method, why.fault, why.serial, why.role)
        self._enter(Closed(why.fault, left))

    def _open(self, who: Open, longest: timedelta) -> None:
        self._touched = self._clock.monotonic()
        self._until = self._touched + min(self._rules.total, longest).total_seconds()
        self._enter(who)

    def _close(self, cause: str) -> None:
        who = self._state
        assert isinstance(who, Open)
        self._memory.signed_out(self._clock.now(), who.method, who.serial, who.role, cause)
        self._enter(Closed(None if cause == "left" else cause))

    def _enter(self, state: State) -> None:
        self._state = state
        self._changed(state)


def challenge(terminal: str, purpose: Purpose, nonce: bytes) -> bytes:
    """What a badge signs: SHA-256 over label, terminal, purpose and 32 fresh random bytes, each behind its length."""
    parts = (LABEL, terminal.encode(), purpose.encode(), nonce)
    return hashlib.sha256(b"".join(len(part).to_bytes(2, "big") + part for part in parts)).digest()


def clock_fault(memory: Memory, clock: Clock, *, battery_clock: bool) -> str | None:
    """Validity, age and expiry mean nothing by a clock that nobody keeps, or that stands before what happened already."""
    latest = memory.latest()
    if latest is not None and clock.now() < latest - SKEW:
        return "staff_clock_untrusted"
    return None if battery_clock or clock.synchronised() else "staff_clock_untrusted"


def _content(path: Path | None, most: int) -> bytes | None:
    """A file's bytes; ``None`` when there is none, or more than anybody would have laid there."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError:
        return None
    return data if len(data) <= most else None

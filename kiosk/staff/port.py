"""What staff may see of a terminal and do to it: everything the technician's pages and commands know of it.

Values are Chinese where people read them, and never of a person. They travel as they are to the pages, and as JSON to
``tongban status`` and its like (``kiosk/care/control.py``).
"""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from domain.staff.roles import Role
from domain.staff.sign_in import Session

Verdict = Literal["passed", "failed", "unknown"]
"""``unknown`` is never taken for good, nor for bad."""


class Trouble(Struct, frozen=True):
    """Something wrong, by its code of ``kiosk/faults.toml``: what it is, and what to do."""

    code: str
    cause: str
    remedy: str
    severity: str


class DeviceShown(Struct, frozen=True):
    """``life``: where it stands, in words; ``proof``: by which answer it is known, and since when; empty where nothing proves it.
    ``serves``: it may be given work.
    """

    device: str
    title: str
    life: str
    serves: bool
    proven: bool
    proof: str
    identity: str = ""
    troubles: tuple[Trouble, ...] = ()


class Status(Struct, frozen=True):
    """``stands``: serving, maintenance, closed or visit. ``facts``: (what, how it is) beside the devices. ``health``: of the
    machine itself.
    """

    terminal: str
    at: str
    stands: Literal["serving", "visit", "maintenance", "closed"]
    devices: tuple[DeviceShown, ...]
    troubles: tuple[Trouble, ...]
    facts: tuple[tuple[str, str], ...]
    health: tuple[Checked, ...] = ()


class Checked(Struct, frozen=True):
    """One thing looked at: what it is, what was found, and what to do where it is not good."""

    title: str
    verdict: Verdict
    says: str
    remedy: str = ""


class Question(Struct, frozen=True):
    """Asked of whoever stands there, yes or no."""

    number: int
    text: str
    left: int


class Test(Struct, frozen=True):
    """A device being tried, or that was: ``said`` is what the person is told to do; ``verdict`` is ``None`` while it lasts."""

    __test__ = False

    device: str
    title: str
    steps: tuple[Checked, ...] = ()
    said: str = ""
    question: Question | None = None
    verdict: Verdict | None = None


class Setting(Struct, frozen=True):
    key: str
    title: str
    kind: str
    value: str


class Draft(Struct, frozen=True):
    """A change that was typed: what it takes away and puts in, or why it cannot be."""

    key: str
    typed: str
    difference: tuple[str, ...] = ()
    refused: str = ""


class Program(Struct, frozen=True):
    """The program and the next one. ``waits``: the version that is wanted and not taken yet; ``phase``: how far it is, in words;
    ``ready``: it can be taken now. ``back``: what could be gone back to; ``back_refused``: why not now. ``refused``: why the latest
    that was tried was taken back, ``remedy``: what to do about it.
    """

    runs: str
    waits: str | None = None
    phase: str = ""
    ready: bool = False
    back: str | None = None
    back_refused: str = ""
    refused: str = ""
    remedy: str = ""


class Who(Struct, frozen=True):
    """``by`` stands in what is written down: role and serial of a badge, or an account over SSH; never a name."""

    by: str
    words: str
    role: Role
    badge: bool = False
    """Their badge lies in the chip reader."""


class Entry(Struct, frozen=True):
    """The door, as whoever stands before it sees it. ``at``: closed, pin, proving or open. ``said``: who lies there, or why not."""

    at: Literal["closed", "pin", "proving", "open"]
    said: str = ""
    remedy: str = ""
    left: int | None = None
    badges: bool = True
    codes: bool = True


class Upkeep(Protocol):
    """Any thread. What changes something does it in the name of who is signed in, and writes it down."""

    def status(self) -> Status: ...

    def test(self) -> Test | None:
        """The latest."""

    def begin_test(self, device: str, who: Who) -> bool:
        """False: another lasts, nobody is signed in, or there is no such device."""

    def answer(self, number: int, yes: bool) -> None: ...

    def stop_test(self) -> None: ...

    def logs(self) -> tuple[str, ...]:
        """Lines that were reviewed, newest last; no other is shown."""

    def network(self) -> tuple[Checked, ...]:
        """Takes seconds."""

    def identity(self) -> tuple[Checked, ...]:
        """Certificate, renewal, what the centre says. Takes seconds."""

    def enrol(self, code: str, who: Who) -> Checked: ...

    def settings(self) -> tuple[Setting, ...]: ...

    def draft(self, key: str, typed: str) -> Draft:
        """Checked whole; nothing is changed."""

    def take(self, key: str, typed: str, who: Who) -> Draft:
        """The same, and where it can be, laid for the next start."""

    def restart(self, who: Who) -> bool: ...

    def bundle(self, where: Literal["here", "centre"], who: Who) -> Checked: ...

    def audit(self) -> tuple[str, ...]:
        """What staff did here, newest first."""

    def versions(self) -> tuple[tuple[str, str], ...]:
        """(what, which): of this program and what it uses."""

    def program(self) -> Program: ...

    def take_program(self, who: Who) -> Checked:
        """What waits is taken now, before its hour and while staff are inside."""

    def program_back(self, who: Who) -> Checked:
        """To what stood before; ends the program."""


class Doorway(Protocol):
    """The way in. Any thread."""

    def entry(self) -> Entry: ...

    def who(self) -> Who | None:
        """Who is signed in now."""

    def shown(self) -> bool:
        """A badge lies there that was not asked for: the screen goes to the door."""

    def knock(self) -> bool:
        """Somebody stands before the door; false while a visit runs."""

    def pin(self, pin: bytearray) -> None:
        """Wiped, whatever comes of it."""

    def code(self, typed: bytearray) -> None:
        """Wiped."""

    def touch(self) -> None: ...

    def leave(self, cause: str = "left") -> None: ...


class Counter(Protocol):
    """The clerks' way in by badge, for the one browser that asks (``kiosk/staff/counter.py``). Any thread."""

    def ask(self) -> str | None:
        """A ticket for the next badge within a minute; ``None``: the reader is another's just now."""

    def entry(self, ticket: str) -> Entry | None:
        """How it stands for this browser; ``None``: it does not ask any more."""

    def pin(self, ticket: str, pin: bytearray) -> None:
        """Wiped, whatever comes of it."""

    def entered(self, ticket: str) -> Session | None:
        """Whose badge opened, told once."""

    def turn_back(self, ticket: str) -> None: ...

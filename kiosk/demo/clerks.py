"""The demonstration's clerks, made once: at each home desk one who accepts and one who decides, at the intake window one who takes
in and passes on, and who leads the shift. The bench shows what they would type.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

from domain.staff.duties import WORDS, Duty
from kiosk.store.files import write_durably

PASSWORD = "gongzuo-2026-yanshi"  # noqa: S105 everybody may know it: what these pages show is invented
_AT_DESK = (("S101", "宋受理", (Duty.HOME,)), ("S201", "沈审批", (Duty.APPROVER,)))
_AT_WINDOW = (("C101", "程收件", (Duty.INTAKE, Duty.DISPATCH)), ("C901", "班长试", (Duty.LEADER,)))


class _Run(Protocol):
    def __call__(self, *arguments: str, given: str = "") -> str: ...


class DemoClerk(Struct, frozen=True):
    """``place``: whose pages, as the accounts' documents call them."""

    place: str
    login: str
    name: str
    duties: tuple[Duty, ...]
    password: str
    secret: str


def prepare(path: Path, settings: Path, intake: str, homes: Sequence[str], badge: int, run: _Run) -> None:
    """``path`` remembers them; ``badge``: serial of the first one's at the window. ``RuntimeError`` when the command fails."""
    if path.exists():
        return
    wanted = {(intake, login): (f"window:{intake}", name, duties) for login, name, duties in _AT_WINDOW}
    wanted |= {(home, login): (f"desk:{home}", name, duties) for home in homes for login, name, duties in _AT_DESK}
    given = io.StringIO()
    rows = csv.writer(given)
    first = next(iter(wanted))
    for (party, login), (_, name, duties) in wanted.items():
        rows.writerow((party, login, name, ";".join(duties), "", PASSWORD, f"{badge:x}" if (party, login) == first else ""))
    told = run("centre", "clerk", "import", str(settings), "-", "--why", "演示", given=given.getvalue())
    made = []
    for party, login, password, address in csv.reader(io.StringIO(told)):
        place, name, duties = wanted[party, login]
        made.append(DemoClerk(place, login, name, duties, password, parse_qs(urlsplit(address).query)["secret"][0]))
    write_durably(path, msgspec.json.encode(made))


def known(path: Path) -> tuple[DemoClerk, ...]:
    """``OSError``."""
    return msgspec.json.decode(path.read_bytes(), type=tuple[DemoClerk, ...])


def shown(path: Path) -> list[dict[str, str]]:
    """As they would have it before them: with the code of this half minute."""
    import pyotp

    return [
        {
            "place": one.place,
            "login": one.login,
            "name": one.name,
            "duties": "、".join(WORDS[duty] for duty in one.duties),
            "password": one.password,
            "code": pyotp.TOTP(one.secret).now(),
        }
        for one in known(path)
    ]

"""Reports the progress of a desk's cases to the provincial platform, and takes back the numbers it gives them.

The outbox keeps order within a case and survives a restart; the platform's ``projectNo`` comes with the answer to a record, or as
a file in ``answers``, and goes out with every record from then on.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.case.life import Life
from fleet.outward.outbox import Entry, Outbox, Row
from fleet.outward.sender import Pace, RefusedError, Sender
from fleet.outward.ways import Carrier, Way, carrier
from fleet.platform.book import Book
from fleet.platform.progress import Body, ItemCodes, Progress, ProjectNo, progress
from fleet.platform.signing import Signing, SmSettings, Unsigned, signing

_log = logging.getLogger(__name__)

PACE = Pace(first=10.0, most=1800.0)
"""For ever: a platform that was away for a week gets what happened, in its order."""
_MOST_ANSWER = 64 * 1024


class PlatformSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``items``: codes of items that go before the catalogue's; what has neither is not reported. ``answers``: folder in which
    numbers come back where ``way`` is a folder."""

    way: Way
    body: Body
    items: dict[str, ItemCodes] = {}
    signing: SmSettings | None = None
    answers: Path | None = None


class Answer(Struct, frozen=True):
    """What a platform may answer to a record. What else stands in it is not looked at."""

    project_no: ProjectNo | None = msgspec.field(default=None, name="projectNo")


class Assigned(Struct, frozen=True):
    """A file in ``answers``."""

    case_no: str = msgspec.field(name="caseNo")
    project_no: ProjectNo = msgspec.field(name="projectNo")


class Platform:
    """Thread-safe."""

    def __init__(
        self,
        carrier: Carrier,
        data: Path,
        body: Body,
        items: Mapping[str, ItemCodes],
        signing: Signing | None = None,
        answers: Path | None = None,
        pace: Pace = PACE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._carrier, self._body, self._items, self._clock = carrier, body, items, clock
        self._signing, self._answers = signing or Unsigned(), answers
        self._book = Book(data / "platform-book.db")
        self._outbox = Outbox(data / "platform.db")
        self.sender = Sender(self._outbox, self._send, pace, clock)

    def reported(self, case: str) -> int:
        """Up to which act of ``case`` was reported; -1: not even that it was taken in."""
        found = self._book.position(case)
        return -1 if found is None else found

    def reports(self, item: str, codes: ItemCodes | None = None) -> bool:
        """Whether ``item`` has codes, its own or the catalogue's."""
        return item in self._items or codes is not None

    def report(self, life: Life, item: str, name: str, codes: ItemCodes | None = None) -> bool:
        """Have the platform told how the case stands, where that is not what it was told last; it waits on the disk when this
        returns. ``codes``: the catalogue's. ``False``: ``item`` has no codes, or nothing new is to be told."""
        codes = self._items.get(item, codes)
        case = life.taken.case
        if codes is None or life.position < self.reported(case):
            return False
        record = progress(life, name, codes, self._body)
        same = msgspec.json.encode(replace(record, serial=0))
        if same == self._book.record(case):
            self._book.note(case, life.position, same)
            return False
        id = hashlib.sha256(f"tongban progress\0{case}\0{life.position}".encode()).hexdigest()[:32]
        self._outbox.put(id, case, record.pro_status, msgspec.json.encode(record), self._clock())
        self._book.note(case, life.position, same)
        self.sender.wake()
        return True

    def project(self, case: str) -> str | None:
        """The platform's ``projectNo`` of ``case``, once it gave one."""
        return self._book.project(case)

    def take_answers(self) -> int:
        """Numbers that came back as files; how many. A file is taken away once its number is on the disk; one that is none is set
        aside under ``.bad``."""
        taken = 0
        for path in sorted(self._answers.glob("*.json")) if self._answers is not None else ():
            try:
                with path.open("rb") as file:
                    told = msgspec.json.decode(file.read(_MOST_ANSWER), type=Assigned)
            except (OSError, msgspec.MsgspecError):
                _log.warning("answer %s of the platform is none", path.name)
                path.rename(path.with_suffix(".bad"))
                continue
            self._assign(told.case_no, told.project_no)
            path.unlink(missing_ok=True)
            taken += 1
        return taken

    def entries(self, case: str) -> Sequence[Entry]:
        """Records of a case and what became of them, oldest first."""
        return self._outbox.entries(case)

    def failed(self) -> Sequence[Entry]:
        """Records the platform refused."""
        return self._outbox.failed()

    def start(self) -> None:
        self.sender.start()

    def stop(self) -> None:
        self.sender.stop()
        self._carrier.close()
        self._outbox.close()
        self._book.close()

    def _send(self, row: Row) -> str:
        try:
            record = msgspec.json.decode(row.body, type=Progress)
        except msgspec.MsgspecError:
            raise RefusedError("damaged") from None
        known = self._book.project(row.about)
        body, headers = self._signing.dress(row.id, msgspec.json.encode(replace(record, project_no=known or "")))
        told = self._carrier.send(row.id, body, headers)
        try:
            answer = msgspec.json.decode(told, type=Answer) if told.strip() else Answer()
        except msgspec.MsgspecError:
            return "answer_not_read"
        if answer.project_no is None:
            return ""
        return "" if self._assign(row.about, answer.project_no) else "other_project_no"

    def _assign(self, case: str, project: str) -> bool:
        if self._book.assign(case, project):
            return True
        _log.warning("the platform gave case %s a second number; the first one stays", case)
        return False


def create_platform(settings: PlatformSettings, data: Path) -> Platform:
    """:class:`fleet.settings.SettingsError`."""
    return Platform(carrier(settings.way), data, settings.body, settings.items, signing(settings.signing), settings.answers)

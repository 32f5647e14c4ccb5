"""Tells applicants by SMS: what the desk puts is sealed with the desk's own key until it is handed to the carrier, then erased.

A telephone number is in plain in memory while it is handed over, and from then on with the carrier. On the desk's disk it lies
sealed, as long as the message waits.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from domain import sealing
from domain.sealing import OpeningKey, SealError
from fleet.outward.outbox import Entry, Outbox, Row
from fleet.outward.sender import Pace, RefusedError, Sender
from fleet.outward.ways import Carrier, Way, carrier
from fleet.telling.kinds import Facts, Kind, text

PACE = Pace(first=10.0, most=1800.0, lasts=3 * 24 * 3600.0)
"""What could not be told within three days is left to somebody with a telephone: old news by SMS misleads."""

_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class Sms(Struct, frozen=True):
    """What a carrier is given, as JSON; the same ``id`` is the same message. ``to``: a mobile number of eleven digits."""

    id: str
    to: str
    text: str

    def __repr__(self) -> str:
        return "Sms(…)"


class Telling:
    """``keys``: the desk's, newest first. Thread-safe."""

    def __init__(
        self, carrier: Carrier, data: Path, keys: Sequence[OpeningKey], pace: Pace = PACE, clock: Callable[[], float] = time.time
    ) -> None:
        self._carrier, self._keys, self._clock = carrier, tuple(keys), clock
        self._to = sealing.recipient_of(self._keys[0])
        self._outbox = Outbox(data / "telling.db")
        self.sender = Sender(self._outbox, self._send, pace, clock)

    def tell(self, kind: Kind, facts: Facts, phone: str, position: int) -> bool:
        """Have ``phone`` told, once for each act (``position`` in the case's ledger) and kind; it waits on the disk when this
        returns. ``False``: this is no mobile number, somebody has to call. ``ValueError`` as :func:`fleet.telling.kinds.text`.
        """
        number = "".join(phone.split()).removeprefix("+86")
        if not _MOBILE.fullmatch(number):
            return False
        name = hashlib.sha256(f"tongban sms\0{facts.case}\0{position}\0{kind}".encode()).hexdigest()[:32]
        body = msgspec.json.encode(Sms(name, number, text(kind, facts)))
        self._outbox.put(name, facts.case, kind, sealing.seal(body, (self._to,)), self._clock())
        self.sender.wake()
        return True

    def entries(self, case: str) -> Sequence[Entry]:
        """What was told of a case and what became of it, oldest first."""
        return self._outbox.entries(case)

    def failed(self) -> Sequence[Entry]:
        """Messages nobody got: somebody has to call."""
        return self._outbox.failed()

    def waiting(self) -> int:
        """How many lie here, sealed."""
        return self._outbox.waiting()

    def start(self) -> None:
        self.sender.start()

    def stop(self) -> None:
        self.sender.stop()
        self._carrier.close()
        self._outbox.close()

    def _send(self, row: Row) -> str:
        try:
            named = sealing.key_ids(row.body)
            key = next((key for key in self._keys if key.key_id in named), None)
            if key is None:
                raise RefusedError("key_gone")
            plain = sealing.unseal(row.body, key)
        except SealError:
            raise RefusedError("damaged") from None
        self._carrier.send(row.id, plain)
        return ""


def create_telling(way: Way, data: Path, keys: Sequence[OpeningKey]) -> Telling:
    """:class:`fleet.settings.SettingsError` when the way cannot be used."""
    return Telling(carrier(way), data, keys)

"""Keeps the terminal's identity in date, and knows by name what is wrong with it. One thread, beside the link.

It asks the centre every hour or so, and more often while the link is down: a refused certificate, a wrong clock and a cable
that is out look alike from there.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec import Struct

from kiosk.enrolment import centre
from kiosk.enrolment.centre import FaultError, NotReachedError, RefusedError
from kiosk.enrolment.files import Held, IdentityDamagedError, IdentityFiles
from mqtt.tls import Tls

_log = logging.getLogger(__name__)

DAMAGED = "certificate_damaged"
EXPIRING = "certificate_expiring"
CLONED = "identity_cloned"

_HOUR = 3600.0
_FIRST, _MOST = 5.0, 300.0
"""Seconds until the next question while the link is down or the identity is in trouble; doubled each time. A fleet whose centre
comes back does not fall upon it."""
_TICK = 1.0
_WARNED = timedelta(days=7)


class Linked(Protocol):
    """What the keeper needs to know of the link."""

    @property
    def connected(self) -> bool: ...

    @property
    def cloned(self) -> bool:
        """Somebody took the session over again and again."""

    @property
    def flapping(self) -> bool:
        """Connected again and again within a minute."""

    def rest(self) -> None:
        """Stay away for a while."""

    def hurry(self) -> None:
        """Connect now, if not connected."""


class Unlinked:
    """For asking once, beside no link."""

    connected = True
    cloned = False
    flapping = False

    def rest(self) -> None:
        pass

    def hurry(self) -> None:
        pass


class Found(Struct, frozen=True):
    """``fault``: what is wrong by name. ``answered``: the centre was asked and did answer; without it ``None`` is no good news."""

    fault: str | None
    answered: bool = False


class Keeper:
    """``changed`` is told the new fault code, or ``None``; from the keeper's thread."""

    def __init__(self, files: IdentityFiles, address: str, link: Linked, changed: Callable[[str | None], None]) -> None:
        self._files = files
        self._address = address
        self._link = link
        self._changed = changed
        self._fault: str | None = None
        self._asked = float("-inf")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="identity", daemon=True)

    @property
    def fault(self) -> str | None:
        """Code of ``kiosk/faults.toml``, for the state report; ``None`` while nothing is known to be wrong."""
        return self._fault

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """At once, or after the question that is under way; it does not keep the process."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        calmly, troubled = 0.0, _FIRST
        stamp = self._files.stamp()
        while not self._ended.is_set():
            if self._files.stamp() != stamp:  # somebody has enrolled this terminal anew
                stamp, calmly = self._files.stamp(), 0.0
                self._link.hurry()
            calm = self._link.connected and not self._link.flapping and self._fault is None
            if time.monotonic() - self._asked >= (calmly if calm else min(calmly, troubled)):
                self._asked = time.monotonic()
                calmly = _HOUR * random.uniform(0.5, 1.5)  # noqa: S311
                troubled = _FIRST if calm else min(_MOST, troubled * random.uniform(1.5, 2.5))  # noqa: S311
                try:
                    found = self.look()
                    if found.answered or found.fault:  # what was known stays known while nobody can be asked
                        self._now(found.fault)
                except Exception:
                    _log.exception("identity: a round failed")
            self._ended.wait(_TICK)

    def _now(self, fault: str | None) -> None:
        if fault != self._fault:
            _log.warning("identity: %s", fault or "in order")
            self._fault = fault
            self._changed(fault)

    def look(self) -> Found:
        """One round: what is wrong now. Renews when it is time."""
        try:
            held = self._files.held()
        except IdentityDamagedError:
            held = None
        if held is None:
            return Found(DAMAGED)
        try:
            found = centre.standing(self._address, self._files.tls())
            offset = centre.clock_offset(self._address, self._files.tls())
        except RefusedError as error:
            return Found(centre.REVOKED if error.why == "revoked" else centre.UNKNOWN, answered=True)
        except FaultError as error:
            return Found(error.code)
        except (NotReachedError, OSError) as error:
            return self._without_answer(held, error)
        if found.cloned or self._link.cloned:
            if self._link.flapping:
                self._link.rest()
            return Found(CLONED, answered=True)
        fault = self._renewed(held, datetime.now(UTC) + timedelta(seconds=offset))
        return Found(centre.CLOCK if abs(offset) > centre.MOST_OFFSET else fault, answered=True)

    def _without_answer(self, held: Held, error: Exception) -> Found:
        """The clock decides: a known centre tells its time to anybody, also to a certificate out of date."""
        if self._link.cloned:
            return Found(CLONED)
        try:
            offset = centre.clock_offset(self._address, self._files.tls())
        except FaultError as fault:
            return Found(fault.code)
        except OSError:
            return Found(DAMAGED)
        except NotReachedError as unreached:
            _log.info("the centre is not reached: %s", unreached)
            return Found(None)
        if datetime.now(UTC) + timedelta(seconds=offset) >= held.until:
            return Found(centre.EXPIRED)
        if abs(offset) > centre.MOST_OFFSET:
            return Found(centre.CLOCK)
        _log.warning("the centre answers, but not to this terminal: %s", error)
        return Found(None)

    def _renewed(self, held: Held, now: datetime) -> str | None:
        if now - held.since >= (held.until - held.since) * 2 / 3:
            try:
                renew(self._files, self._address, held.terminal)
                return None
            except (RefusedError, NotReachedError, OSError) as error:
                _log.warning("the certificate could not be renewed: %s", error)
        return EXPIRING if held.until - now < _WARNED else None


def renew(files: IdentityFiles, address: str, terminal: str) -> None:
    """A new key and certificate; the old ones hold until the new ones have been used for a question and answered.

    May be broken off anywhere: what lies in ``next.pem`` is taken up again. Errors as ``kiosk.enrolment.centre``.
    """
    key, certificate = files.prepared(files.following)
    following = Tls(str(files.authority), str(files.following))
    if certificate is None:
        held = centre.renew(address, files.tls(), terminal, key)
        files.store(files.following, held)
    try:
        centre.standing(address, following)
    except (RefusedError, OSError):
        files.following.unlink(missing_ok=True)
        raise
    files.renewed()
    _log.info("certificate renewed")

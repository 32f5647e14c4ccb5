"""Keeps the provincial platform told: looks through the ledgers of this desk's cases, and has what is new reported.

The ledger is looked at, rather than told of by who writes it: the window, the clock and the applicant write in it as well. Whatever
was missed (the desk was off, the centre away) is found at the next look.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

from domain.catalogue.catalogue import Catalogue, load
from fleet.casework.client import CentreError, Client
from fleet.platform.platform import Platform
from fleet.platform.progress import ItemCodes, codes_of
from mqtt.resources import HomeCase

_log = logging.getLogger(__name__)

PERIOD = 20.0
"""Seconds between two looks."""


class Reporting:
    """One thread. ``catalogue``: for the items' codes; the built-in one where none is given."""

    def __init__(self, client: Client, platform: Platform, catalogue: Catalogue | None = None, period: float = PERIOD) -> None:
        self._client, self._platform, self._period = client, platform, period
        self._catalogue = catalogue or load()
        self._whole = False
        self._woken, self._ended = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="reporting", daemon=True)

    def start(self) -> None:
        self._platform.start()
        self._thread.start()

    def stop(self) -> None:
        """Within some seconds: a look under way ends with its request."""
        self._ended = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(5.0)
        self._platform.stop()

    def wake(self) -> None:
        """Something happened to a case just now."""
        self._woken.set()

    def look(self) -> int:
        """Report what is new; how many records. The first time of all cases, then of those that are not closed and of the newest
        thousand. :class:`fleet.casework.client.CentreError`."""
        done = 0
        for case in self._cases():
            codes = self._codes(case)
            if self._ended or case.work is None or not self._platform.reports(case.item, codes):
                continue
            if case.work.position > self._platform.reported(case.case):
                done += self._platform.report(self._client.ledger(case.case).life, case.item, case.item_name, codes)
        self._whole = True
        return done

    def _cases(self) -> Iterator[HomeCase]:
        if self._whole:
            yield from self._client.all_cases(running=True)
            yield from self._client.cases().cases
        else:
            yield from self._client.all_cases()

    def _codes(self, case: HomeCase) -> ItemCodes | None:
        item = self._catalogue.item(case.item)
        opening = self._catalogue.opening(self._client.party, case.item, case.situation)
        return codes_of(item, opening) if item is not None and opening is not None else None

    def _run(self) -> None:
        while not self._ended:
            self._woken.clear()
            try:
                self.look()
                self._platform.take_answers()
            except CentreError as error:
                _log.info("cases could not be looked through: %s", error)
            except OSError as error:
                _log.warning("answers of the platform could not be taken: %s", error)
            self._woken.wait(self._period)

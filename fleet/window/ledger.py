"""The window's cases as the centre has them: listed, and each one's ledger, read again only where it has gone on."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from domain.case.acts import Act
from domain.case.life import Life, Rules
from fleet.casework.client import Client, NotThereError
from fleet.casework.client import Ledger as File
from mqtt.protection import PersonRequest, RequestFiled, case_requests_path
from mqtt.resources import HomeCase

MOST_KEPT = 5000
"""Ledgers in memory: some kB each."""


@dataclass(frozen=True, slots=True)
class Case:
    """``entry``: as the list has it; ``file``: all that happened to it."""

    entry: HomeCase
    file: File

    @property
    def number(self) -> str:
        return self.entry.case

    @property
    def life(self) -> Life:
        return self.file.life

    @property
    def rules(self) -> Rules:
        return self.file.file.rules

    @property
    def acts(self) -> tuple[Act, ...]:
        return tuple(entry.act for entry in self.file.file.acts)


class Ledger(Client):
    """Thread-safe. What was read of a case is kept while its position stays."""

    def __init__(self, centre: str, party: str, token: str, ca: str | None = None) -> None:
        super().__init__(centre, "intake", party, token, ca)
        self._kept: dict[str, File] = {}
        self._lock = threading.Lock()

    def running(self) -> tuple[Case, ...]:
        """Every case that is not closed; :class:`fleet.casework.client.CentreError`."""
        return tuple(Case(entry, self._file(entry)) for entry in self.all_cases(running=True))

    def every(self) -> tuple[Case, ...]:
        """The closed ones as well."""
        return tuple(Case(entry, self._file(entry)) for entry in self.all_cases())

    def ask(self, number: str, filed: RequestFiled) -> PersonRequest:
        """Somebody asks about their own information; :class:`fleet.casework.client.CentreError`."""
        return self.tell(case_requests_path(number), filed, PersonRequest)

    def case(self, number: str) -> Case | None:
        """One case of this window, as it is now; ``None``: it has none of this number."""
        try:
            file = self.ledger(number)
        except NotThereError:
            return None
        return Case(file.file.case, self._keep(number, file))

    def _file(self, entry: HomeCase) -> File:
        with self._lock:
            kept = self._kept.get(entry.case)
        position = entry.work.position if entry.work is not None else None
        if kept is not None and kept.life.position == position:
            return kept
        return self._keep(entry.case, self.ledger(entry.case))

    def _keep(self, number: str, file: File) -> File:
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[number] = file
        return file

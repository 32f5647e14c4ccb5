"""The centre's database by its settings: for the centre, and for a command beside it, for which what is wrong is one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from fleet.cases.ledger import Ledger
from fleet.database.sqlite import moved
from fleet.settings import CentreSettings, SettingsError, read
from fleet.store import Store
from fleet.tickets.ledger import Tickets


def store_of(settings: CentreSettings, ledger: Ledger | None = None, tickets: Tickets | None = None) -> Store:
    """The one these settings name. :class:`SettingsError`, ``ValueError``, ``DatabaseError``: what is to be done, in Chinese."""
    file = settings.data / "centre.db"
    if settings.database is not None and file.exists() and not moved(file).exists():
        raise SettingsError(f"设置里有 [database]，但 {file} 还没有搬过去。请执行：tongban centre move-to-postgresql 设置文件")
    return Store(settings.where, ledger, tickets)


@contextmanager
def opened(settings: Path) -> Iterator[tuple[CentreSettings, Store]]:
    """What the file says, and the database it names. ``click.ClickException``, also for an ``OSError`` or ``ValueError`` within."""
    try:
        centre = read(settings, CentreSettings)
        centre.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = store_of(centre)
        try:
            yield centre, store
        finally:
            store.close()
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None

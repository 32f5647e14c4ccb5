"""What is wanted of a fleet: whoever has settled it is not looked at one by one, and nobody who has not is passed over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from support.authority import authority

from fleet import database, desired
from fleet.orders import Orders
from fleet.presence import Hearing
from fleet.store import Store
from mqtt.connection import Reply
from mqtt.events import DesiredReported
from mqtt.topics import Delivery
from mqtt.wire import Wanted

MANY = tuple(f"rs-hall-{n:03}" for n in range(50))
GROUPS = {terminal: ("jia",) if n < 10 else () for n, terminal in enumerate(MANY)}
NOW = 1_795_000_000.0


class Fleet:
    """The centre's orders; ``looked`` counts the terminals whose wants were read one by one."""

    def __init__(self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store
        self.looked = 0
        self._said: list[str] = []
        keys = authority(folder)
        keys.keep_orders(keys.load(), datetime.now(UTC))
        self._orders = Orders(store, GROUPS, keys.signer, self._publish, lambda: Hearing(1.0))
        wanted = desired.wanted

        def counted(
            db: database.Connection, terminal: str, groups: Collection[str], kinds: Collection[Wanted]
        ) -> list[desired.Publication]:
            self.looked += 1
            return wanted(db, terminal, groups, kinds)

        monkeypatch.setattr(desired, "wanted", counted)

    def _publish(self, topic: str, payload: bytes, how: Delivery, reply: Reply | None) -> bool:
        self._said.append(topic.partition("/dn/")[0].rpartition("/")[2])
        return True

    def look(self, now: float) -> set[str]:
        """Who is told something at this look into the table."""
        self._said.clear()
        self.looked = 0
        self._orders._look(now)
        return set(self._said)

    def publish(self, target: str, now: float) -> int:
        with self.store.transaction() as db:
            return desired.publish(db, "catalogue", target, "0" * 64, 10, None, "wang", "test", now)

    def report(self, terminals: Collection[str], rev: int, state: Literal["applied", "waiting", "refused"] = "applied") -> None:
        with self.store.transaction() as db:
            for terminal in terminals:
                desired.reported(db, terminal, DesiredReported("catalogue", rev, state), ("e", rev), NOW)


@pytest.fixture
def fleet(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    return Fleet(store, tmp_path / "authority", monkeypatch)


def test_where_nothing_was_ever_published_nobody_is_looked_at(fleet: Fleet) -> None:
    assert (fleet.look(NOW), fleet.looked) == (set(), 0)


def test_who_settled_the_last_revision_is_not_looked_at_again_and_who_did_not_is_told_again(fleet: Fleet) -> None:
    rev = fleet.publish("*", NOW)
    assert fleet.look(NOW) == set(MANY)
    fleet.report(MANY[:40], rev)
    fleet.report(MANY[40:42], rev, "refused")
    fleet.report(MANY[42:44], rev, "waiting")
    assert fleet.look(NOW + 1) == set(), "told just now"
    assert fleet.look(NOW + desired.AGAIN) == set(MANY[42:])
    assert fleet.looked == 8


def test_a_publication_for_a_group_leaves_the_others_with_what_they_hold(fleet: Fleet) -> None:
    first = fleet.publish("*", NOW)
    fleet.report(MANY, first)
    second = fleet.publish("@jia", NOW + 1)
    assert fleet.look(NOW + 2) == set(MANY[:10])
    fleet.report(MANY[:10], second)
    assert fleet.look(NOW + 2 + desired.AGAIN) == set()
    back = fleet.publish("*", NOW + 3)
    assert back > second
    assert fleet.look(NOW + 4 + desired.AGAIN) == set(MANY)

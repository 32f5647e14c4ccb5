"""kill -9 of the terminal at every step of a visit that leaves no case: the place is found again, one record, one slip."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.citizen import Upstream
from support.hall import Hall, hall, until
from support.walker import CATALOGUE, Walk

from domain.catalogue.opening import Opening


class Stumbling(Walk):
    """A walk whose terminal is killed before every touch."""

    def _at(self, screen: str) -> None:
        self.hall.kill("terminal")
        self.hall.start("terminal")
        self.glass.see(screen)
        until(lambda: self.glass.look() == screen and not self._waiting(), f"{screen} as it was")
        super()._at(screen)


def opened(situation: str) -> Opening:
    return next(o for o in CATALOGUE._openings.values() if o.situation == situation and o.home in ("demo-jia", "demo-qi"))


def stumbled(one: Hall, situation: str, channel: str) -> Walk:
    walk = Stumbling(one, opened(situation), channel=channel).go()
    upstream = Upstream(one)
    until(lambda: upstream.rows("SELECT 1 FROM ratings WHERE of = 'consult'"), "the rating")
    assert upstream.rows("SELECT count(*) FROM services") == [(1,)]
    assert upstream.rows("SELECT count(*) FROM ratings") == [(1,)]
    assert upstream.rows("SELECT count(*) FROM cases") == [(0,)]
    return walk


def test_of_one_who_goes_online(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        walk = stumbled(one, "SSC-APPLY-1", "online")
        assert walk.seen[-5:] == ["guide", "leaflet", "rating", "reason", "farewell"]
        assert len([p for p in one.rig.printer().papers() if p.cut]) == 1


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.parametrize("situation", ["HUKOU-1", "SSC-LOSS-2", "SSC-LOSS-1"])
def test_of_one_who_fills_in_or_is_sent_to_the_window(tmp_path: Path, situation: str) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        stumbled(one, situation, "here")


@pytest.mark.long
@pytest.mark.timeout(240)
def test_of_one_who_asks_for_a_document_which_is_printed_once(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "queue", "terminal") as one:
        stumbled(one, "SI-CERT-1", "here")
        assert len(one.rig.device("a4").papers()) == 1  # type: ignore[attr-defined]

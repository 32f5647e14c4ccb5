"""The catalogue is damaged or replaced while somebody is served, and the service starts again: it starts, and nobody is stuck."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import tomli_w
from support.hall import Hall, hall
from support.visits import Walk

from kiosk.store.volatile import VolatileVisit


def test_who_waits_for_a_receipt_reads_that_the_case_is_in(tmp_path: Path) -> None:
    with hall(tmp_path, "broker") as one:
        _restarted(one, _walk().submitted())
        glass = one.glass().see("receipt")
        assert "519902 261122 K01 RRK" in glass.html
        glass.do("next").see("rating").do("end").see("closed")


def test_who_has_not_handed_in_is_not_left_before_a_screen_of_nothing(tmp_path: Path) -> None:
    with hall(tmp_path, "broker") as one:
        _restarted(one, _walk().scanned())
        one.glass().see("closed")


def _walk() -> Walk:
    walk = Walk()
    walk.now = time.monotonic()
    return walk


def _restarted(one: Hall, walk: Walk) -> None:
    """The terminal as it comes up with ``walk``'s visit on tmpfs and a catalogue that is none."""
    settings = one.layout.base / "terminal.toml"
    tree = tomllib.loads(settings.read_text("utf-8"))
    broken = one.layout.base / "openings.json"
    broken.write_text("{", "utf-8")
    tree["catalogue"] = {"items": str(broken), "openings": str(broken)}
    settings.write_text(tomli_w.dumps(tree), "utf-8")
    VolatileVisit(Path(tree["paths"]["runtime"])).save(walk.state)
    one.start("terminal")

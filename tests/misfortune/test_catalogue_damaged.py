"""A damaged catalogue: no visit begins, staff read what is wrong, and what was taken in before still leaves."""

from __future__ import annotations

import tomllib
from pathlib import Path

import tomli_w
from support.citizen import Citizen, Upstream
from support.hall import hall, until


def test_the_screen_says_what_is_wrong_and_the_outbox_is_still_drained(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "terminal") as one:
        Citizen(one).submitted().took_receipt().left()
        one.stop("terminal")
        settings = one.layout.base / "terminal.toml"
        tree = tomllib.loads(settings.read_text("utf-8"))
        broken = tmp_path / "openings.json"
        broken.write_text('{"version": "demo-0.2", "parties": [', "utf-8")
        tree["catalogue"] = {"items": str(broken), "openings": str(broken)}
        settings.write_text(tomli_w.dumps(tree), "utf-8")
        one.start("terminal", "centre")
        glass = one.glass().see("closed")
        assert "请到窗口办理" in glass.html
        assert "openings.json" in glass.html
        assert "begin" not in glass.html
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT 1 FROM cases"), "the case of before")
        until(
            lambda: b"catalogue_damaged" in bytes(upstream.rows("SELECT health FROM terminals")[0][0] or b""),
            "the fault at the centre",
        )  # type: ignore[call-overload]

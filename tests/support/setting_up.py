"""A profile as a centre gives it, for the demonstration's parties, and the disk of a machine that is to become a terminal."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from click.testing import CliRunner, Result

from domain.sealing import new_key
from kiosk.setup.command import setup

PLACE = {
    "division": "519902",
    "place": "demo-bing",
    "intake": "示范丙区",
    "complaint": "12345",
    "query": "https://centre.invalid/progress",
}


def key(owner: str) -> dict[str, str]:
    made = new_key(owner)[0]
    return {"key_id": made.key_id, "public": made.public}


def profile(settings: Path, documents: str, *terminals: dict[str, str]) -> dict[str, Any]:
    """``settings``: the demonstration's terminal, whose keys and place it has."""
    was = tomllib.loads(settings.read_text("utf-8"))
    place = {key: was["terminal"][key] for key in ("division", "place", "intake", "complaint", "query", "hall", "phone")}
    centre = {"broker": was["centre"]["broker"], "documents": documents}
    return {"name": "示范丙区", "terminal": place, "centre": centre, "keys": was["keys"], "terminals": list(terminals)}


def given(settings: Path) -> dict[str, Any]:
    """What ``tongban centre profile`` is told beside the centre's own settings, of that terminal's place and keys."""
    was = tomllib.loads(settings.read_text("utf-8"))
    names = ("division", "place", "intake", "hall", "phone", "complaint", "query")
    return {"name": "示范丙区", "terminal": {name: was["terminal"][name] for name in names}, "keys": was["keys"]}


class Machine:
    """``base``: its data partition; nothing of the system is changed."""

    def __init__(self, folder: Path, profile: dict[str, Any]) -> None:
        self.base = folder / "partition"
        self.runtime = folder / "run"
        self.boot = folder / "boot"
        self.boot.mkdir()
        self.runtime.mkdir()
        (self.base / "settings").mkdir(parents=True)
        self.profile = self.boot / "profile.toml"
        self.profile.write_text(tomli_w.dumps(profile), "utf-8")

    @property
    def settings(self) -> Path:
        return self.base / "settings" / "terminal.toml"

    def tree(self) -> dict[str, Any]:
        return tomllib.loads(self.settings.read_text("utf-8"))

    def by_file(self, *options: str, **answers: object) -> Result:
        path = self.boot / "setup.toml"
        path.write_text(tomli_w.dumps({"profile": str(self.profile), **answers}), "utf-8")
        return self.run("--answers", str(path), *options)

    def run(self, *options: str, typed: str = "") -> Result:
        where = ("--no-system", "--base", str(self.base), "--runtime", str(self.runtime))
        return CliRunner().invoke(setup, [*where, *options], input=typed, catch_exceptions=False)

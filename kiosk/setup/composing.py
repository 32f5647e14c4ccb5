"""Answers and the profile made into a terminal's settings. Pure: text in, text out; whatever nobody asked about stays as it was."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w
from msgspec import Struct

from domain.profile import Profile
from kiosk import settings as conf
from kiosk.screen.browser import PORT
from kiosk.setup.errors import AnswerError
from kiosk.setup.panel import Panel
from kiosk.setup.questions import Answers


class Places(Struct, frozen=True):
    """Where things lie on an installed terminal: ``base`` is the data partition, ``runtime`` in memory."""

    base: Path = Path("/var/lib/tongban")
    runtime: Path = Path("/run/tongban")

    @property
    def settings(self) -> Path:
        return self.base / "settings" / "terminal.toml"

    @property
    def data(self) -> Path:
        return self.base / "store"

    @property
    def identity(self) -> Path:
        return self.base / "identity"

    def beside(self, name: str) -> Path:
        """A file the settings name, that came with the profile."""
        return self.settings.with_name(name)


BOOK = "staff.book"
CATALOGUE = "catalogue.pack"
CA, REVOCATION = "staff-ca.pem", "staff-revocation.pem"


def tree(before: Mapping[str, Any], profile: Profile | None, answers: Answers, panel: Panel, places: Places) -> dict[str, Any]:
    """The settings. :class:`AnswerError`: what was answered does not go together."""
    made: dict[str, Any] = copy.deepcopy(dict(before))
    for section in ("terminal", "paths", "glass", "devices", "centre"):
        if not isinstance(made.get(section), dict):
            made[section] = {}
    if profile is not None:
        _of_all(made, profile, places)
    made["terminal"] |= {key: answers[key] for key in ("id", "code", "setting", "hall", "phone")}
    made["paths"].setdefault("data", str(places.data))
    made["paths"].setdefault("runtime", str(places.runtime))
    made["glass"].setdefault("port", PORT)
    fits(answers["diagonal"], panel)
    if abs(panel.inches(_ppi(made["glass"])) - answers["diagonal"]) > 0.05:  # not by rounding alone
        made["glass"]["ppi"] = panel.ppi(answers["diagonal"])
    made["devices"] = {name: _kept(made["devices"].get(name), table) for name, table in answers["devices"].items()}
    made["centre"].setdefault("identity", str(places.identity))
    return made


def fits(diagonal: float, panel: Panel) -> None:
    """:class:`AnswerError`: no panel is like that."""
    if not 40 <= (ppi := panel.ppi(diagonal)) <= 400:
        seen = f"{diagonal} 英寸、{panel.width}×{panel.height} 合每英寸 {ppi} 像素"
        raise AnswerError(f"屏幕对角线：{seen}，不会有这样的屏幕，量一下对角线")


def usable(tables: Mapping[str, Any]) -> None:
    """:class:`AnswerError`: devices no settings can have."""
    try:
        conf.devices_of(tables)
    except conf.SettingsError as error:
        raise AnswerError(f"设备：{error}") from None


def text(settings: Mapping[str, Any]) -> str:
    return tomli_w.dumps(settings)


def _of_all(made: dict[str, Any], profile: Profile, places: Places) -> None:
    """What is the same for all terminals of the place: the profile's word goes before what was set."""
    given = msgspec.to_builtins(profile)
    made["terminal"] |= {key: value for key, value in given["terminal"].items() if key not in ("hall", "phone")}
    made["centre"] |= given["centre"]
    made["keys"] = given["keys"]
    if profile.publisher:
        made["program"] = {**_table(made, "program"), "publisher": list(profile.publisher)}
    if profile.catalogue is not None:
        made["catalogue"] = {"root": profile.catalogue.root, "pack": str(places.beside(CATALOGUE))}
    staff = {**_table(made, "staff"), **{key: value for key, value in given.get("staff", {}).items() if key == "max_age"}}
    if profile.staff.ca is not None:
        staff |= {"ca": str(places.beside(CA)), "revocation": str(places.beside(REVOCATION))}
    if profile.staff.centre_key is not None and places.beside(BOOK).exists():
        staff |= {"centre_key": profile.staff.centre_key, "book": str(places.beside(BOOK))}
    if staff:
        made["staff"] = staff


def _ppi(glass: Mapping[str, Any]) -> float:
    found = glass.get("ppi")
    return float(found) if isinstance(found, int | float) and found > 0 else 1.0


def _table(made: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = made.get(name)
    return dict(found) if isinstance(found, dict) else {}


def _kept(before: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """Tables within a device's (a security module) cannot be said in a line: they stay."""
    inner = {key: value for key, value in before.items() if isinstance(value, dict)} if isinstance(before, dict) else {}
    return {**inner, **table}

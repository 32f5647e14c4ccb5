"""A terminal's end of what the centre wants, without a network: real book, shelf, checks and signatures."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from support.orders import Centre, Floor, OrderedTerminal
from support.packs import PINNED, Made

from domain.catalogue.catalogue import DATA, load
from domain.sealing import new_key
from kiosk import settings as conf
from kiosk.orders.shelf import Shelf, take_up
from kiosk.orders.wanted import WantedDocuments
from kiosk.standing import Parts
from mqtt.desired import CatalogueBody, PackBody, SettingsBody, VisitTimes
from mqtt.wire import Wanted, encode


class Store:
    """What the centre's API would give: bodies by their digest. ``fails``: what happens instead."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fails: Callable[[Path], None] | None = None
        self.asked = 0
        folder.mkdir(exist_ok=True)

    def __call__(self, sha256: str, size: int, path: Path) -> None:
        self.asked += 1
        if self.fails is not None:
            self.fails(path)
            return
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.folder / sha256, path)


class Wanting:
    """One terminal; :meth:`again` is the same after a restart."""

    def __init__(self, folder: Path, centre: Centre, store: Store | None = None, *, pinned: bool = False) -> None:
        self.folder = folder
        self.centre = centre
        self.terminal = OrderedTerminal(folder, centre)
        self.store = store or Store(folder / "bodies")
        self.floor = Floor()
        self.pinned = pinned
        self.settings = terminal_settings(folder, pinned=pinned, identity=centre.identity)
        self.parts = Parts(self.settings, load())
        self.shelf = Shelf(folder / "wanted", self.settings)
        take_up(self.parts, self.terminal.book, self.shelf)
        self.documents = WantedDocuments(
            self.terminal.book,
            self.terminal.trust,
            self.floor,
            self.parts,
            self.shelf,
            self.store,
            self.terminal.clock,
            lambda: None,
        )

    def wants(self, what: Wanted, rev: int, data: bytes, **more: object) -> None:
        (self.store.folder / hashlib.sha256(data).hexdigest()).write_bytes(data)
        self.hears(self.centre.wants(what, rev, data, **more))  # type: ignore[arg-type]

    def hears(self, order: bytes, *, retained: bool = False) -> None:
        self.documents.heard(order, retained=retained)
        self.documents.round()

    def again(self) -> Wanting:
        """The program as it comes up after a restart."""
        self.terminal.database.close()
        return Wanting(self.folder, self.centre, self.store, pinned=self.pinned)

    def states(self) -> list[tuple[str, int, str, str | None]]:
        return [(one.what, one.rev, one.state, one.why) for one in self.terminal.reported()]


def catalogue(version: str = "9.0", openings: Any = None) -> bytes:
    """The demonstration's, unsigned; ``openings``: changed by a test."""
    openings = openings or json.loads((DATA / "openings_demo.json").read_text("utf-8"))
    raw = json.dumps({**openings, "version": version}).encode()
    return encode(CatalogueBody(1, msgspec.Raw((DATA / "catalogue_demo.json").read_bytes()), msgspec.Raw(raw)))


def signed(made: Made) -> bytes:
    return encode(PackBody(1, msgspec.Raw(made.data)))


def phone(number: str) -> bytes:
    return encode(SettingsBody(1, phone=number, visit=VisitTimes(total=600)))


def terminal_settings(folder: Path, *, pinned: bool, identity: Path | None = None) -> conf.Settings:
    key = new_key("k")[0]
    one = f'{{ key_id = "{key.key_id}", public = "{key.public}" }}'
    text = f"""
terminal = {{ id = "rs-hall-01", code = "K01", division = "519902", place = "p", intake = "i", hall = "h", phone = "own", complaint = "c", query = "q" }}
paths = {{ data = "{folder}", runtime = "{folder}" }}
glass = {{ port = 1 }}
devices = {{ idcard = {{ path = "a" }}, printer = {{ host = "b" }}, camera = {{ socket = "c" }} }}
centre = {{ broker = "h:1", documents = "https://h", identity = "{identity or folder}" }}
keys = {{ intake = {one}, recovery = {one}, homes = {{ demo-jia = {one}, demo-qi = {one}, demo-yi = {one}, demo-ding = {one} }} }}
"""  # noqa: E501
    if pinned:
        text += f'catalogue = {{ root = "{PINNED}" }}\n'
    path = folder / "terminal.toml"
    path.write_text(text, "utf-8")
    return conf.load(path)

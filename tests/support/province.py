"""A small province on free ports: a hall with two terminals and one with one, two home desks, one centre, one broker.

Every process is one of ours, started by its command with the settings an operator would write; the hardware of the three
terminals is in this process.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import tomli_w
from support.authority import authority, enrolled
from support.clerk_door import cheap
from support.hall import GlassByHttp, Hall, command, free_run

from devices.virtual.rig import Rig
from domain.sealing import Recipient, recipient_of
from domain.staff.duties import Duty
from fleet.casework.client import Client
from fleet.keys.keyring import add_key, read_keys
from fleet.tokens import token_hash
from kiosk.demo import files, rig
from kiosk.demo.clerks import DemoClerk, known
from kiosk.demo.layout import Layout, Ports
from kiosk.demo.processes import Spec, tongban
from kiosk.enrolment.files import IdentityFiles

Tree = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a terminal stands: the intake party with its division and its hall, in words."""

    party: str
    name: str
    hall: str
    division: str


BING = Place(files.INTAKE, "示范丙区", "示范丙区政务服务中心", "519902")
YI = Place("demo-yi", "示范乙镇", "示范乙镇便民服务中心", "519903")
HOMES = ("demo-jia", "demo-qi")
STATIONS: dict[str, tuple[str, Place]] = {"demo-k01": ("K01", BING), "demo-k02": ("K02", BING), "demo-k03": ("K03", YI)}
"""Terminals: the code in their case numbers, and where they stand."""


@dataclass
class Station:
    """A terminal of the province, as a citizen meets it: its glass and its devices."""

    name: str
    place: Place
    layout: Layout
    rig: Rig
    client: httpx.Client

    def glass(self) -> GlassByHttp:
        return GlassByHttp(self.client)


class Province(Hall):
    """``stations``: terminals by name. The first one is the hall's own."""

    def __init__(self, base: Path, runtime: Path) -> None:
        super().__init__(base, runtime)
        self.stations: dict[str, Station] = {}
        self.keys = {place.party: (self._key(_opener(place)), self._key(_hall(place))) for place in (BING, YI)}
        self.progress = self.layout.base / "progress"
        self.progress.mkdir(mode=0o700)
        self.edit("centre.toml", self._centre)
        for home in HOMES:
            self.edit(f"desk-{home}.toml", self._desk)

    def edit(self, name: str, change: Callable[[Tree], None]) -> None:
        """Change a file of settings, as an operator would."""
        path = self.layout.base / name
        tree = tomllib.loads(path.read_text("utf-8"))
        change(tree)
        path.write_text(tomli_w.dumps(tree), "utf-8")

    def open_hall(self, name: str) -> Station:
        """Set the terminal ``name`` up in its hall, and switch it on."""
        code, place = STATIONS[name]
        if name == files.TERMINAL:
            layout, hardware = self.layout, self.rig
        else:
            ports = Ports(free_run(15))
            layout = Layout(self.layout.base / name, self.layout.runtime.with_name(f"{self.layout.runtime.name}-{name}"), ports)
            for folder in (layout.base, layout.runtime, layout.hardware):
                folder.mkdir(parents=True, mode=0o700)
            tree = tomllib.loads((self.layout.base / "terminal.toml").read_text("utf-8"))
            self._moved(tree, name, code, place, layout)
            (layout.base / "terminal.toml").write_text(tomli_w.dumps(tree), "utf-8")
            enrolled(authority(self.layout.authority), name, IdentityFiles(layout.identity))
            hardware = rig.build(layout.hardware, ports.printer, ports.a4)
            hardware.start()
        spec = Spec(
            name, tongban("run", str(layout.base / "terminal.toml")), layout.ports.terminal, self.layout.logs / f"{name}.log"
        )
        self.specs[name] = spec
        self.start(name)
        url = f"http://127.0.0.1:{layout.ports.terminal}"
        station = Station(name, place, layout, hardware, httpx.Client(base_url=url, timeout=20, headers={"Origin": url}))
        self.stations[name] = station
        return station

    def _employ(self, place: Place) -> None:
        """Somebody for the intake window of a place that has none in the demonstration."""
        settings = str(self.layout.base / "centre.toml")
        row = f"{place.party},C101,李收件,intake_officer;dispatcher,,"
        with cheap():
            told = command("centre", "clerk", "import", settings, "-", "--why", "到岗", given=row)
        _, login, password, address = told.strip().split(",")
        secret = parse_qs(urlsplit(address).query)["secret"][0]
        one = DemoClerk(f"window:{place.party}", login, "李收件", (Duty.INTAKE, Duty.DISPATCH), password, secret)
        self.layout.clerks.write_bytes(msgspec.json.encode([*known(self.layout.clerks), one]))

    def open_window(self, place: Place) -> httpx.Client:
        """Start the intake window of a place; the browser of its clerk."""
        name = "intake" if place is BING else f"intake-{place.party}"
        if name not in self.specs:
            tree = tomllib.loads((self.layout.base / f"intake-{files.INTAKE}.toml").read_text("utf-8"))
            port = free_run(1)
            tree |= {"party": place.party, "name": place.name, "division": place.division, "listen": {"port": port}}
            tree |= {
                "data": str(self.layout.base / name),
                "token_file": str(self.layout.secrets / f"token-window-{place.party}"),
                "key_file": str(self.layout.secrets / f"key-{_opener(place)}"),
            }
            tree["keys"]["intake"] = _recipient(self.keys[place.party][0])
            tree.pop("reader", None)
            path = self.layout.base / f"{name}.toml"
            path.write_text(tomli_w.dumps(tree), "utf-8")
            self.specs[name] = Spec(name, tongban("intake", str(path)), port, self.layout.logs / f"{name}.log")
        if place is not BING:
            self._employ(place)
        self.start(name)
        return self.clerk(name, Duty.INTAKE)

    def window(self, place: Place) -> Client:
        """The intake window's way to the centre, without its pages."""
        token = self._token(place)
        ca = str(self.layout.authority / "ca.pem")
        return Client(f"https://127.0.0.1:{self.layout.ports.api}", "intake", place.party, token, ca)

    def sms(self) -> list[dict[str, str]]:
        return [json.loads(path.read_text("utf-8")) for path in sorted(self.layout.sms.glob("*.json"), key=_age)]

    def reported(self) -> list[dict[str, Any]]:
        """What the provincial platform was told."""
        return [json.loads(path.read_text("utf-8")) for path in sorted(self.progress.glob("*.json"), key=_age)]

    def close(self) -> None:
        super().close()
        for station in self.stations.values():
            station.client.close()
            if station.rig is not self.rig:
                station.rig.stop()
                shutil.rmtree(station.layout.runtime, ignore_errors=True)
        shutil.rmtree(self.layout.cups, ignore_errors=True)

    def _centre(self, tree: Tree) -> None:
        tree["terminals"] = [
            {"id": name, "place": f"{place.hall} 一楼大厅", "hall": place.party, "party": place.party}
            for name, (_, place) in STATIONS.items()
        ]
        tree["intakes"] = [{"party": place.party, "token_sha256": token_hash(self._token(place))} for place in (BING, YI)]

    def _desk(self, tree: Tree) -> None:
        for party, (window, hall) in self.keys.items():
            tree["keys"]["intakes"][party] = _recipient(window)
            tree["keys"]["halls"][party] = [_recipient(hall)]
        tree["parties"] = {place.party: place.name for place in (BING, YI)}
        tree["platform"] = {
            "way": {"way": "file", "folder": str(self.progress)},
            "body": {"area_code": "519900", "dept_code": "11519900MB9000111X", "immediate": "1"},
        }

    def _key(self, owner: str) -> Recipient:
        """The public half of a key of ``owner``, made at the first time; its file lies with the others."""
        path = self.layout.secrets / f"key-{owner}"
        if not path.exists():
            return add_key(path, owner)
        return recipient_of(read_keys(path)[0])

    def _token(self, place: Place) -> str:
        """The intake window's."""
        path = self.layout.secrets / f"token-window-{place.party}"
        if not path.exists():
            path.write_text(f"token-of-{place.party}\n", "utf-8")
            path.chmod(0o600)
        return path.read_text("utf-8").strip()

    def _moved(self, tree: Tree, name: str, code: str, place: Place, layout: Layout) -> None:
        """The first terminal's settings for another one."""
        tree["terminal"] |= {
            "id": name,
            "code": code,
            "division": place.division,
            "place": place.party,
            "intake": place.name,
            "hall": place.hall,
        }
        tree["paths"] = {"data": str(layout.base / "terminal"), "runtime": str(layout.runtime / "terminal")}
        tree["glass"]["port"] = layout.ports.terminal
        devices = tree["devices"]
        devices["idcard"]["path"] = str(layout.hardware / "idcard")
        devices["printer"]["port"] = layout.ports.printer
        devices["camera"]["socket"] = str(layout.hardware / "camera")
        devices["rating"]["path"] = str(layout.hardware / "rating")
        devices.pop("a4", None)
        devices.pop("smartcard", None)
        tree["centre"]["identity"] = str(layout.identity)
        tree["keys"]["intake"] = _recipient(self.keys[place.party][0])
        tree["handover"] = {"key_file": str(self.layout.secrets / f"key-{_hall(place)}")}
        tree["terminal"]["setting"] = "hall"
        for own in ("staff", "reader", "clerk", "window"):
            tree.pop(own, None)


def _opener(place: Place) -> str:
    """Whose key opens at the intake window of a place."""
    return files.INTAKE if place is BING else f"window-{place.party}"


def _hall(place: Place) -> str:
    """Whose key opens what is handed over in a place's hall."""
    return files.HALL if place is BING else f"hall-{place.party}"


def _recipient(key: Recipient) -> Tree:
    return {"key_id": key.key_id, "public": key.public}


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns


@contextmanager
def province(base: Path) -> Iterator[Province]:
    """With broker, centre and both desks running; halls open when they are asked to."""
    with ExitStack() as stack:
        runtime = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-province-")))
        one = Province(base, runtime)
        stack.callback(one.close)
        one.rig.start()
        one.start("broker", "centre", *(f"desk-{home}" for home in HOMES))
        yield one

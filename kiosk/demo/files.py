"""The demonstration's settings, keys, authority and secrets: made once, kept between two starts, never in the repository."""

from __future__ import annotations

import hashlib
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import msgspec
import tomli_w

from devices.a4 import cups
from devices.virtual.pcscd import unavailable
from domain.catalogue.catalogue import DATA, load
from domain.catalogue.party import Party
from domain.sealing import Recipient, new_key
from kiosk.demo import account, catalogue, clerks, staff
from kiosk.demo.layout import Layout
from kiosk.demo.processes import tongban
from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles
from kiosk.store.files import write_durably

TERMINAL = "demo-k01"
INTAKE = "demo-bing"
HALL = "hall"
"""Whose key opens what is handed over in the terminal's hall."""
RATINGS = "ratings"
"""Whose key opens what raters wrote: the centre's."""


class Run(Protocol):
    """``tongban ARGUMENTS…``, ended: its standard output. ``given``: its standard input. ``RuntimeError`` when it fails."""

    def __call__(self, *arguments: str, given: str = "") -> str: ...


def ended(*arguments: str, given: str = "") -> str:
    """One of our own commands as a process of its own, in this very environment."""
    process = subprocess.run(tongban(*arguments), input=given, capture_output=True, text=True, timeout=60, check=False)
    if process.returncode != 0:
        raise RuntimeError(f"tongban {' '.join(arguments[:2])}：{process.stderr.strip() or process.stdout.strip()}")
    return process.stdout


def prepare(layout: Layout, run: Run = ended, *, reads: bool = True, signed: bool = True) -> tuple[Party, ...]:
    """Write every file the processes need; the home places, in the order of their desks. ``run``: runs our own commands.

    ``reads``: the terminal reads pages, where the extra ``ocr`` is installed. ``signed``: a signed catalogue is published to it.

    ``RuntimeError`` when a command fails; the text is what it said.
    """
    known = load()
    parties = tuple(p for p in known.homes() if known.takes_in(p.party))
    for folder in (layout.base, layout.secrets, layout.logs, layout.runtime, layout.hardware, layout.sms):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = {owner: _key(layout, owner) for owner in (*(p.party for p in parties), INTAKE, HALL, "recovery", RATINGS)}
    tokens = {p.party: _secret(layout, f"token-{p.party}") for p in parties}
    window = _secret(layout, f"token-window-{INTAKE}")
    _secret(layout, "reader")
    at_terminal, at_centre = staff.prepare(layout)
    pinned, keyed = catalogue.prepare(layout) if signed else ({}, {})
    terminal = _terminal(layout, keys, parties)
    if reads and find_spec("rapidocr") is not None:
        terminal["reading"] = {"page": 120}  # this machine is also the centre, the desks and their browsers
    terminal["voice"] = {"player": [sys.executable, "-m", "devices.virtual.loudspeaker", str(layout.hardware / "loudspeaker")]}
    _write(layout.base / "terminal.toml", terminal | {"staff": at_terminal} | pinned)
    _write(layout.base / "centre.toml", _centre(layout, tokens, window, parties) | {"staff": at_centre} | keyed)
    for index, party in enumerate(parties):
        over = known.party(party.parent or "") or party
        _write(layout.base / f"desk-{party.party}.toml", _desk(layout, party, index) | _acting(keys, party, over))
    _write(layout.base / f"intake-{INTAKE}.toml", _intake(layout, keys, parties))
    settings = str(layout.base / "centre.toml")
    account.prepare(layout.account, layout.base / "centre.toml", run)
    badge = staff.badge(layout.badges, staff.CLERK)
    clerks.prepare(layout.clerks, layout.base / "centre.toml", INTAKE, [party.party for party in parties], badge.serial, run)
    if signed:
        catalogue.publish(layout, run)
    if not (layout.authority / "ca.pem").exists():
        run("centre", "init-ca", settings)
    if not _young(layout.window / "window.pem"):
        run("centre", "window-certificate", settings, "127.0.0.1", str(layout.window))
    run("centre", "broker-config", settings, str(layout.base / "mosquitto"), "--host", "127.0.0.1")
    return parties


def enrol(layout: Layout, run: Run = ended) -> None:
    """As a technician would, with the centre running: a one-time code, and the terminal fetches its certificate.

    Nothing when it has one in date. ``RuntimeError`` as :func:`prepare`.
    """
    try:
        held = IdentityFiles(layout.identity).held()
    except IdentityDamagedError:
        held = None
    if held is None or held.until <= datetime.now(UTC):
        code = run("centre", "enrol-code", str(layout.base / "centre.toml"), TERMINAL, "--plain")
        run("enrol", str(layout.base / "terminal.toml"), given=code)


def _terminal(layout: Layout, keys: dict[str, Recipient], parties: tuple[Party, ...]) -> dict[str, Any]:
    ports = layout.ports
    a4 = {"a4": {"printer": f"ipp://127.0.0.1:{ports.a4}/ipp/print", "cups": str(layout.cups)}}
    return {
        "terminal": {
            "id": TERMINAL,
            "code": "K01",
            "division": "519902",
            "place": INTAKE,
            "intake": "示范丙区",
            "hall": "示范丙区政务服务中心",
            "phone": "0800-000-0003",
            "complaint": "12345",
            "query": f"http://127.0.0.1:{ports.console}/progress",
            "setting": "window",
            "english": {"intake": "Demo District C", "hall": "Demo District C Government Service Centre"},
        },
        "paths": {"data": str(layout.base / "terminal"), "runtime": str(layout.runtime / "terminal")},
        "glass": {"port": ports.terminal},
        "devices": {
            "idcard": {"path": str(layout.hardware / "idcard")},
            "printer": {"host": "127.0.0.1", "port": ports.printer},
            "camera": {"socket": str(layout.hardware / "camera")},
            "rating": {"path": str(layout.hardware / "rating"), "profile": "framed"},
            **(a4 if cups.daemon() else {}),
            # Where no private pcscd can run there is no such reader, rather than one that is always out of order.
            **({} if unavailable() else {"smartcard": {"service": str(layout.hardware / "pcsc" / "pcscd.comm")}}),
        },
        "clerk": {
            "host": "127.0.0.1",
            "port": ports.clerk,
            "name": "127.0.0.1",
            "certificate": str(layout.window / "window.pem"),
            "key": str(layout.window / "window.key"),
            "intake": f"http://127.0.0.1:{ports.intake}/",
        },
        "window": {"key_file": str(layout.secrets / f"key-{INTAKE}")},
        "query": {"provider": "demo"},
        "handover": {"key_file": str(layout.secrets / f"key-{HALL}")},
        "reader": _reader(layout),
        "centre": {
            "broker": f"127.0.0.1:{ports.broker}",
            "documents": f"https://127.0.0.1:{ports.api}",
            "identity": str(layout.identity),
            "reconnect": 5.0,  # one terminal need not be patient with its broker
        },
        "keys": {
            "intake": _recipient(keys[INTAKE]),
            "recovery": _recipient(keys["recovery"]),
            "homes": {p.party: _recipient(keys[p.party]) for p in parties},
            "ratings": _recipient(keys[RATINGS]),
        },
    }


def _centre(layout: Layout, tokens: dict[str, str], window: str, parties: tuple[Party, ...]) -> dict[str, Any]:
    homes = [{"party": p.party, "name": p.name, "token_sha256": _hash(tokens[p.party])} for p in parties]
    return {
        "data": str(layout.base / "centre"),
        "authority": {"folder": str(layout.authority), "names": ["127.0.0.1"]},
        "broker": {"port": layout.ports.broker, "pid_file": str(layout.base / "mosquitto" / "mosquitto.pid")},
        "api": {"port": layout.ports.api},
        "console": {"port": layout.ports.console},
        "terminals": [{"id": TERMINAL, "place": "示范丙区政务服务中心 一楼大厅", "party": INTAKE, "setting": "window"}],
        "homes": [*homes, {"party": INTAKE, "name": "示范丙区"}],
        "intakes": [{"party": INTAKE, "token_sha256": _hash(window)}],
        "ratings": {"key_file": str(layout.secrets / f"key-{RATINGS}")},
    }


def _desk(layout: Layout, party: Party, index: int) -> dict[str, Any]:
    return {
        "party": party.party,
        "name": party.name,
        "data": str(layout.base / f"desk-{party.party}"),
        "centre": f"https://127.0.0.1:{layout.ports.api}",
        "ca": str(layout.authority / "ca.pem"),
        "token_file": str(layout.secrets / f"token-{party.party}"),
        "key_file": str(layout.secrets / f"key-{party.party}"),
        "listen": {"port": layout.ports.desk(index)},
        "parties": {INTAKE: "示范丙区"},
        "telling": {"way": "file", "folder": str(layout.sms)},
    }


def _acting(keys: dict[str, Recipient], party: Party, over: Party) -> dict[str, Any]:
    """What a desk needs to act beside reading. ``over``: whose government reviews its decisions."""
    window = next(w for w in party.windows if w.home_desk)
    return {
        "catalogue": {"items": str(DATA / "catalogue_demo.json"), "openings": str(DATA / "openings_demo.json")},
        "keys": {
            "recovery": _recipient(keys["recovery"]),
            "intakes": {INTAKE: _recipient(keys[INTAKE])},
            "halls": {INTAKE: [_recipient(keys[HALL])]},
        },
        "issuer": {
            "name": party.body or party.name,
            "sign": f"{party.name.removeprefix('示范')}通",
            "address": window.address,
            "phone": party.phone,
            "review": f"{over.name}人民政府",
            "court": f"{over.name}人民法院",
        },
    }


def _intake(layout: Layout, keys: dict[str, Recipient], parties: tuple[Party, ...]) -> dict[str, Any]:
    return {
        "party": INTAKE,
        "name": "示范丙区",
        "division": "519902",
        "phone": "0800-000-0003",
        "data": str(layout.base / f"intake-{INTAKE}"),
        "centre": f"https://127.0.0.1:{layout.ports.api}",
        "ca": str(layout.authority / "ca.pem"),
        "token_file": str(layout.secrets / f"token-window-{INTAKE}"),
        "key_file": str(layout.secrets / f"key-{INTAKE}"),
        "listen": {"port": layout.ports.intake},
        "keys": {
            "intake": _recipient(keys[INTAKE]),
            "recovery": _recipient(keys["recovery"]),
            "homes": {p.party: _recipient(keys[p.party]) for p in parties},
        },
        "parties": {p.party: p.name for p in parties},
        "reader": _reader(layout),
        "terminal": f"https://127.0.0.1:{layout.ports.clerk}/",
    }


def _reader(layout: Layout) -> dict[str, Any]:
    return {"port": layout.ports.reader, "secret_file": str(layout.secrets / "reader")}


def _key(layout: Layout, owner: str) -> Recipient:
    """The public key of ``owner``; the pair is made at the first start. The private half lies in a file of its desk alone."""
    public, private = layout.base / f"public-{owner}.json", layout.secrets / f"key-{owner}"
    if not (public.exists() and private.exists()):
        recipient, opening = new_key(owner)
        write_durably(private, tomli_w.dumps({"keys": [{"key_id": opening.key_id, "private": opening.private}]}).encode())
        write_durably(public, msgspec.json.encode(recipient))
    return msgspec.json.decode(public.read_bytes(), type=Recipient)


def _young(path: Path) -> bool:
    """Whether it was made in the last half year: the certificate is good for a year."""
    return path.exists() and time.time() - path.stat().st_mtime < 180 * 86400.0


def _secret(layout: Layout, name: str) -> str:
    path = layout.secrets / name
    if not path.exists():
        write_durably(path, secrets.token_urlsafe(32).encode() + b"\n")
    return path.read_text("utf-8").strip()


def _recipient(key: Recipient) -> dict[str, str]:
    return {"key_id": key.key_id, "public": key.public}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _write(path: Path, tree: dict[str, Any]) -> None:
    write_durably(path, tomli_w.dumps(tree).encode())

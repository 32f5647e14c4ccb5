"""The demonstration's settings, keys and secrets: made once, kept between two starts, never in the repository."""

from __future__ import annotations

import getpass
import hashlib
import secrets
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from devices.a4 import cups
from domain.catalogue.catalogue import load
from domain.catalogue.model import Party
from domain.sealing import Recipient, new_key
from kiosk.demo.layout import Layout
from kiosk.store.files import write_durably
from mqtt import broker

TERMINAL = "demo-k01"
INTAKE = "demo-bing"
CENTRE = "fleet"


def prepare(layout: Layout) -> tuple[Party, ...]:
    """Write every file the processes need; the home places, in the order of their desks."""
    parties = load().parties
    for folder in (layout.base, layout.secrets, layout.logs, layout.runtime, layout.hardware, layout.base / "mosquitto"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = {owner: _key(layout, owner) for owner in (*(p.party for p in parties), INTAKE, "recovery")}
    tokens = {name: _secret(layout, f"token-{name}") for name in (TERMINAL, *(p.party for p in parties))}
    passwords = {name: _secret(layout, f"password-{name}") for name in (CENTRE, TERMINAL)}
    _broker(layout, passwords)
    _write(layout.base / "terminal.toml", _terminal(layout, keys, parties))
    _write(layout.base / "centre.toml", _centre(layout, tokens, parties))
    for index, party in enumerate(parties):
        _write(layout.base / f"desk-{party.party}.toml", _desk(layout, party, index))
    return parties


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
        },
        "paths": {"data": str(layout.base / "terminal"), "runtime": str(layout.runtime / "terminal")},
        "glass": {"port": ports.terminal},
        "devices": {
            "idcard": {"path": str(layout.hardware / "idcard")},
            "printer": {"host": "127.0.0.1", "port": ports.printer},
            "camera": {"socket": str(layout.hardware / "camera")},
            "rating": {"path": str(layout.hardware / "rating"), "profile": "framed"},
            **(a4 if cups.daemon() else {}),
        },
        "centre": {
            "broker": f"127.0.0.1:{ports.broker}",
            "password_file": str(layout.secrets / f"password-{TERMINAL}"),
            "documents": f"http://127.0.0.1:{ports.api}",
            "token_file": str(layout.secrets / f"token-{TERMINAL}"),
        },
        "keys": {
            "intake": _recipient(keys[INTAKE]),
            "recovery": _recipient(keys["recovery"]),
            "homes": {p.party: _recipient(keys[p.party]) for p in parties},
        },
    }


def _centre(layout: Layout, tokens: dict[str, str], parties: tuple[Party, ...]) -> dict[str, Any]:
    homes = [{"party": p.party, "name": p.name, "token_sha256": _hash(tokens[p.party])} for p in parties]
    return {
        "data": str(layout.base / "centre"),
        "broker": {"port": layout.ports.broker, "password_file": str(layout.secrets / f"password-{CENTRE}")},
        "api": {"port": layout.ports.api},
        "console": {"port": layout.ports.console},
        "terminals": [{"id": TERMINAL, "place": "示范丙区政务服务中心 一楼大厅", "token_sha256": _hash(tokens[TERMINAL])}],
        "homes": [*homes, {"party": INTAKE, "name": "示范丙区"}],
    }


def _desk(layout: Layout, party: Party, index: int) -> dict[str, Any]:
    return {
        "party": party.party,
        "name": party.name,
        "data": str(layout.base / f"desk-{party.party}"),
        "centre": f"http://127.0.0.1:{layout.ports.api}",
        "token_file": str(layout.secrets / f"token-{party.party}"),
        "key_file": str(layout.secrets / f"key-{party.party}"),
        "listen": {"port": layout.ports.desk(index)},
        "parties": {INTAKE: "示范丙区"},
    }


def _broker(layout: Layout, passwords: dict[str, str]) -> None:
    table, rights = layout.secrets / "mosquitto.passwords", layout.base / "mosquitto.acl"
    write_durably(table, "".join(f"{name}:{password}\n" for name, password in passwords.items()).encode())
    # In place, from plain to hashed: a password never stands on a command line.
    subprocess.run([_tool("mosquitto_passwd"), "-U", str(table)], check=True, capture_output=True)
    write_durably(rights, broker.access().encode())
    text = broker.configuration(
        layout.base / "mosquitto", passwords=table, access=rights, port=layout.ports.broker, user=getpass.getuser()
    )
    write_durably(layout.base / "mosquitto.conf", text.encode())


def _key(layout: Layout, owner: str) -> Recipient:
    """The public key of ``owner``; the pair is made at the first start. The private half lies in a file of its desk alone."""
    public, private = layout.base / f"public-{owner}.json", layout.secrets / f"key-{owner}"
    if not (public.exists() and private.exists()):
        recipient, opening = new_key(owner)
        write_durably(private, tomli_w.dumps({"keys": [{"key_id": opening.key_id, "private": opening.private}]}).encode())
        write_durably(public, msgspec.json.encode(recipient))
    return msgspec.json.decode(public.read_bytes(), type=Recipient)


def _secret(layout: Layout, name: str) -> str:
    path = layout.secrets / name
    if not path.exists():
        write_durably(path, secrets.token_urlsafe(32).encode() + b"\n")
    return path.read_text("utf-8").strip()


def _tool(name: str) -> str:
    """Debian keeps it out of an ordinary user's PATH."""
    return next((str(p) for folder in ("/usr/bin", "/usr/sbin") if (p := Path(folder) / name).exists()), name)


def _recipient(key: Recipient) -> dict[str, str]:
    return {"key_id": key.key_id, "public": key.public}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _write(path: Path, tree: dict[str, Any]) -> None:
    write_durably(path, tomli_w.dumps(tree).encode())

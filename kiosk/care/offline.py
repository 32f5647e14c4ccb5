"""The bundle for support where no terminal runs: settings without keys, versions, network, reviewed log lines."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import msgspec

from kiosk.care import network
from kiosk.clock import Clock
from kiosk.orders.bundle import shown_settings, versions
from kiosk.settings import Settings
from kiosk.staff.memory import Memory
from kiosk.store.db import StoreError


def made(settings: Settings | None, wrong: str, lines: Sequence[str], clock: Clock) -> bytes:
    """The archive. ``wrong``: why there are no settings; it names places of the file, and may name a value of it."""
    whole = io.BytesIO()
    files: dict[str, bytes] = {
        "versions.json": msgspec.json.encode(versions()),
        "terminal.json": msgspec.json.encode({"at": clock.now().isoformat(), "running": False, "settings": wrong or "good"}),
        "log.txt": "\n".join(lines).encode(),
    }
    if settings is not None:
        files["settings.json"] = msgspec.json.encode(shown_settings(settings))
        found = (*network.look(settings.centre, clock), *network.identity(settings.centre))
        files["network.txt"] = "".join(f"{one.verdict} {one.title}：{one.says}\n" for one in found).encode()
        files["staff.txt"] = _staff(settings).encode()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return whole.getvalue()


def _staff(settings: Settings) -> str:
    path = settings.paths.data / "staff.db"
    if not path.exists():
        return ""
    try:
        memory = Memory(path)
    except StoreError as error:
        return f"{error}\n"
    try:
        return "".join(f"{at} {event} {detail}\n" for at, event, detail in memory.lines()[-200:])
    finally:
        memory.close()

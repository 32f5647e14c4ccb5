"""The bench in parts, each drawn anew when what it is drawn from has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ui.bench import speaker
from ui.bench.sources import Sources
from ui.bench.words import AT_HAND, KINDS, LEVELS, NAMES, PUSHES, SCENES

Data = Mapping[str, Any]
WIRE_ROWS = 60
SLOW = ("people", "wire", "speaker")
"""Parts looked at less often: they change all the time, or cost more to ask for."""


def data(name: str, sources: Sources, of: str = "") -> Data:
    """What part ``name`` is drawn from; ``KeyError``. ``of``: the device whose wire is wanted, else all."""
    if name == "wire":
        rows = [row for row in sources.wire() if of in ("", row["device"])][:WIRE_ROWS]
        return {"rows": rows, "names": NAMES}
    return _PARTS[name](sources, {device["name"]: device for device in sources.state()["devices"]})


def names() -> tuple[str, ...]:
    return (*_PARTS, "wire")


def signs(sources: Sources, slow: bool) -> dict[str, object]:
    """Of each part something that is another whenever the part would look different."""
    devices = {device["name"]: device for device in sources.state()["devices"]}
    found: dict[str, object] = {name: draw(sources, devices) for name, draw in _PARTS.items() if slow or name not in SLOW}
    if slow:
        found["wire"] = [row["n"] for row in sources.wire()[:1]]
    return found


def _now(sources: Sources, devices: Mapping[str, Data]) -> Data:
    return {"on": [(d["name"], NAMES[d["name"]], fault, d["faults"][fault]) for d in devices.values() for fault in d["active"]]}


def _tray(reader: str) -> Callable[[Sources, Mapping[str, Data]], Data]:
    def tray(sources: Sources, devices: Mapping[str, Data]) -> Data:
        device = devices.get(reader, {})
        return {"reader": reader, "cards": device.get("people", ()), "lying": device.get("lying"), "kinds": KINDS}

    return tray


def _reader(name: str) -> Callable[[Sources, Mapping[str, Data]], Data]:
    def reader(sources: Sources, devices: Mapping[str, Data]) -> Data:
        device = devices.get(name)
        lying = next((card for card in (device or {}).get("people", ()) if card["id"] == (device or {}).get("lying")), None)
        return {**_device(name, device), "lying": lying, "kinds": KINDS}

    return reader


def _pages(sources: Sources, devices: Mapping[str, Data]) -> Data:
    camera = devices.get("camera", {})
    return {"pages": camera.get("pages", ()), "lying": camera.get("lying")}


def _camera(sources: Sources, devices: Mapping[str, Data]) -> Data:
    camera = devices.get("camera")
    lying = next((page for page in (camera or {}).get("pages", ()) if page["id"] == (camera or {}).get("lying")), None)
    shown = {"lying": lying, "look": (camera or {}).get("look"), "outline": (camera or {}).get("outline", ()), "pushes": PUSHES}
    return {**_device("camera", camera), **shown}


def _printer(name: str) -> Callable[[Sources, Mapping[str, Data]], Data]:
    def printer(sources: Sources, devices: Mapping[str, Data]) -> Data:
        device = devices.get(name)
        papers = sources.papers(name) if device is not None and device["papers"] else ()
        return {**_device(name, device), "papers": papers, "left": (device or {}).get("paper_left_mm")}

    return printer


def _rating(sources: Sources, devices: Mapping[str, Data]) -> Data:
    pad = devices.get("rating")
    return {**_device("rating", pad), "lit": (pad or {}).get("lit"), "pressed": (pad or {}).get("pressed"), "levels": LEVELS}


def _speaker(sources: Sources, devices: Mapping[str, Data]) -> Data:
    return {"there": sources.heard is not None, "heard": speaker.heard(sources.heard)}


def _faults(sources: Sources, devices: Mapping[str, Data]) -> Data:
    return {"devices": [{"label": NAMES.get(d["name"], d["name"]), **_switches(d)} for d in devices.values()]}


def _switches(device: Data) -> Data:
    return {name: device[name] for name in ("name", "address", "active", "faults")}


def _scenes(sources: Sources, devices: Mapping[str, Data]) -> Data:
    there = [scene for scene in SCENES if scene.device in devices]
    return {"scenes": [(scene, NAMES[scene.device], scene.fault in devices[scene.device]["active"]) for scene in there]}


def _people(sources: Sources, devices: Mapping[str, Data]) -> Data:
    return {
        "links": sources.links,
        "account": sources.account() if sources.account else None,
        "clerks": sources.clerks() if sources.clerks else None,
        "phone": sources.phone() if sources.phone else None,
    }


def _device(name: str, device: Data | None) -> Data:
    """What every device's place shows: whether there is one, and the switches at hand."""
    on = device["active"] if device is not None else ()
    return {
        "there": device is not None,
        "name": name,
        "label": NAMES[name],
        "on": on,
        "at_hand": AT_HAND[name],
        "unavailable": (device or {}).get("unavailable"),
    }


_PARTS: Mapping[str, Callable[[Sources, Mapping[str, Data]], Data]] = {
    "now": _now,
    "cards": _tray("idcard"),
    "chips": _tray("smartcard"),
    "pages": _pages,
    "idcard": _reader("idcard"),
    "smartcard": _reader("smartcard"),
    "camera": _camera,
    "printer": _printer("printer"),
    "a4": _printer("a4"),
    "rating": _rating,
    "speaker": _speaker,
    "scenes": _scenes,
    "faults": _faults,
    "people": _people,
}

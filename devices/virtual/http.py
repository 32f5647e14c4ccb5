"""The virtual hardware over HTTP: what the bench page, the tests and ``tongban virtual`` speak to. Loopback only.

====================================  ======================================================================================
``GET  /api/state``                   {"devices": [{name, address, active, faults: {name: help}, …}]}; the reader adds
                                      ``people`` and ``lying`` (the chip cards' one ``unavailable`` where no
                                      pcscd can run, with the reason), the camera ``pages``, ``lying``, ``look`` (another number
                                      when it sees something else) and ``outline`` of what lies there (shares of the desk's
                                      width and depth), the pad ``lit`` and ``pressed`` (how often, which), the printer ``papers``
                                      (how many) and ``paper_left_mm``
``POST /api/<device>/fault``          {"fault": name, "on": true|false}
``POST /api/clear``                   ends every fault
``POST /api/idcard/lay``              {"card": id};  ``POST /api/idcard/lift``; ``smartcard`` likewise
``POST /api/rating/press``            {"level": 5 … 1}
``POST /api/camera/lay``              {"page": id};  ``POST /api/camera/clear``
``POST /api/a4/under-camera``         {"paper": n, "signed": true|false}: that sheet onto the desk, signed with a pen or as it came
``GET  /api/camera/seen.jpg``         what the camera sees now, as the citizen does; ``/api/camera/pages/<id>.png`` a page
``POST /api/camera/push``             {"right": mm, "down": mm, "turn": degrees clockwise, "tilt": 0 … 1}, all of them, by how
                                      much more than now
``GET  /api/printer/papers``          [{n, cut, height_mm}];  ``GET /api/printer/papers/<n>.png``
``POST /api/printer/tear``            takes all paper away
``GET  /api/wire``                    [{n, at, device, heard, said, hex, size, times}], what happened last first
====================================  ======================================================================================

A POST answers with the new state. What cannot be done is 4xx with {"error": Chinese text}. A page of another site can reach a
loopback port in two ways, and neither works here: a name of its own that resolves to 127.0.0.1 (the Host header is checked)
and a form (only JSON is taken).
"""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException

from devices.virtual.a4 import VirtualPagePrinter
from devices.virtual.pages import Lie
from devices.virtual.port import UnknownFaultError, VirtualDevice
from devices.virtual.rig import CardPlace, Desk, Keys, NoSuchDeviceError, Rig, Roll, Tray
from devices.virtual.smartcard import VirtualPcsc

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
MOST_PUSHED = 500
"""Millimetres or degrees at once: more than the desk is wide."""
LEGIBLE = 200
"""Dots per inch of a sheet that is to be photographed."""
MAX_BODY = 4096
"""Bytes of a request; ours have some 40."""
_REASONS = {
    400: "请求不完整",
    403: "只能从本机访问",
    404: "没有这个地址",
    405: "这个地址不能这样用",
    413: "请求太大",
    415: "只接受 JSON",
}


def create_api(rig: Rig) -> Flask:
    """The interface to ``rig``, to be served on a loopback address."""
    api = Flask("tongban-virtual", static_folder=None)
    api.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    api.json.ensure_ascii = False  # type: ignore[attr-defined]

    @api.before_request
    def guard() -> tuple[Response, int] | None:
        if _host(request.host) not in LOOPBACK:
            return _refusal("只能从本机访问", 403)
        if request.method == "POST" and request.mimetype != "application/json":
            return _refusal("只接受 JSON", 415)
        return None

    @api.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        code = error.code or 500
        return _refusal(_REASONS.get(code, "办不到"), code)

    @api.errorhandler(NoSuchDeviceError)
    @api.errorhandler(UnknownFaultError)
    def unknown(error: Exception) -> tuple[Response, int]:
        return _refusal(str(error), 404)

    @api.get("/api/state")
    def state_now() -> Response:
        return _state(rig)

    @api.get("/api/wire")
    def wire_now() -> Response:
        return jsonify(wire(rig))

    @api.get("/api/camera/seen.jpg")
    def seen() -> Response:
        return _picture(rig.camera().seen(), "image/jpeg")

    @api.get("/api/camera/pages/<page>.png")
    def page_picture(page: str) -> Response | tuple[Response, int]:
        try:
            png = rig.camera().page_png(page)
        except KeyError:
            return _refusal(f"没有材料页“{page}”的图", 404)
        return _picture(png, "image/png")

    @api.post("/api/<name>/fault")
    def fault(name: str) -> Response:
        body = _body(fault=str, on=bool)
        device = rig.device(name)
        if body["on"]:
            device.inject(body["fault"])
        else:
            device.clear(body["fault"])
        return _state(rig)

    @api.post("/api/clear")
    def clear() -> Response:
        rig.clear()
        return _state(rig)

    @api.post("/api/<any(idcard, smartcard):name>/lay")
    def lay_card(name: str) -> Response | tuple[Response, int]:
        card = _body(card=str)["card"]
        try:
            rig.reader(name).lay(card)
        except KeyError:
            return _refusal(f"没有卡“{card}”", 404)
        return _state(rig)

    @api.post("/api/<any(idcard, smartcard):name>/lift")
    def lift_card(name: str) -> Response:
        rig.reader(name).lift()
        return _state(rig)

    @api.post("/api/rating/press")
    def press() -> Response | tuple[Response, int]:
        level = _body(level=int)["level"]
        try:
            rig.pad().press(level)
        except ValueError as error:
            return _refusal(str(error), 404)
        return _state(rig)

    @api.post("/api/camera/lay")
    def lay_page() -> Response | tuple[Response, int]:
        page = _body(page=str)["page"]
        try:
            rig.camera().lay(page)
        except KeyError:
            return _refusal(f"没有材料页“{page}”", 404)
        return _state(rig)

    @api.post("/api/a4/under-camera")
    def lay_paper() -> Response | tuple[Response, int]:
        body = _body(paper=int, signed=bool)
        printer = rig.device("a4")
        assert isinstance(printer, VirtualPagePrinter)
        try:
            picture = printer.png(body["paper"], LEGIBLE)
        except KeyError:
            return _refusal(f"没有第 {body['paper']} 张纸", 404)
        rig.camera().lay_paper(picture, signed=body["signed"])
        return _state(rig)

    @api.post("/api/camera/push")
    def push_page() -> Response:
        body = _body(right=float, down=float, turn=float, tilt=float)
        if not all(abs(body[way]) <= MOST_PUSHED for way in ("right", "down", "turn", "tilt")):
            raise BadRequest
        rig.camera().push(Lie(turn=body["turn"], right=body["right"], down=body["down"], tilt=body["tilt"]))
        return _state(rig)

    @api.post("/api/camera/clear")
    def clear_desk() -> Response:
        rig.camera().clear_desk()
        return _state(rig)

    @api.get("/api/<name>/papers")
    def papers(name: str) -> Response:
        return jsonify(papers_of(rig.printer(name)))

    @api.get("/api/<name>/papers/<int:n>.png")
    def picture(name: str, n: int) -> Response | tuple[Response, int]:
        try:
            png = rig.printer(name).png(n)
        except LookupError:
            return _refusal(f"没有第 {n} 张纸", 404)
        return _picture(png, "image/png")

    @api.post("/api/<name>/tear")
    def tear(name: str) -> Response:
        rig.printer(name).tear()
        return _state(rig)

    return api


def state(rig: Rig) -> dict[str, Any]:
    """What ``GET /api/state`` answers."""
    return {"devices": [_device(device) for device in rig.devices()]}


def wire(rig: Rig) -> list[dict[str, Any]]:
    """What ``GET /api/wire`` answers."""
    return [
        {"n": r.n, "at": r.at, "device": r.device, "heard": r.heard, "said": r.said, "hex": r.data.hex(" "), "size": r.size}
        | {"times": r.times}
        for r in rig.wire.rows()
    ]


def _state(rig: Rig) -> Response:
    return jsonify(state(rig))


def _picture(data: bytes, kind: str) -> Response:
    return Response(data, mimetype=kind, headers={"Cache-Control": "no-store"})


def _device(device: VirtualDevice) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": device.name,
        "address": device.address,
        "active": list(device.active()),
        "faults": dict(device.faults),
    }
    if isinstance(device, CardPlace):
        shown["people"] = [{name: getattr(card, name) for name in ("id", "kind", "label", "purpose")} for card in device.people()]
        shown["lying"] = device.lying()
    if isinstance(device, VirtualPcsc):
        shown["unavailable"] = device.unavailable
    if isinstance(device, Desk):
        shown["pages"] = [dict(page) for page in device.pages()]
        shown |= {"lying": device.lying(), "look": device.look(), "outline": device.outline()}
    if isinstance(device, Keys):
        shown |= {"lit": device.lit(), "pressed": device.pressed()}
    if isinstance(device, Tray):
        shown["papers"] = len(device.papers())
    if isinstance(device, Roll):
        shown["paper_left_mm"] = round(device.paper_left_mm)
    return shown


def papers_of(tray: Tray) -> list[dict[str, Any]]:
    """What ``GET /api/<printer>/papers`` answers."""
    return [{"n": paper.n, "cut": paper.cut, "height_mm": round(paper.height_mm, 1)} for paper in tray.papers()]


def _body(**fields: type) -> dict[str, Any]:
    """The JSON body, which must hold these fields of these types; 400. A whole number is a ``float`` too."""
    body = request.get_json()
    if not isinstance(body, dict):
        raise BadRequest
    body = {name: float(body[name]) if fields.get(name) is float and type(body[name]) is int else body[name] for name in body}
    if any(type(body.get(name)) is not kind for name, kind in fields.items()):
        raise BadRequest
    return body


def _host(header: str) -> str:
    """The host of a Host header without its port."""
    return header[: header.index("]") + 1] if header.startswith("[") and "]" in header else header.partition(":")[0]


def _refusal(text: str, code: int) -> tuple[Response, int]:
    return jsonify({"error": text}), code

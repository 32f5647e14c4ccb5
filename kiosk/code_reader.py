"""What lies under this window's camera, read for the clerk's intake page (``tongban intake``): a resource on the loopback.

``POST /v1/waybill`` with ``Authorization: Bearer …``: 200 ``{"waybill": …}`` · 204 none was laid there in time · 409 a visit runs
at this terminal, whose camera is the citizen's · 429 somebody is waiting for one already · 401. Nothing but a waybill's number is
ever answered: other codes, and whatever else lies there, stay here.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from typing import Protocol

from flask import Flask, Response, jsonify, request

from domain.case.waybill import waybill
from domain.secret_file import others_may_read
from kiosk.settings import ReaderSettings, SettingsError

SECONDS, SLICE = 12.0, 3.0
"""How long a parcel may be held under the camera, and how often it is looked whether a visit has begun, which wants the camera."""


class Read(Protocol):
    """The first code ``wanted`` says yes to, within ``seconds``."""

    def __call__(self, seconds: float, wanted: Callable[[str], bool], /) -> str | None: ...


def create_code_reader(read: Read, idle: Callable[[], bool], secret: str) -> Flask:
    """``idle``: no visit runs."""
    app = Flask("kiosk.code_reader", static_folder=None)
    one = threading.Lock()

    @app.post("/v1/waybill")
    def waybill_() -> Response | tuple[Response, int]:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {secret}".encode()):
            return _refused("no_credentials", 401)
        if not idle():
            return _refused("visit", 409)
        if not one.acquire(blocking=False):
            return _refused("waiting", 429)
        try:
            found = _watched(read, idle)
        finally:
            one.release()
        if found is not None:
            return jsonify({"waybill": waybill(found)})
        return Response(status=204) if idle() else _refused("visit", 409)

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


def _watched(read: Read, idle: Callable[[], bool]) -> str | None:
    until, found = time.monotonic() + SECONDS, None
    while found is None and idle() and (left := until - time.monotonic()) > 0:
        found = read(min(left, SLICE), lambda text: waybill(text) is not None)
    return found


def secret_of(settings: ReaderSettings) -> str:
    """One line from a file only its owner may read; :class:`SettingsError`."""
    path = settings.secret_file
    try:
        if others_may_read(path):
            raise SettingsError(f"扫码口令文件 {path} 其他人也能读。请先执行：chmod 600 {path}")
        text = path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"扫码口令文件 {path} 读不出来：{error.strerror}") from None
    if len(text) < 16 or "\n" in text:
        raise SettingsError(f"扫码口令文件 {path} 应当只有一行，不少于 16 个字符")
    return text


def _refused(why: str, status: int) -> tuple[Response, int]:
    return jsonify({"refused": why}), status

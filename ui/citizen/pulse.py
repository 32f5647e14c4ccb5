"""Proof of life both ways: the page posts its beat and hears what is new; whoever keeps the browser asks how the glass does."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from werkzeug.datastructures import MultiDict

from kiosk.visit.pulse import Beat, GlassWatch
from kiosk.visit.snapshot import Glass

logger = logging.getLogger(__name__)
_NUMBER = re.compile(r"[0-9]{1,12}")


def create_pulse(glass: Glass, watch: GlassWatch | None, edition: str, knocks: Callable[[], bool] = lambda: False) -> Blueprint:
    """``/beat`` and, where there is a ``watch``, ``/pulse``. ``edition``: of the scripts and styles; a page of another
    one loads itself anew. ``knocks``: staff laid a badge down.
    """
    pulse = Blueprint("pulse", __name__)

    @pulse.post("/beat")
    def beat() -> Response | tuple[str, int]:
        """A beat that proves nothing (no fields) is answered all the same, and counts as none."""
        now = glass.snapshot()
        if request.form:
            told = beat_of(request.form)
            if told is None:
                logger.warning("beat refused: not one of our page's")
                return "beat refused\n", 400
            if watch is not None:
                watch.beaten(told, now.serial)
        visit = now.state.visit is not None
        return jsonify(boot=glass.boot, edition=edition, serial=now.serial, visit=visit, help=now.help or "", staff=knocks())

    @pulse.get("/pulse")
    def state() -> Response | tuple[str, int]:
        if watch is None:
            return "nobody watches this glass\n", 404
        told = watch.asked()
        return jsonify(state=told.state.value, age=told.age, visit=glass.snapshot().state.visit is not None)

    return pulse


def beat_of(form: MultiDict[str, str]) -> Beat | None:
    """What a page told of itself; ``None``: it is none of ours."""
    frames, shown, whole, front = (form.get(name, "") for name in ("frames", "shown", "whole", "front"))
    if not _NUMBER.fullmatch(frames) or not (shown == "" or _NUMBER.fullmatch(shown)):
        return None
    if whole not in ("yes", "no") or front not in ("yes", "no", ""):
        return None
    return Beat(int(frames), int(shown) if shown else None, whole == "yes", front == "yes" if front else None)

"""Clerks' accounts for whoever asks by a desk's token: the home desk and the intake window of a party, each its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from flask import Blueprint, Response, abort

from domain.staff.duties import Place
from fleet.clerks.clock import ClerkClock
from fleet.settings import SettingsError
from mqtt.resources import home_accounts_path, intake_accounts_path

_log = logging.getLogger(__name__)


def create_accounts(clock: ClerkClock | None, home: Callable[[], str], window: Callable[[], str]) -> Blueprint:
    """``home``, ``window``: whose token this request carries; both refuse the request where it is another side's."""
    pages = Blueprint("accounts", __name__)

    def given(party: str, place: Place) -> Response:
        if clock is None:
            abort(404)
        try:
            return Response(clock.of_desk(party, place, time.time()), mimetype="application/json")
        except SettingsError as error:
            _log.error("clerks' accounts cannot be signed: %s", error)
            abort(500)

    @pages.get(home_accounts_path("<party>"))
    def of_home(party: str) -> Response:
        return given(party, "desk") if home() == party else abort(404)

    @pages.get(intake_accounts_path("<party>"))
    def of_window(party: str) -> Response:
        return given(party, "window") if window() == party else abort(404)

    return pages

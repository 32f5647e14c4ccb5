"""The HTTP resources of protection (``mqtt/protection.py``)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from flask import Blueprint, Response, abort

from fleet.protection import deletions
from fleet.store import Store
from mqtt.protection import MOST_DELETIONS, Deletion, DeletionList


def create_protection(store: Store, home: Callable[[], str]) -> Blueprint:
    """``home``: whose home desk's token this request carries; refuses the request where it is none."""
    pages = Blueprint("protection", __name__)

    @pages.get("/v1/homes/<party>/deletions")
    def get_deletions(party: str) -> Response:
        if home() != party:
            abort(404)
        with store.reading() as db:
            found = deletions.newest(db, MOST_DELETIONS, party)
        told = tuple(Deletion(one.digest, one.number or "", one.rule, int(one.at), one.gone is not None) for one in found)
        return Response(msgspec.json.encode(DeletionList(told)), mimetype="application/json")

    return pages

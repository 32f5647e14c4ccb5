"""The door before the pages of a desk or a window: who the clerk is that asks, for acts, journals and papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask

from fleet.desk.clerks import SIGNED_IN, ClerkKeeper, Session
from fleet.people import door


def guard(app: Flask, keeper: ClerkKeeper, rights: Mapping[str, Any]) -> None:
    """``rights``: endpoint or blueprint → what it needs (``ClerkKeeper.may``); what is not in it any clerk of the place may see."""
    app.register_blueprint(Blueprint("clerks", __name__, template_folder="clerk_templates"))

    def need(_app: Flask, endpoint: str) -> Any:
        if endpoint.rpartition(".")[2] == "static":
            return None
        return rights.get(endpoint) or rights.get(endpoint.rpartition(".")[0]) or SIGNED_IN

    door.guard(app, keeper, need)


def clerk() -> Session:
    """Who asks; inside a guarded view only."""
    found = door.visitor()
    assert isinstance(found, Session)
    return found


def staff() -> str:
    """Name and 工号 of who asks, as journals, acts and papers name them."""
    return clerk().clerk.said

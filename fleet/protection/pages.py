"""Pages a desk and a window share: the record of who read and did what, and whether it holds; what is kept, and until when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from flask import Blueprint, render_template, request

from fleet.desk.journal import Journal
from fleet.protection.kept import Count, listed
from fleet.protection.words import told

_A_PAGE = 200


def create_record(journal: Journal, place: Literal["desk", "window"], counts: Callable[[], Mapping[str, Count]]) -> Blueprint:
    """``counts``: rule → what of it is there now."""
    pages = Blueprint("protection", __name__, template_folder="templates")

    @pages.get("/record")
    def record_page() -> str:
        before = request.args.get("before", type=int)
        lines = [told(line) for line in journal.lines(_A_PAGE, before)]
        newest = journal.lines(1)
        return render_template(
            "protection_record.html",
            lines=lines,
            broken=journal.broken(),
            most=_A_PAGE,
            head=newest[0].hash[:16] if newest else "",
        )

    @pages.get("/kept")
    def kept_page() -> str:
        return render_template("protection_kept.html", kept=listed(place, counts()), deleted=None)

    return pages

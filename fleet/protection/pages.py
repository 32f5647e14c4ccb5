"""Pages a desk and a window share: the record of who read and did what, and whether it holds."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from fleet.desk.journal import Journal
from fleet.protection.words import told

_A_PAGE = 200


def create_record(journal: Journal) -> Blueprint:
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

    return pages

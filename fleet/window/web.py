"""What all pages of the window share: who is on duty, how a trouble is shown."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

MOST_STAFF = 40
MOST_BODY = 16 * 1024 * 1024
"""Bytes of one form with its files; they are held in memory."""
_CLERK = "clerk"


def clerk() -> str:
    """Who entered their name last in this browser: offered, never taken for granted."""
    return request.cookies.get(_CLERK, "")[:MOST_STAFF]


def remember(answer: AnyResponse, staff: str) -> AnyResponse:
    answer.set_cookie(_CLERK, staff, httponly=True, samesite="Strict", max_age=12 * 3600)
    return answer


def trouble(text: str, status: int) -> tuple[str, int]:
    return render_template("trouble.html", text=text), status


def staff_of_form() -> str:
    """Who does it, from the form; empty when it is none."""
    staff = " ".join(request.form.get("staff", "").split())
    return staff if len(staff) <= MOST_STAFF else ""

"""The bench: one page that stands for a technician's hands on the virtual hardware. For demonstration and development only."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, render_template

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


def create_bench(
    account: Callable[[], dict[str, str]] | None = None,
    phone: Callable[[], list[dict[str, str]]] | None = None,
    clerks: Callable[[], list[dict[str, str]]] | None = None,
) -> Blueprint:
    """``/`` and its files under ``/bench``; the page speaks to the virtual hardware's interface (``/api``) on the same origin.

    ``account``: login, password and present one-time code of the demonstration's account at the console. ``phone``: messages of
    applicants' telephones, newest first, each ``to`` and ``text``. ``clerks``: at the window and the desks, each ``place``,
    ``login``, ``name``, ``duties``, ``password`` and present ``code``.
    """
    bench = Blueprint("bench", __name__, static_folder="static", static_url_path="/bench", template_folder="templates")

    @bench.get("/")
    def page() -> str:
        return render_template("bench.html", account=account is not None, phone=phone is not None, clerks=clerks is not None)

    @bench.get("/bench/account")
    def known() -> Response:
        return jsonify(account() if account else {})

    @bench.get("/bench/clerks")
    def at_work() -> Response:
        return jsonify(clerks() if clerks else [])

    @bench.get("/bench/phone")
    def told() -> Response:
        return jsonify(phone() if phone else [])

    @bench.after_request
    def dress(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return bench

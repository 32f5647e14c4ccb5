"""The relay that lets the bench, and nobody else, frame the terminal's screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server
from werkzeug.test import Client

from ui.bench.beside import create_beside
from ui.guard import protect

BENCH = "http://127.0.0.1:9701"


def terminal() -> Flask:
    """A page under the terminal's own guard."""
    app = Flask(__name__)

    @app.route("/", methods=["GET", "POST"])
    def page() -> Response:
        answer = Response(
            f"{request.method} {request.query_string.decode()} {request.get_data(as_text=True)} {request.cookies.get('look')}"
        )
        answer.set_cookie("look", "large")
        return answer

    @app.get("/events")
    def events() -> Response:
        return Response(iter(("event: screen\n", "data: 1\n\n")), mimetype="text/event-stream")

    protect(app)
    return app


@pytest.fixture(scope="module")
def beside() -> Iterator[Client]:
    server = make_server("127.0.0.1", 0, terminal(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Client(create_beside(f"http://127.0.0.1:{server.port}", BENCH), use_cookies=False)
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_terminal_s_page_comes_as_it_is_and_only_the_bench_may_frame_it(beside: Client) -> None:
    answer = beside.get("/?a=1", headers={"Cookie": "look=contrast"}, base_url="http://127.0.0.1:9713")
    assert answer.text == "GET a=1  contrast"
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors {BENCH};" in policy
    assert "script-src 'self'" in policy
    assert answer.headers["Set-Cookie"].startswith("look=large")


def test_what_is_tapped_in_the_frame_reaches_the_terminal_and_what_another_page_sends_does_not(beside: Client) -> None:
    def post(origin: str, **headers: str) -> int:
        return beside.post("/", data="x", headers={"Origin": origin, **headers}, base_url="http://127.0.0.1:9713").status_code

    assert post("http://127.0.0.1:9713") == 200
    assert post("http://127.0.0.1:9701") == 403
    assert post("http://evil.example") == 403
    assert beside.get("/", base_url="http://evil.example:9713").status_code == 403


def test_what_the_terminal_tells_by_and_by_comes_through(beside: Client) -> None:
    answer = beside.get("/events", base_url="http://127.0.0.1:9713")
    assert (answer.mimetype, answer.text) == ("text/event-stream", "event: screen\ndata: 1\n\n")


def test_while_the_terminal_is_away_the_frame_says_so_and_asks_again() -> None:
    answer = Client(create_beside("http://127.0.0.1:9", BENCH)).get("/", base_url="http://127.0.0.1:9713")
    assert answer.status_code == 502
    assert 'http-equiv="refresh"' in answer.text

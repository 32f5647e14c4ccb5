"""What goes between the glass and the terminal is a person's; the server in between holds it in memory, never in a file."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator

import httpx
import pytest
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue, walk

from ui.app import create_app
from ui.citizen.intents import MAX_BODY
from ui.server import MOST_BODY


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass(rich_catalogue())


@pytest.fixture
def browser(glass: ScreenGlass, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """Of a terminal that was watched: no temporary file was made while it served."""
    made: list[object] = []

    def watched(*how: object) -> io.BytesIO:
        made.append(how)
        return io.BytesIO()

    with served(create_app(glass)) as address, httpx.Client(base_url=address, headers={"Origin": address}, timeout=20) as client:
        monkeypatch.setattr(tempfile, "TemporaryFile", watched)
        yield client
    assert made == []


def test_the_longest_signature_is_taken_without_a_file(glass: ScreenGlass, browser: httpx.Client) -> None:
    next(name for name in walk(glass) if name == "sign")
    state = glass.snapshot().state
    assert state.visit is not None
    strokes = [[[n % 600 + 0.5, n % 300 + 0.5, n * 8] for n in range(20_000)]]
    form = {
        "visit": state.visit.id,
        "version": str(state.version),
        "signature": json.dumps({"width": 600, "height": 300, "strokes": strokes}),
    }
    answer = browser.post("/act/sign", data=form)
    assert int(answer.request.headers["Content-Length"]) > 512 * 1024
    assert answer.status_code == 200
    assert "screen--sign" not in answer.text


def test_a_page_of_many_details_is_shown_without_a_file(
    glass: ScreenGlass, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = b"\xff\xd8\xff" + bytes(3 * 1024 * 1024)
    monkeypatch.setattr(glass, "page", lambda _ref: picture)
    assert browser.get("/page/p1.jpg").content == picture


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY + 1000, 400), (MOST_BODY + 1000, 413)])
def test_a_form_larger_than_any_of_ours_is_refused_without_a_file(browser: httpx.Client, size: int, status: int) -> None:
    assert browser.post("/act/begin", data={"visit": "x" * size}).status_code == status

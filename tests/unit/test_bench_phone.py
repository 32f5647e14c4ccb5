"""The bench shows what desks tell applicants by SMS: the drop of the file adapter, newest first."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from kiosk.demo.hardware import MOST_SHOWN, messages
from ui.bench.page import create_bench


def test_messages_are_shown_newest_first_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    for at, name in enumerate(("a", "b")):
        (tmp_path / f"{name}.json").write_text(f'{{"id": "{name}", "to": "13800138000", "text": "text {name}"}}')
        os.utime(tmp_path / f"{name}.json", (at, at))
    (tmp_path / "c.json").write_text("{")
    (tmp_path / "d.json.part").write_text("half")
    app = Flask(__name__)
    app.register_blueprint(create_bench(phone=lambda: messages(tmp_path)))
    client = app.test_client()
    assert client.get("/bench/phone").json == [
        {"to": "13800138000", "text": "text b"},
        {"to": "13800138000", "text": "text a"},
    ]
    assert "申请人的手机" in client.get("/").text


def test_an_old_drop_does_not_fill_the_page(tmp_path: Path) -> None:
    for at in range(MOST_SHOWN + 5):
        (tmp_path / f"{at}.json").write_text('{"id": "x", "to": "1", "text": "x"}')
    assert len(messages(tmp_path)) == MOST_SHOWN
    assert messages(tmp_path / "nowhere") == []

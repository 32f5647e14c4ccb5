"""Administration of a catalogue of 600 items and eleven parties: a draft begun, its list, an item saved and shown again.

What a page costs the processor, by the console's own application without a network; each the median of a few. The linter looks at
the whole catalogue whenever something has changed since.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from flask.testing import FlaskClient
from support import items as at
from support.centre_db import new_database
from support.console_board import KNOWN

from bench import catalogue
from domain.catalogue.part import JOINT
from fleet.authority.authority import Identity
from fleet.console.app import create_console
from fleet.people import sessions
from fleet.people.gate import COOKIE
from fleet.presence import Hearing
from fleet.store import Store

ITEMS = 600
BEGIN, PAGE, SAVE = 1000.0, 500.0, 1500.0
"""Milliseconds of the processor."""
ROUNDS = 5


def rows() -> list[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(Store(new_database(folder / "centre.db"))) as store:
            shelf = at.shelf(folder)
            at.people(store)
            at.publish(store, shelf, data=catalogue.large(items=ITEMS))
            app = create_console(
                store, KNOWN, lambda: Hearing(None), lambda _t: Identity(None, revoked=False, cloned=False), lambda: at.NOW,
                catalogue=(shelf, at.keys(folder)),
            )  # fmt: skip
            client = app.test_client()
            with store.transaction() as db:
                client.set_cookie(COOKIE, sessions.begin(db, "joint-edits", at.NOW))
            begin = _taken(lambda: _post(client, f"/items/{JOINT}/begin", "/items"))
            listed = [_taken(lambda: client.get(f"/items/{JOINT}/draft")) for _ in range(ROUNDS)]
            items = [f"/items/{JOINT}/draft/{number}" for number in range(2, 2 + ROUNDS)]
            shown = [_taken(partial(client.get, path)) for path in items]
            saved = [_taken(partial(_saved, client, path)) for path in items]
    told = [("开一份草稿", begin, BEGIN), ("列出全部事项", statistics.median(listed[1:]), PAGE)]
    told += [("打开一个事项", statistics.median(shown), PAGE), ("改一个事项，保存、检查、再显示", statistics.median(saved), SAVE)]
    return [(f"事项管理（{ITEMS} 个事项）：{what}", f"{took:.0f} ms", f"≤ {bar:.0f} ms", took <= bar) for what, took, bar in told]


def _taken(what: Callable[[], object]) -> float:
    began = time.process_time()
    what()
    return (time.process_time() - began) * 1000


def _saved(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    mark = re.search(r'name="mark" value="([^"]+)"', page[page.index("data-watched") :])
    assert mark
    fields = {
        "v.item_id": "I-1",
        "v.name": f"改过的 {path}",
        "v.short_name": "改",
        "v.topic": "户籍",
        "v.basic_code_demo": "512090001000",
    }
    more = {"v.implementing_dept_role": "部门", "v.promised_limit.unit": "immediate", "v.on_site_visits": "0", "v.version": "1"}
    codes = {"v.item_type": "20", "v.project_type": "1", "v.cross_region_scope": "3", "v.kiosk_role": "full_intake"}
    _post(client, path, path, mark=mark[1], **fields, **more, **codes)
    client.get(path)


def _post(client: FlaskClient, path: str, page: str, **fields: str) -> None:
    token = re.search(r'name="form" value="([^"]+)"', client.get(page).text)
    assert token
    answer = client.post(path, data={**fields, "form": token[1]})
    assert answer.status_code == 303, answer.text[:500]

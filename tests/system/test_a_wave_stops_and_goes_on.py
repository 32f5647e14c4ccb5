"""A new catalogue in waves through everything real: broker, centre, terminals' sessions. One refuses; repaired, it goes on."""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack
from html import unescape
from pathlib import Path

import httpx
from msgspec.structs import replace
from support.broker import QUICK, running_broker, wait_until
from support.fleet import centre_settings
from support.people import account
from support.steered_terminals import SteeredTerminal

from domain.catalogue.catalogue import DATA
from fleet.centre import Centre
from fleet.people import sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role
from fleet.settings import TerminalEntry

GOOD, BAD, LATER = NAMES = ("w-hall-01", "w-hall-02", "w-hall-03")
ENTRIES = tuple(TerminalEntry(name, f"某大厅 {name}", ("first",) if name != LATER else ()) for name in NAMES)


class Staff:
    """Somebody at the console, signed in."""

    def __init__(self, centre: Centre) -> None:
        account(centre.store, "operator", Grant(Role.OPERATOR, ALL))
        with centre.store.transaction() as db:
            cookie = sessions.begin(db, "operator", time.time())
        self.client = httpx.Client(base_url=centre.console_address, cookies={COOKIE: cookie}, headers={"Accept": "text/html"})

    def read(self, path: str) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.client.get(path).text)).split())

    def does(self, path: str, files: dict[str, bytes] | None = None, **fields: str) -> str:
        """Where it leads."""
        token = re.search(r'name="form" value="([^"]+)"', self.client.get("/steering").text)
        assert token
        answer = self.client.post(path, data={"form": token[1], **fields}, files=files)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def rolls_out(self, openings: bytes, **fields: str) -> str:
        items = (DATA / "catalogue_demo.json").read_bytes()
        kept = self.does("/steering/publish/catalogue", {"pack": items, "openings": openings})
        looked = self.client.get(kept, params={"to": "*"}).text
        assert "3</b> 台会收到：现在在线 3 台" in looked
        seal = re.search(r'name="seal" value="([^"]+)"', looked)
        assert seal
        return self.does(kept, to="*", seal=seal[1], why="十二月目录", **fields)


def test_one_refuses_and_stops_it_repaired_and_resumed_all_have_it(tmp_path: Path) -> None:
    openings = json.loads((DATA / "openings_demo.json").read_text("utf-8"))
    wanted = json.dumps({**openings, "version": "w-2"}).encode()
    with ExitStack() as stack:
        broker = stack.enter_context(running_broker(tmp_path / "broker", *NAMES))
        settings = replace(centre_settings(tmp_path / "centre", broker.settings(), broker.authority), terminals=ENTRIES)
        centre = Centre(settings, QUICK)
        centre.start()
        stack.callback(centre.stop)
        ends = {name: SteeredTerminal(tmp_path / name, broker, centre.api_address, name, knows=name != BAD) for name in NAMES}
        stack.callback(lambda: [end.stop() for end in ends.values()])
        staff = Staff(centre)
        stack.callback(staff.client.close)
        wait_until(lambda: "一共 3 台" in staff.read("/steering/command?standing=online"), "all are there")

        run = staff.rolls_out(wanted, waves="rings", rings="first", failed="10", within="10")
        wait_until(lambda: "自己停下了" in staff.read(run), "a refusal stops it")
        wait_until(lambda: ends[GOOD].version == "w-2", "the other one of the wave has it")
        said = staff.read(run)
        assert "目录通不过终端的检查：没有这些业务属地的公钥，不能为它们收件：示范丁开发区" in said
        assert "按终端给的说明改目录，或补上终端上缺的各业务属地公钥，再重试。" in said
        assert ends[LATER].version == ends[BAD].version != "w-2"

        ends[BAD].stop()
        ends[BAD] = SteeredTerminal(tmp_path / BAD, broker, centre.api_address, BAD)
        staff.does(f"{run}/resume", why="补了公钥")
        wait_until(lambda: "● 完成" in staff.read(run), "everybody has it")
        assert {end.version for end in ends.values()} == {"w-2"}
        assert "重试 1 台。为什么：补了公钥" in staff.read(run)

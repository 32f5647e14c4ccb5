"""Staff of the centre at a running console, by HTTP as a browser would."""

from __future__ import annotations

import re
import time
from html import unescape

import httpx
from support.people import account

from domain.catalogue.catalogue import DATA
from fleet.centre import Centre
from fleet.people import sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role


class Staff:
    """Somebody at the console, signed in."""

    def __init__(self, centre: Centre, login: str = "operator") -> None:
        account(centre.store, login, Grant(Role.OPERATOR, ALL))
        with centre.store.transaction() as db:
            cookie = sessions.begin(db, login, time.time())
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

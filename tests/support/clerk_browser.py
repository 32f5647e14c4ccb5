"""The clerk's browser at a running terminal: real TLS with the fleet's authority, forms as its page has them, no browser."""

from __future__ import annotations

import re
import ssl
import time

import httpx
import pyotp
from support.hall import Hall, until

from domain.staff.sign_in import STEP
from kiosk.demo import clerks
from kiosk.demo.processes import answers
from kiosk.demo.staff import CLERK


class ClerkBrowser:
    """``answer`` is the last one; ``page`` what stands there."""

    def __init__(self, hall: Hall, login: str = "C101") -> None:
        self.hall = hall
        self.who = next(one for one in clerks.known(hall.layout.clerks) if one.login == login)
        believed = ssl.create_default_context(cafile=str(hall.layout.authority / "ca.pem"))
        address = f"https://127.0.0.1:{hall.layout.ports.clerk}"
        self.client = httpx.Client(base_url=address, verify=believed, headers={"Origin": address}, timeout=20)
        self.page = ""
        self._step = 0

    def __enter__(self) -> ClerkBrowser:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, path: str = "/") -> str:
        return self.client.get(path).text

    def sign_in(self) -> ClerkBrowser:
        """By password and code, as soon as the accounts have come from the centre."""

        def entered() -> bool:
            answer = self.try_sign_in()
            if "还没有工作人员账号" in answer.text:
                self._step -= 1
            else:
                assert answer.status_code == 303, re.findall(r'role="alert">(.*?)</div>', answer.text, re.S)
            return answer.status_code == 303

        until(lambda: answers(self.hall.layout.ports.clerk), "the clerks' pages are open")
        until(entered, "the clerks' accounts have come")
        self.page = self.get()
        return self

    def try_sign_in(self) -> httpx.Response:
        self._step = max(int(time.time()) // STEP - 1, self._step + 1)
        code = pyotp.TOTP(self.who.secret, interval=STEP).at(self._step * STEP)
        return self.client.post("/sign-in", data={"login": self.who.login, "password": self.who.password, "code": code})

    def look_whole(self) -> str:
        """The whole page, or nothing while the terminal does not answer."""
        try:
            return self.get()
        except httpx.TransportError:
            return ""

    def by_badge(self) -> ClerkBrowser:
        """The badge on the bench, its PIN in this browser."""
        reader = self.hall.rig.reader("smartcard")
        assert self.client.post("/badge").headers["Location"] == "/badge"
        reader.lay(CLERK)
        until(lambda: self._badge() == "pin", "the PIN is asked for")
        self.client.post("/badge/pin", content=b"246810")
        until(lambda: self._badge() == "open", "the badge opens")
        self.page = self.get()
        return self

    def _badge(self) -> str:
        return str(self.client.post("/badge/now").json()["at"])

    def sign_out(self) -> None:
        self.client.post("/sign-out", data={"token": self._hidden("token")})

    def at(self, title: str) -> ClerkBrowser:
        """Wait until this is the task."""
        until(lambda: self.look() == title, f"{title}, not {self.title}")
        return self

    def look(self) -> str:
        self.page = self.get("/work")
        return self.title

    def do(self, intent: str, **fields: str) -> ClerkBrowser:
        """One key; what stands there then."""
        seen = {name: self._hidden(name) for name in ("visit", "version", "token")}
        answer = self.client.post(f"/act/{intent}", data=seen | fields)
        assert answer.status_code == 200, (intent, answer.status_code, self.title)
        self.page = answer.text
        return self

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page, re.S)
        return found.group(1) if found else ""

    def _hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return found.group(1) if found else ""

"""Clerks at the pages of a home desk and of an intake window, as their browsers post them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from domain.calendar import CHINA


@dataclass
class WindowClerk:
    """``browser``: signed in at the intake window's pages."""

    browser: httpx.Client

    def open(self, case: str) -> httpx.Response:
        """The opened case's page."""
        return self.browser.post(f"/cases/{case}/open", data={"reason": "预审"})

    def do(self, case: str, what: str, **said: str) -> None:
        """One form of the opened case, as it stands now."""
        page = self.open(case)
        found = re.search(r'name="position" value="(\d+)"', page.text)
        assert found, page.text
        done = self.browser.post(f"{page.url.path}/{what}", data={"position": found.group(1), **said})
        assert done.status_code == 200, done.text

    def send(self, home: str, case: str, parcel: dict[str, str]) -> None:
        """The case in one parcel to its home desk."""
        page = self.browser.get(f"/send/{home}").text
        said = {"case": case, **parcel}
        checked = self.browser.post(f"/send/{home}/check", data=said)
        assert checked.status_code == 200, page
        hidden = dict(re.findall(r'name="(position-[^"]+)" value="(\d+)"', checked.text))
        sent = self.browser.post(f"/send/{home}", data=said | hidden)
        assert sent.status_code == 200, sent.text


@dataclass
class DeskClerk:
    """At the desk's pages, signed in: open for a reason, review, draft, look, send. ``browser``: of who accepts; ``approver``: of
    who decides.
    """

    browser: httpx.Client
    approver: httpx.Client

    def inbox(self) -> str:
        return self.browser.get("/").text

    def open(self, case: str, role: str = "home_officer") -> httpx.Response:
        """The opened case's page."""
        return self._at(role).post(f"/cases/{case}/open", data={"reason": "审查材料"})

    def correct(self, case: str, material: str, wrong: str, remedy: str) -> str:
        """One-time notice on the first point of ``material``; the others are met. What the page says in the end."""
        page = self.open(case)
        met = {f"ok-{code}": "1" for code in _subjects(page.text) if code != material}
        due = (datetime.now(CHINA) + timedelta(days=14)).date().isoformat()
        point = f"{material}#1"
        said = {f"bad-{point}": "1", f"wrong-{point}": wrong, f"remedy-{point}": remedy, f"how-{point}": "scan"}
        return self._sent(self.browser.post(f"{page.url.path}/review", data={"end": "correction", "due": due, **met, **said}))

    def accept(self, case: str) -> str:
        page = self.open(case)
        met = {f"ok-{code}": "1" for code in _subjects(page.text)}
        return self._sent(self.browser.post(f"{page.url.path}/review", data={"end": "acceptance", **met}))

    def act(self, case: str, act: str, said: dict[str, str], file: bytes | None = None, role: str = "home_officer") -> str:
        page = self.open(case, role)
        files = {"file": ("result.pdf", file, "application/pdf")} if file is not None else {"none": ("", b"")}
        return self._sent(self._at(role).post(f"{page.url.path}/acts/{act}", data=said, files=files), role)

    def _at(self, role: str) -> httpx.Client:
        return self.approver if role == "approver" else self.browser

    def _sent(self, draft: httpx.Response, role: str = "home_officer") -> str:
        """Looked at, and sent."""
        assert draft.status_code == 200, re.findall(r"<li>(.*?)</li>", draft.text)
        assert "/drafts/" in draft.url.path, draft.text
        done = self._at(role).post(draft.url.path, data={"reason": "符合条件"})
        assert done.status_code == 200, done.text
        return done.text


def _subjects(page: str) -> tuple[str, ...]:
    """What is to be reviewed: each material, the form, the person."""
    return tuple(dict.fromkeys(re.findall(r'name="ok-([^"]+)"', page)))

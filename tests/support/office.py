"""The home desk as its officers have it: a running centre, a running desk, a browser, real sealed documents."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pikepdf
from msgspec.structs import replace
from support.desk import desk_settings
from support.fleet import EPOCH, INTAKE, TERMINAL, TIME, Fleet, case_content, sealed_case, taken

from domain import sealing
from domain.calendar import CHINA
from domain.case import acts, content
from domain.case.life import fold
from domain.case.rights import State
from domain.catalogue.catalogue import DATA
from fleet.cases import ledger
from fleet.desk.app import Desk, create_desk
from fleet.desk.settings import CatalogueSettings, IssuerSettings, KeySettings
from fleet.intake import understand
from fleet.outward.ways import FileWay
from mqtt import topics
from mqtt.events import CaseLimit, CaseTerms, event

OWN, KEY = sealing.new_key("mianzhu")
WINDOW, WINDOW_KEY = sealing.new_key("renshou")
RECOVERY, RECOVERY_KEY = sealing.new_key("recovery")
HALL, HALL_KEY = sealing.new_key("hall")
NAME, NUMBER, PHONE = "测试甲", "11010519491231002X", "13800000000"
TERMS = CaseTerms(electronic=True, legal=CaseLimit(20, "workday"), promised=CaseLimit(10, "workday"))
MATERIALS = ("M-ID", "M-FORM", "M-RES", "form", "person")
FINE = {f"ok-{code}": "1" for code in MATERIALS}


def pdf(pages: int = 1, **root: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.Pdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        for key, value in root.items():
            document.Root[f"/{key}"] = value
        document.save(out)
    return out.getvalue()


@dataclass
class Office:
    """The desk, its browser, and what lies behind: the centre's ledger, the folder SMS are dropped into."""

    fleet: Fleet
    folder: Path
    desk: Desk
    browser: httpx.Client

    def bring(self, case: str, terms: CaseTerms | None = TERMS, way: str = "pickup_intake", phone: str | None = PHONE) -> str:
        """A case that was just taken in, with one page; its number."""
        sealed = sealed_case(case, OWN, pages=1)
        said = case_content(case, [sealing.digest(sealed[1])])
        found = (
            content.Material("M-ID", "申请人有效身份证件", "chip_read", "原件"),
            content.Material("M-FORM", "异地就医备案表", "signed_form", "原件"),
            content.Material("M-RES", "居住证明，或个人承诺书", "scan", "原件", said.materials[1].pages),
        )
        said = replace(
            said,
            intake="仁寿县政务大厅",
            item="MED-REMOTE",
            item_name="异地就医备案",
            situation="MED-2",
            situation_name="异地长期居住人员",
            materials=found,
            delivery=content.Delivery(way, None, phone),  # type: ignore[arg-type]
        )
        sealed = (sealing.seal(content.encode(said), (OWN,)), sealed[1])
        told = replace(taken(case, sealed), item="MED-REMOTE", item_name="异地就医备案", situation="MED-2", terms=terms)
        told = replace(told, taken_at=datetime.fromtimestamp(time.time() - 60, UTC).isoformat(timespec="seconds"))
        raw = event(TERMINAL, EPOCH, time.time_ns() % 2**31, TIME, told)
        self.fleet.centre.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], time.time())
        with self.fleet.api() as api:
            for body in sealed:
                assert api.put(f"/v1/documents/{sealing.digest(body)}", content=body).status_code in (200, 201)
        return case

    def elsewhere(self, case: str, *done: acts.Act) -> None:
        """What others do: the window, a terminal, the centre's clock."""
        store = self.fleet.centre.store
        with store.transaction() as db:
            for act in done:
                store.ledger.write(db, case, act, time.time())

    def acts(self, case: str) -> list[acts.Act]:
        with self.fleet.centre.store.reading() as db:
            return [entry.act for entry in ledger.entries(db, case)]

    def state(self, case: str) -> State:
        with self.fleet.centre.store.reading() as db:
            return fold(ledger.taken(db, case), self.acts(case)).state

    def open(self, case: str, role: str = "home_officer") -> str:
        """Its address."""
        why = {"reason": "审查材料", "role": role}
        answer = self.browser.post(f"/cases/{case}/open", data=why)
        assert answer.status_code == 200, answer.text
        return answer.url.path

    def review(self, opened: str, end: str, **said: str) -> httpx.Response:
        due = (datetime.now(CHINA) + timedelta(days=30)).date().isoformat()
        return self.browser.post(f"{opened}/review", data={"end": end, "due": due, **said})

    def fill(self, opened: str, act: str, said: dict[str, str], file: bytes | None = None) -> httpx.Response:
        files = {"file": ("result.pdf", file, "application/pdf")} if file is not None else {"none": ("", b"")}
        return self.browser.post(f"{opened}/acts/{act}", data=said, files=files)

    def confirm(self, draft: httpx.Response, reason: str = "符合条件") -> httpx.Response:
        assert draft.status_code == 200, re.findall(r"<li>(.*?)</li>", draft.text)
        assert "/drafts/" in draft.url.path, draft.text
        return self.browser.post(draft.url.path, data={"reason": reason})

    def accept(self, case: str) -> None:
        told = self.confirm(self.review(self.open(case), "acceptance", **FINE))
        assert "已送到中心" in told.text

    def document(self, digest: str) -> bytes:
        path = next((self.folder / "centre").rglob(digest))
        return path.read_bytes()

    def sms(self) -> list[dict[str, str]]:
        return [json.loads(path.read_text()) for path in sorted((self.folder / "sms").glob("*.json"))]


@contextmanager
def running(fleet: Fleet, folder: Path) -> Iterator[Desk]:
    plain = desk_settings(folder / "desk", fleet.centre.api_address, KEY, fleet.broker.authority.authority)
    (folder / "sms").mkdir(mode=0o700, exist_ok=True)
    settings = replace(
        plain,
        catalogue=CatalogueSettings(items=DATA / "catalogue_demo.json", openings=DATA / "openings_demo.json"),
        keys=KeySettings(RECOVERY, {INTAKE: WINDOW}, {INTAKE: (HALL,)}),
        issuer=IssuerSettings(
            "绵竹市医保局", "竹医保", "绵竹市某路 1 号", "0838-1234567", review="绵竹市人民政府", court="绵竹市人民法院"
        ),
        telling=FileWay(folder / "sms"),
    )
    desk = create_desk(settings)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()

"""An intake window in front of a running centre, cases sealed to it as a terminal seals them, and the home desk's end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
from msgspec.structs import replace
from support.clerk_door import WINDOW, entered
from support.fleet import EPOCH, HOME, INTAKE, JPEG, TERMINAL, Fleet, case_content, token

from domain import sealing
from domain.case import content
from domain.case.acts import Act, HomeAct
from domain.case.content import Material, Page, Unproven
from domain.case.life import Life
from domain.staff.duties import Duty
from fleet.casework.client import Client
from fleet.desk.inbox import Inbox
from fleet.intake import understand
from fleet.settings import Listen
from fleet.window.app import WindowProcess
from fleet.window.settings import KeySettings, ReaderSettings, WindowSettings
from mqtt import topics
from mqtt.events import CaseTaken, CaseTerms, DocumentRef, event
from mqtt.protection import PersonRequest

WINDOW_TOKEN = f"{INTAKE}-window"
ITEM, SITUATION = "SSC-REISSUE", "SSC-REISSUE-2"
"""Of the demonstration's catalogue: an old card that is posted, a photo that is scanned, a signed form."""
HOME_KEY, WINDOW_KEY, RECOVERY_KEY = (sealing.new_key(owner) for owner in (HOME, INTAKE, "recovery"))
PAPER = Unproven("paper", "M-OLD", "原社会保障卡")
PERSON = Unproven("person")
ORIGINAL = Unproven("original", "M-PHOTO", "近期免冠证件照")
_EVENTS = count(1000)
"""Of the hall's terminal, whichever counter it stands beside."""
CLERK = {"reason": "预审"}
STAFF = "王收件（1024）"


def window_settings(folder: Path, centre: str, ca: Path | None = None, reader: ReaderSettings | None = None) -> WindowSettings:
    folder.mkdir(parents=True, exist_ok=True)
    key = WINDOW_KEY[1]
    secrets = {"token": token(WINDOW_TOKEN), "keys.toml": f'[[keys]]\nkey_id = "{key.key_id}"\nprivate = "{key.private}"\n'}
    for name, text in secrets.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    return WindowSettings(
        party=INTAKE,
        name="仁寿县",
        division="511421",
        phone="028-00000000",
        centre=centre,
        ca=str(ca) if ca else None,
        token_file=folder / "token",
        key_file=folder / "keys.toml",
        data=folder / "data",
        listen=Listen(0),
        keys=KeySettings(intake=WINDOW_KEY[0], recovery=RECOVERY_KEY[0], homes={HOME: HOME_KEY[0]}),
        parties={HOME: "绵竹市", INTAKE: "仁寿县"},
        reader=reader,
    )


@dataclass
class Counter:
    """``window`` is the process, ``browser`` the clerk's, ``home`` the home desk's end at the centre."""

    fleet: Fleet
    folder: Path
    window: WindowProcess = field(init=False)
    browser: httpx.Client = field(init=False)
    home: Client = field(init=False)

    def start(self, reader: ReaderSettings | None = None) -> None:
        ca = self.fleet.broker.authority.authority
        self.window = WindowProcess(window_settings(self.folder, self.fleet.centre.api_address, ca, reader))
        self.window.start()
        self.browser = self.another()
        self.home = Client(self.fleet.centre.api_address, "home", HOME, token(HOME), str(ca))

    def another(self, login: str = "1024", name: str = "王收件", duties: tuple[Duty, ...] = WINDOW) -> httpx.Client:
        """A browser in which this clerk is signed in."""
        browser = httpx.Client(base_url=self.window.address, follow_redirects=True, timeout=30)
        return entered(self.window, browser, duties, self.fleet.centre.store, login, name)

    def stop(self) -> None:
        self.browser.close()
        self.home.close()
        self.window.stop()

    def take(
        self,
        number: str,
        *unproven: Unproven,
        pages: int = 1,
        days: float = 0,
        arrived: bool = True,
        terms: CaseTerms | None = None,
    ) -> str:
        """A case taken in at the hall's terminal ``days`` ago, sealed to home, window and recovery."""
        recipients = (HOME_KEY[0], WINDOW_KEY[0], RECOVERY_KEY[0])
        pictures = [sealing.seal(JPEG + bytes([n]), recipients) for n in range(pages)]
        materials = (
            Material("M-ID", "申请人有效身份证件", "chip_read", "芯片数据，未收复印件"),
            Material("M-OLD", "原社会保障卡", "posted", "纸质原件，另行寄递"),
            Material("M-PHOTO", "近期免冠证件照", "scan", "影像", tuple(Page(sealing.digest(p)) for p in pictures)),
            Material("M-FORM", "社会保障卡补（换）领登记表", "signed_form", "电子表单"),
        )
        told = replace(
            case_content(number, []), item=ITEM, situation=SITUATION, materials=materials, unproven=unproven, window_days=10
        )
        sealed = (sealing.seal(content.encode(told), recipients), *pictures)
        refs = tuple(DocumentRef(sealing.digest(b), len(b), "page" if n else "case") for n, b in enumerate(sealed))
        at = (datetime.now(UTC) - timedelta(days=days, minutes=5)).isoformat(timespec="seconds")
        awaits = tuple(dict.fromkeys(one.kind for one in unproven))
        taken = CaseTaken(
            number, ITEM, "社会保障卡补领、换领", SITUATION, HOME, INTAKE, at, f"{number:t<22}"[:22], refs, awaits, terms
        )
        raw = event(TERMINAL, EPOCH, next(_EVENTS), at, taken)
        self.fleet.centre.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], time.time())
        if arrived:
            with self.fleet.api() as api:
                for body in sealed:
                    assert api.put(f"/v1/documents/{sealing.digest(body)}", content=body).status_code in (200, 201)
        return number

    # --- the clerk ------------------------------------------------------------------------------------------------------

    def open(self, number: str, **why: str) -> str:
        """Address of the opened case's page."""
        page = self.browser.post(f"/cases/{number}/open", data=CLERK | why)
        assert page.status_code == 200, page.text
        return page.url.path

    def do(self, at: str, what: str, **form: str | list[str]) -> httpx.Response:
        """One form of the opened case, as it stands there now."""
        return self.browser.post(f"{at}/{what}", data={"position": self.position(at), **form})

    def position(self, at: str) -> str:
        found = re.search(r'name="position" value="(\d+)"', self.browser.get(at).text)
        return found.group(1) if found else "-1"

    def prechecked(self, number: str, *unproven: Unproven, **counts: str) -> str:
        """A case whose pre-check and originals are done, and its paper taken in."""
        self.take(number, *unproven)
        at = self.open(number)
        assert self.do(at, "precheck").status_code == 200
        ticked = {f"done-{n}": "on" for n in range(len(unproven))}
        if unproven:
            assert self.do(at, "originals", **ticked, **counts).status_code == 200
        return number

    def sent(self, *numbers: str, waybill: str, cost: str = "12.50") -> httpx.Response:
        """These cases in one parcel to the home desk."""
        form: dict[str, str | list[str]] = {"seal": "FQ001", "carrier": "sf", "waybill": waybill}
        form |= {"cost": cost, "case": list(numbers)}
        form |= {f"position-{n}": str(self.life(n).position) for n in numbers}
        return self.browser.post(f"/send/{HOME}", data=form)

    # --- the centre and the home desk -------------------------------------------------------------------------------------

    def acts(self, number: str) -> tuple[Act, ...]:
        return tuple(entry.act for entry in self.home.ledger(number).file.acts)

    def life(self, number: str) -> Life:
        return self.home.ledger(number).life

    def requests(self) -> tuple[PersonRequest, ...]:
        """What the home desk reads of people who ask about their information."""
        ca = str(self.fleet.broker.authority.authority)
        with closing(Inbox(self.fleet.centre.api_address, HOME, token(HOME), ca)) as desk:
            return desk.requests()

    def at_home(self, number: str, *acts: HomeAct) -> None:
        """What the home desk does, and the centre takes."""
        for act in acts:
            self.home.post(number, self.life(number).position, act)


@contextmanager
def running_counter(fleet: Fleet, folder: Path) -> Iterator[Counter]:
    counter = Counter(fleet, folder)
    counter.start()
    try:
        yield counter
    finally:
        counter.stop()


def now(ago: float = 0) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=ago)

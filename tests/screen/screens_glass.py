"""A glass over the real machine, synchronous and in memory: what the dispatcher does, without devices and disk."""

from __future__ import annotations

import io
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from waitress import wasyncore

from domain.case.content import Finding, Signature
from domain.catalogue.catalogue import Catalogue, load
from domain.identity import Document, Identity
from domain.press.press import Press
from kiosk import sheets
from kiosk.settings import TerminalSettings
from kiosk.visit import effects, machine, path, unasked
from kiosk.visit import events as ev
from kiosk.visit.outcome import Rules
from kiosk.visit.snapshot import Desk, Fault, Hall, LivePicture, Reply, Sight, Snapshot
from kiosk.visit.state import Noted, Printing, PrintState, State, Step, Submitted
from ui.server import create_page_server

FAULTS = Path(machine.__file__).parents[1] / "faults.toml"
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
PERSON = Identity(
    name="申屠晓燕",
    number="513822198907169021",
    sex="女",
    nation="汉",
    birth=date(1989, 7, 16),
    address="四川省示范甲市示范三县冷碛镇团结村7组41号",
    authority="示范三县公安局",
    valid_from=date(2019, 3, 1),
    valid_to=None,
)
FOREIGNER = Identity(
    name="",
    english_name="VANDEBERG-SMITH, MAXIMILIAN TESTER ALEXANDER",
    number="951840198004010014",
    sex="男",
    nation="",
    nationality="USA",
    birth=date(1980, 4, 1),
    address="",
    authority="",
    valid_from=date(2024, 6, 1),
    valid_to=date(2034, 5, 31),
    document=Document.FOREIGN_2023,
    former="USA510180040114",
)
"""Invented; its number, name and address must never reach a page."""
PHONE = "13980417265"
OTHER_ADDRESS = "示范三县得妥镇河坝街66号附2号"
_HALL = ("示范三县", "示范三县政务服务中心", "0800-123-4567", "12345", "https://query.example")
TERMINAL = TerminalSettings("demo-k01", "K01", "511381", "demo-san", *_HALL)
SERVICE = "Z511381261122K01RRK00018"
PAPER = ((0.273, 0.119), (0.694, 0.079), (0.736, 0.873), (0.316, 0.913))
"""Where the paper lies in the picture of the desk."""
CASE = "511381261122K01RRK00018"


class ScreenGlass:
    """The ``Glass`` of the tests. ``answers``: pictures, seals and the store answer at once; turned off, the test answers."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self.boot = "boot-1"
        self.hall = Hall("K01", "示范三县", "示范三县政务服务中心", "0800-123-4567", "12345", words=True, pad=True)
        self.catalogue = catalogue or load()
        self.rules = Rules(self.catalogue, words=True)
        self.press = Press()
        self.previewed: Signature | None = None
        self.answers = True
        self.online = True
        self.now = 1000.0
        self.effects: list[effects.Effect] = []
        self.findings: tuple[Finding, ...] = ()
        self.sight = Sight(outline=PAPER)
        self._faults = tomllib.loads(FAULTS.read_text())
        self._snapshot = Snapshot(1, State())
        self._changed = threading.Condition()

    def fault(self, code: str) -> Fault:
        return Fault(code=code, **self._faults[code])

    def snapshot(self) -> Snapshot:
        with self._changed:
            return self._snapshot

    def breaks(self, *devices: str) -> None:
        """These devices are out from now on."""
        with self._changed:
            self._snapshot = replace(self._snapshot, serial=self._snapshot.serial + 1, out=frozenset(devices))

    def act(self, visit: str | None, version: int, intent: ev.Intent) -> Reply:
        with self._changed:
            state = self._snapshot.state
            if (state.visit.id if state.visit else None, state.version) != (visit, version):
                return Reply(self._snapshot, stale=True)
            self.tell(intent)
            return Reply(self._snapshot, stale=False)

    def tell(self, event: ev.Event) -> None:
        """Let something happen, as the dispatcher would."""
        with self._changed:
            state, asked = machine.step(self._snapshot.state, event, self.now, self.rules)
            visit = state.visit
            self.show(state=state, unasked=visit is None or unasked.is_on(visit, self.rules))
            self.effects += asked
            for effect in asked if self.answers else ():
                self._answer(effect)

    def show(self, **changes: object) -> None:
        """Another snapshot: ``state``, ``overlay``, ``troubles``, ``idle_left``, ``card_lies``, ``photo``."""
        with self._changed:
            self._snapshot = replace(self._snapshot, serial=self._snapshot.serial + 1, **changes)  # type: ignore[arg-type]
            self._changed.notify_all()

    def ask_help(self, wanted: bool) -> Snapshot:
        self.show(help=("called" if self.online else "unsent") if wanted else None)
        return self.snapshot()

    def wait(self, serial: int, timeout: float) -> Snapshot:
        with self._changed:
            self._changed.wait_for(lambda: self._snapshot.serial != serial, timeout)
            return self._snapshot

    def desk(self, after: int, timeout: float) -> Desk | None:
        visit = self.snapshot().state.visit
        if visit is None or not self._at(Step.SCAN):
            return None
        threading.Event().wait(0.05)
        picture = LivePicture(after + 1, _desk(), 640, 480, self.sight)
        return unasked.desk(picture, visit, self.now, self.rules)

    def see(self, sight: Sight) -> None:
        """What the camera sees from now on."""
        self.sight = sight
        self.tell(ev.DeskSeen(sight.still and sight.advice is None, sight.lay))

    def thumb(self, ref: str) -> bytes | None:
        return _sheet() if self._at(Step.SCAN) else None

    def photo(self, ref: str) -> bytes | None:
        snapshot = self.snapshot()
        return face() if ref == snapshot.photo and self._at(Step.IDENTITY) else None

    def paper(self, material: str, signature: Signature | None = None) -> bytes | None:
        visit = self.snapshot().state.visit
        if visit is None or visit.step is not Step.SIGN:
            return None
        self.previewed = signature
        template, data = sheets.preview(visit, material, TERMINAL, self.catalogue, signature)
        return self.press.picture(template, data)

    def page(self, ref: str) -> bytes | None:
        visit = self.snapshot().state.visit
        return _sheet() if visit and visit.scan.shown and visit.scan.shown.ref == ref else None

    @property
    def number(self) -> str:
        """The number of what is being printed."""
        visit = self.snapshot().state.visit
        assert visit is not None
        return path.paper(visit) or ""

    @property
    def step(self) -> Step | None:
        visit = self.snapshot().state.visit
        return visit.step if visit else None

    def _at(self, step: Step) -> bool:
        return self.step is step

    def _answer(self, effect: effects.Effect) -> None:
        if isinstance(effect, effects.TakePicture):
            self.tell(ev.PageShown(effect.ref, self.findings))
        elif isinstance(effect, effects.SealPage | effects.SetForm):
            self.tell(ev.PageSealed(effect.ref, "0" * 64, 100_000))
        elif isinstance(effect, effects.KeepDraft):
            self.tell(ev.DraftKept(effect.visit.id, "2026-12-03T09:30:00+08:00"))
        elif isinstance(effect, effects.NoteService):
            self.tell(ev.ServiceNoted(effect.visit.id, Noted(SERVICE, "2026-11-22T09:30:00+08:00")))
        elif isinstance(effect, effects.StoreCase):
            self.tell(ev.CaseStored(effect.visit.id, Submitted(CASE, "token", "2026-11-22T09:30:00+08:00")))


def printed(glass: ScreenGlass, state: PrintState = PrintState.PRINTED, cause: str | None = None) -> None:
    """The receipt's attempt ends."""
    glass.tell(ev.PrintingEnded(CASE, Printing(state, 1, cause)))


@contextmanager
def served(application: Callable[..., object], port: int = 0) -> Iterator[str]:
    """``application`` behind waitress as on a terminal: sixteen threads on a loopback port; its address."""
    server = create_page_server(application, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:

        def end() -> None:
            """Every connection with the files it was to send, and the listener; then the loop ends."""
            for connection in list(server.active_channels.values()):
                connection.handle_close()
            wasyncore.close_all(server._map, ignore_all=True)

        server.trigger.pull_trigger(end)  # in the loop's own thread
        thread.join(10)
        server.task_dispatcher.shutdown(timeout=5)


def face() -> bytes:
    """A photo as a vendor's library may give it: 102 × 126, nobody."""
    photo = Image.new("RGB", (102, 126), "#d8dde2")
    pen = ImageDraw.Draw(photo)
    pen.ellipse((6, 88, 96, 190), fill="#33475b")
    pen.ellipse((28, 20, 74, 80), fill="#d9b08c")
    return _jpeg(photo)


def _sheet() -> bytes:
    paper = Image.new("RGB", (1240, 1754), "#fbfaf6")
    pen = ImageDraw.Draw(paper)
    large, small = (_font(size) for size in (64, 36))
    pen.text((620, 170), "居 住 证 明", fill="#222", font=large, anchor="mm")
    for n, line in enumerate(
        ("兹证明该同志自 2024 年 3 月起", "在本社区居住，情况属实。", "特此证明。", "", "　　　　　　　　示范社区居民委员会")
    ):
        pen.text((180, 360 + 90 * n), line, fill="#333", font=small)
    pen.ellipse((780, 700, 1040, 960), outline="#c0392b", width=8)
    return _jpeg(paper)


def _desk() -> bytes:
    desk = Image.new("RGB", (640, 480), "#39424a")
    sheet = Image.open(io.BytesIO(_sheet())).resize((270, 382)).rotate(4, expand=True, fillcolor="#39424a")
    desk.paste(sheet, (175, 38))
    return _jpeg(desk)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(FONT, size, index=2) if FONT.exists() else ImageFont.load_default(size)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for the thing itself; ``AssertionError`` when it does not come."""
    end = time.monotonic() + seconds
    turn = threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        turn.wait(0.02)

"""The dispatcher's hands: what the visit wants of the devices, and the effects of its steps, each given to whoever does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from domain.press.press import Press
from kiosk.clerk import Clerk
from kiosk.clock import Clock
from kiosk.drafts import DraftPost
from kiosk.helping import Helping
from kiosk.outfit import Devices
from kiosk.paperwork import Paperwork
from kiosk.reading import Reading
from kiosk.receipt_reader import ReceiptReader
from kiosk.standing import Standing
from kiosk.tasks import TaskPost
from kiosk.tray import Tray
from kiosk.visit import effects as fx
from kiosk.visit import pages
from kiosk.visit.privacy import Forgetful
from kiosk.visit.state import Visit

Left = Callable[[str], tuple[str, ...]]
"""The places where something of a visit still is."""


class Workers(Struct, frozen=True):
    """Who works beside the dispatcher, each in a thread of its own."""

    clerk: Clerk
    drafts: DraftPost
    tasks: TaskPost
    receipts: ReceiptReader


class Hands:
    """Called by the dispatcher's thread alone; nothing here waits."""

    def __init__(
        self,
        devices: Devices,
        tray: Tray,
        press: Press,
        paperwork: Paperwork,
        reading: Reading,
        helping: Helping,
        forgetful: Mapping[str, Forgetful],
        clock: Clock,
        workers: Workers,
    ) -> None:
        self._devices = devices
        self._tray = tray
        self._press = press
        self._paperwork = paperwork
        self._reading = reading
        self._helping = helping
        self._forgetful = forgetful
        self._clock = clock
        self.workers = workers

    def want(self, before: fx.Wants, wants: fx.Wants) -> None:
        """Tell the devices what is wanted otherwise than before."""
        if wants.reader != before.reader:
            for reader in (self._devices.reader, self._devices.smartcard):
                if reader is not None:
                    (reader.arm if wants.reader else reader.disarm)()
        if wants.camera != before.camera:
            (self._devices.camera.watch if wants.camera else self._devices.camera.rest)()
        if wants.receipt != before.receipt:
            (self.workers.receipts.look if wants.receipt else self.workers.receipts.rest)()
        if self._devices.pad is not None and wants.question != before.question:
            if wants.question is None:
                self._devices.pad.withdraw()
            else:
                self._devices.pad.ask(wants.question)

    def do(self, effect: fx.Effect, visit: Visit | None, standing: Standing, left: Left) -> None:
        """``visit``: the one of the state that follows; ``left``: asked by the clerk once the visit is wiped."""
        clerk, drafts, tasks = self.workers.clerk, self.workers.drafts, self.workers.tasks
        match effect:
            case fx.TakePicture():
                self._devices.camera.take(effect.ref, self._tray.known(pages.refs(visit)))
            case fx.TurnPicture():
                self._tray.turn(effect.ref)
            case fx.ReadPage():
                self._reading.begin(effect.ref)
            case fx.SealPage():
                clerk.seal(effect)
            case fx.SetForm():
                clerk.set_form(effect, self._clock.now().date())
            case fx.DropPages():
                self._reading.drop(effect.refs)
                clerk.drop(effect)
            case fx.DrawUp():
                clerk.draw_up(effect)
            case fx.StoreCase():
                clerk.take_case(effect)
            case fx.KeepDraft():
                drafts.keep(effect)
            case fx.OpenDraft():
                drafts.open(effect)
            case fx.DropDraft():
                drafts.drop(effect)
            case fx.NoteService():
                clerk.note_service(effect)
            case fx.FindTasks() | fx.FileRight():
                tasks.ask(effect)
            case fx.StoreAnswer():
                clerk.answer(effect)
            case fx.AskDocument() if effect.visit.followup is not None:
                tasks.fetch(effect.visit)
            case fx.PrintReceipt() | fx.PrintLeaflet() | fx.PrintAnswer() | fx.PrintForm() | fx.AskDocument() | fx.PrintDocument():
                self._paperwork.do(effect, standing.terminal, standing.catalogue)
            case fx.StoreRating():
                clerk.rate(effect)
            case fx.Wipe():
                self._forget(effect.visit)
                clerk.end(effect, self._tray.clear(), left)

    def _forget(self, visit: str) -> None:
        self._reading.forget()
        self._paperwork.forget()
        self._press.clear()
        for holder in self._forgetful.values():
            holder.forget(visit)
        self._helping.over()

"""The dispatcher: the only writer of the visit's state, between the devices on one side and the screen on the other."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from msgspec.structs import replace as struct_replace

from devices import port
from domain import identity
from domain.case.content import Finding, Signature
from domain.catalogue.catalogue import Catalogue
from domain.press.press import Press, UnmadeError
from kiosk import cards, faults, paperwork, reading, sheets
from kiosk.bus import Bus
from kiosk.clock import Clock
from kiosk.hands import Hands, Workers
from kiosk.helping import Helping
from kiosk.outfit import Devices
from kiosk.paperwork import Paperwork
from kiosk.query import Document, QueryProvider
from kiosk.reading import Reading
from kiosk.standing import Standing
from kiosk.store.room import FULL
from kiosk.store.volatile import VolatileVisit
from kiosk.told import ANSWERS, told
from kiosk.tray import Tray
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import machine, overlay, unasked
from kiosk.visit.privacy import Forgetful
from kiosk.visit.snapshot import Desk, Fault, Hall, Reply, Snapshot
from kiosk.visit.state import Printing, PrintState, State, Step

log = logging.getLogger(__name__)

TICK = 0.25
"""Seconds between two looks at the time."""
ANSWER = 10.0
"""Seconds a request waits for the dispatcher before it gives up; far more than it ever takes."""
_PRINT_RETRY = 1.0


@dataclass(frozen=True, slots=True)
class _Act:
    visit: str | None
    version: int
    intent: ev.Intent = field(repr=False)
    reply: Future[Reply] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Between:
    action: Callable[[], None] = field(repr=False)
    reply: Future[bool] = field(default_factory=Future)


class Middle:
    """Implements ``kiosk.visit.snapshot.Glass`` and ``kiosk.standing.Stage``. One thread steps the machine, others post."""

    def __init__(
        self,
        standing: Standing,
        devices: Devices,
        tray: Tray,
        press: Press,
        volatile: VolatileVisit,
        clock: Clock,
        news: Callable[[], None],
        provider: QueryProvider | None = None,
        page_reader: port.PageReader | None = None,
        helping: Helping | None = None,
        forgetful: Mapping[str, Forgetful] | None = None,
    ) -> None:
        """``news`` is called when the state report would read otherwise; ``provider`` answers 查询打印, where there is one; without
        ``page_reader`` pages stay unread; ``forgetful``: what else holds a visit's, by its name in ``privacy.PLACES``."""
        self.boot = secrets.token_hex(8)
        self._standing = standing
        self._paperwork = Paperwork(devices.printer, devices.a4, provider, self.post, press)
        self._rules = replace(standing.rules, queries=self._paperwork.queries)
        self._devices = devices
        self._tray = tray
        self._press = press
        self._volatile = volatile
        self._clock = clock
        self._news = news
        self._reading = Reading(page_reader, tray)
        self._helping = helping or Helping(clock, lambda: False, news)
        self._forgetful = forgetful or {}
        self._bus: Bus[port.DeviceEvent | ev.Event | _Act | _Between] = Bus()
        self._state = State()
        self._wants = fx.Wants()
        self._view = Snapshot(0, self._state)
        self._card_lies = False
        self._photo: tuple[str, bytes] | None = None
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self._hands: Hands | None = None
        self._full: str | None = None

    # --- the composition root ---------------------------------------------------------------------------------------

    def start(self, workers: Workers, state: State, printing: Printing | None) -> None:
        """Begin, with the visit of before a restart if there is one; ``printing``: what the journal knows of its receipt."""
        self._hands = Hands(
            self._devices,
            self._tray,
            self._press,
            self._paperwork,
            self._reading,
            self._helping,
            self._forgetful,
            self._clock,
            workers,
        )
        state, effects = machine.restored(state, printing, self._rules)
        self._state, _ = machine.step(state, self._closing(), 0.0, self._rules)
        self._settle(effects)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)

    def hold(self, visit: str, document: Document) -> None:
        """Any thread: pages of a result, in memory until they are printed or the visit ends."""
        self._paperwork.hold(visit, document)

    def post(self, event: port.DeviceEvent | ev.Event) -> None:
        """Any thread; never blocks. A device gone mad loses its own news, never what a citizen waits for."""
        if isinstance(event, ANSWERS):
            self._bus.answer(event)
        else:
            self._bus.post(event)

    # --- orders of the centre (kiosk.standing.Stage) ----------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether no visit runs."""
        return self._state.visit is None

    def between(self, action: Callable[[], None]) -> bool:
        """Do ``action`` on the dispatcher's thread if no visit runs; whether it was done. No visit begins meanwhile."""
        request = _Between(action)
        return self._bus.post(request) and request.reply.result(ANSWER)

    def stand(self, standing: Standing) -> None:
        """How the terminal stands from now on; inside :meth:`between` only, so that a visit ends as it began."""
        self._standing = standing
        self._rules = replace(standing.rules, queries=self._paperwork.queries)
        self._started().workers.clerk.use(standing.catalogue)
        state, _ = machine.step(self._state, self._closing(), self._clock.monotonic(), self._rules)
        self._state = struct_replace(state, version=state.version + 1)
        self._settle(())
        self._news()

    def only_reserve(self, tight: bool) -> None:
        """Any thread: only the reserve of the disk is left, or there is room again."""
        self.post(ev.Closed(FULL if tight else None))

    @property
    def serving(self) -> bool:
        return self._state.closed is None

    @property
    def closed(self) -> str | None:
        return self._state.closed

    @property
    def overloaded(self) -> int:
        """Events refused because the bus was full."""
        return self._bus.refused

    # --- the glass --------------------------------------------------------------------------------------------------

    @property
    def hall(self) -> Hall:
        pad = "rating" in self._devices.states()
        return replace(self._standing.hall, queries=self._paperwork.queries, pages=self._paperwork.pages, pad=pad)

    @property
    def catalogue(self) -> Catalogue:
        return self._rules.catalogue

    def fault(self, code: str) -> Fault:
        closed = self._standing.closed
        return closed if closed is not None and closed.code == code else faults.fault(code)

    def snapshot(self) -> Snapshot:
        with self._changed:
            view = self._view
        visit = view.state.visit
        if visit is None or not (visit.warned or visit.step is Step.FAREWELL):
            return view
        end = min(visit.touched + self._rules.patience(visit.step) + self._rules.idle_end, visit.until)
        if visit.step is Step.FAREWELL:
            end = min(end, visit.entered + self._rules.farewell)
        return replace(view, idle_left=max(0, round(end - self._clock.monotonic())))

    def act(self, visit: str | None, version: int, intent: ev.Intent) -> Reply:
        request = _Act(visit, version, intent)
        if not self._bus.post(request):
            return Reply(self.snapshot(), stale=True)
        return request.reply.result(ANSWER)

    def ask_help(self, wanted: bool) -> Snapshot:
        return replace(self.snapshot(), help=self._helping.asked(wanted, self._state.visit))  # the next tick tells the others

    def wait(self, serial: int, timeout: float) -> Snapshot:
        with self._changed:
            self._changed.wait_for(lambda: self._view.serial != serial or self._stopping.is_set(), timeout)
        return self.snapshot()

    def desk(self, after: int, timeout: float) -> Desk | None:
        camera = self._devices.camera
        if not self._wants.camera or not camera.state().usable:  # one that hangs still holds its last picture
            return None
        picture, visit = camera.live(after, timeout), self._state.visit
        return unasked.desk(picture, visit, self._clock.monotonic(), self._rules) if picture and visit else None

    def thumb(self, ref: str) -> bytes | None:
        visit = self._state.visit
        return self._tray.thumb(ref) if visit is not None and visit.step is Step.SCAN else None

    def photo(self, ref: str) -> bytes | None:
        shown = self._photo
        return shown[1] if shown is not None and shown[0] == ref else None

    def page(self, ref: str) -> bytes | None:
        visit = self._state.visit
        shown = visit.scan.shown if visit else None
        return self._tray.look(ref) if shown is not None and shown.ref == ref else None

    def paper(self, material: str, signature: Signature | None = None) -> bytes | None:
        visit = self._state.visit
        if visit is None or visit.step is not Step.SIGN:
            return None
        try:
            template, data = sheets.preview(visit, material, self._standing.terminal, self._rules.catalogue, signature)
            return self._press.picture(template, data)
        except (UnmadeError, LookupError, OSError) as error:
            log.warning("no picture of a form: %s", error)
            return None

    # --- the dispatcher's thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        due = self._clock.monotonic() + TICK
        while not self._stopping.is_set():
            item = self._bus.take(max(0.0, due - self._clock.monotonic()))
            try:
                if item is not None:
                    self._dispatch(item)
                if self._clock.monotonic() >= due:
                    due = self._clock.monotonic() + TICK
                    self._tick()
            except Exception:
                log.exception("the dispatcher failed on %s", type(item).__name__)
                if isinstance(item, _Act | _Between) and not item.reply.done():
                    item.reply.set_exception(RuntimeError("the dispatcher failed"))

    def _dispatch(self, item: port.DeviceEvent | ev.Event | _Act | _Between) -> None:
        match item:
            case _Act():
                self._answer(item)
            case _Between():
                idle = self.idle
                if idle:
                    item.action()
                item.reply.set_result(idle)
            case port.DeviceChanged():
                self._news()
                self._publish()
            case port.PageTaken():
                if self._tray.put(item.request, item.jpeg, item.small, item.likeness):
                    found = tuple(Finding(f.code, f.boxes, f.same) for f in item.findings)
                    self._step(ev.PageShown(item.request, found, item.format))
                else:
                    self._step(ev.PageNotTaken(item.request, "bus_overloaded"))
            case port.PageRead():
                self._step(reading.read(item, self._clock.now().date()))
            case port.PageUnread():
                self._started().workers.clerk.note("not_read", fault=item.fault)
                self._news()
            case port.PrintEnded():
                self._news()
                self._step(paperwork.ended(item))
            case port.CardRead():
                self._card_lies, self._photo = True, None
                self._step(self._judge(item.document))
                self._publish()
            case port.CardRemoved() | port.CardOutOfSight():
                self._card_lies = False
                self._publish()
            case port.CardPhoto():
                self._photo = (secrets.token_hex(8), item.jpeg) if self._shows_identity() else None
                self._publish()
            case port.SocialCardRead():
                self._step(self._judge_social(item.document))
            case ev.DocumentFound():
                self._step(item)
                if (visit := self._state.visit) is None or visit.id != item.visit:
                    self._paperwork.drop(item.visit)
            case ev.Closed():
                self._full = item.fault
                self._step(self._closing())
                self._news()
            case _:
                translated = told(item)
                if translated is not None:
                    self._step(translated)

    def _closing(self) -> ev.Closed:
        """Why no visit can begin: how the terminal stands, and then its disk."""
        return ev.Closed(_code(self._standing) or self._full)

    def _answer(self, request: _Act) -> None:
        visit = self._state.visit
        if request.version != self._state.version or request.visit != (visit.id if visit else None):
            request.reply.set_result(Reply(self.snapshot(), stale=True))
            return
        self._step(request.intent)
        request.reply.set_result(Reply(self.snapshot(), stale=False))

    def _judge(self, card: port.CardDocument) -> ev.Event:
        judged = cards.judge(card, self._clock.now().date())
        if isinstance(judged, identity.IdentityFault):
            log.info("card refused: %s", judged.value)
            self._started().workers.clerk.note("identity_refused", fault=judged.value)
            return ev.CardNotTaken(judged.value)
        # What somebody of this age may do is the machine's to say: it depends on the errand, and on who stands beside them.
        return ev.CardTaken(judged, identity.age(judged.birth, self._clock.now().date()))

    def _judge_social(self, card: port.SocialDocument) -> ev.Event:
        """A social security card never takes the identity card's place here; nothing of it is kept."""
        fault = cards.social_fault(card, self._clock.now().date())
        self._started().workers.clerk.note("identity_refused", fault=fault)
        return ev.CardNotTaken(fault)

    def _tick(self) -> None:
        self._step(ev.Tick())
        if (self._view.online, self._view.help) != (self._online(), self._helping.told()):
            self._publish()
        visit = self._state.visit
        if visit is None or visit.step not in (Step.RECEIPT, Step.LEAFLET) or visit.printing is None:
            return
        rested = self._clock.monotonic() - visit.entered >= _PRINT_RETRY
        if visit.printing.state is PrintState.REFUSED and rested and self._devices.printer.state().usable:
            self._step(ev.PrinterReady())

    def _step(self, event: ev.Event) -> None:
        before = self._state
        self._state, effects = machine.step(before, event, self._clock.monotonic(), self._rules)
        if self._state is not before or effects:
            self._settle(effects)

    def _settle(self, effects: tuple[fx.Effect, ...]) -> None:
        """What follows from a new state, in this order: remembered on tmpfs, devices told, effects begun, screens told."""
        if not self._shows_identity():
            self._photo = None
        self._volatile.save(self._state)
        hands, before, self._wants = self._started(), self._wants, fx.wants(self._state)
        hands.want(before, self._wants)
        for effect in effects:
            hands.do(effect, self._state.visit, self._standing, self._left)
        self._publish()

    def _publish(self) -> None:
        code = overlay.overlay(self._state, states := self._devices.states())
        over = faults.fault(code) if code else None
        troubles = tuple(faults.of_device(words, code) for words, code in overlay.troubles(states))
        with self._changed:
            before = self._view
            visit = self._state.visit
            view = Snapshot(
                before.serial,
                self._state,
                over,
                troubles,
                card_lies=self._card_lies,
                photo=self._photo[0] if self._photo is not None else "",
                out=overlay.out(states),
                online=self._online(),
                unasked=visit is not None and unasked.is_on(visit, self._rules),
                help=self._helping.told(),
            )
            # A state of the same version shows nothing else.
            shown = view.state.version != before.state.version or replace(view, state=before.state) != before
            self._view = replace(view, serial=view.serial + 1) if shown else view
            if shown:
                self._changed.notify_all()

    def _online(self) -> bool:
        return self._hands is not None and self._hands.workers.drafts.reachable

    def _left(self, visit: str) -> tuple[str, ...]:
        """Proof of the wipe: the places of ``privacy.PLACES`` where something of ``visit`` still is. Called by the clerk."""
        now = self._state.visit
        if now is not None:
            return ("state",) if now.id == visit else ()
        held = {
            "volatile": self._volatile.exists(),
            "tray": self._tray.count() > 0,
            "press": self._press.holds,
            "reading": self._reading.holds,
            **{name: holder.holds for name, holder in self._forgetful.items()},
            "camera": self._devices.camera.live() is not None,
            "photo": self._photo is not None,
            "document": self._paperwork.holds,
        }
        return tuple(name for name, left in held.items() if left)

    def _shows_identity(self) -> bool:
        visit = self._state.visit
        return visit is not None and visit.step is Step.IDENTITY

    def _started(self) -> Hands:
        if self._hands is None:
            raise RuntimeError("not started")
        return self._hands


def _code(standing: Standing) -> str | None:
    return standing.closed.code if standing.closed is not None else None

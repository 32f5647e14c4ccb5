"""A virtual PC/SC reader with a place for one chip card, under a real pcscd of its own (``devices/virtual/pcscd.py``).

What a card says is its :class:`devices.virtual.vpcd.Applet`; what goes wrong between card and reader is here, by name.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from devices.virtual.pcscd import PcscdUnavailableError, PrivatePcscd
from devices.virtual.port import UnknownFaultError
from devices.virtual.ptys import UNPLUG
from devices.virtual.vpcd import Applet, HangUpError, Slot
from devices.virtual.wire import Tap, nobody

log = logging.getLogger(__name__)

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        UNPLUG: "拔掉读卡器（pcscd 重新启动，一个读卡器也没有）；取消后重新插上",
        "service killed": "pcscd 被强行结束；取消后重新启动，卡一直在读卡器里",
        "service frozen": "pcscd 停住不动；取消后继续",
        "card pulled away": "下一条命令还没应答时卡被拿走（一次）",
        "card swapped": "下一条命令还没应答时卡被换成单子上的下一张（一次）",
        "mute card": "插着的卡不按标准应答复位（插反了，或者不是芯片卡）",
        "hangs": "卡收到命令后一直不应答；取消后应答",
        "slow card": "卡每条命令要想 0.1 秒",
        "endless answer": "不论问什么，卡总说“还有 255 字节”（SW 61FF），没完没了",
        "wrong length forever": "不论要多少字节，卡总说长度不对（SW 6C10）",
        "too long": "每次应答 64 KB",
        "no status": "应答只有一个字节，没有状态字",
        "garbage": "应答是杂乱字节，状态字说成功",
        "lying length": "应答里的长度字节都比实际的大",
    }
)
SLOW = 0.1
GARBAGE = bytes.fromhex("5A1F9F8184FFFFFFFF00DF7F7F3081")
VERIFY = b"\x20"
"""The instruction that carries a PIN: who watches the wire does not see it."""
MUTE = bytes.fromhex("112233")
"""Begins with no TS byte of ISO/IEC 7816-3, so that pcscd finds no protocol in it."""


@dataclass(frozen=True, slots=True)
class SmartCard:
    """One card of the bench. ``label`` and ``purpose`` are Chinese: what it is, and what trying it shows."""

    id: str
    label: str
    purpose: str
    applet: Applet = field(repr=False)

    @property
    def kind(self) -> str:
        return next((kind for kind in ("social", "badge") if self.id.startswith(kind)), "chip")


class VirtualPcsc:
    """:class:`devices.virtual.port.VirtualDevice` whose pcscd's socket lies in ``folder``.

    Where no private pcscd can run, :meth:`start` says so in the log and in :attr:`unavailable`, and the rest of a rig goes on.
    ``observe`` is given each command that reaches a card.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "smartcard",
        cards: Iterable[SmartCard] = (),
        observe: Callable[[bytes], None] = lambda command: None,
    ) -> None:
        self._name = name
        self._folder = folder
        self._cards = {card.id: card for card in cards}
        self._observe = observe
        self._pcscd = PrivatePcscd(folder)
        self._slot = Slot(self._pcscd.touch)
        self._lock = threading.Condition(threading.RLock())
        """Told of everything an answer that is held back may wait for."""
        self._active: dict[str, None] = {}
        self._coming: list[tuple[str, int]] = []
        self._card: SmartCard | None = None
        self._contacts: _Contacts | None = None
        self._stopped = False
        self.unavailable: str | None = None
        self.tap: Tap = nobody

    # --- devices.virtual.port.VirtualDevice ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def address(self) -> str:
        return str(self._pcscd.service)

    @property
    def faults(self) -> Mapping[str, str]:
        return FAULTS

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._stopped = False
        try:
            self._pcscd.start()
        except PcscdUnavailableError as error:
            self.unavailable = str(error)
            log.warning("%s: %s", self._name, error)
            return
        with self._lock:
            self._slot.start()
            self._put(self._card)
            if "service killed" not in self._active:
                self._pcscd.run(reader=UNPLUG not in self._active)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            self._lock.notify_all()
        self._slot.stop()
        self._pcscd.stop()

    def inject(self, fault: str) -> None:
        self.inject_after(0, fault)

    def inject_after(self, commands: int, fault: str) -> None:
        """Show ``fault`` when so many more commands have reached the card, before the next is answered; 0: now."""
        self._check(fault)
        with self._lock:
            if commands:
                self._coming.append((fault, commands))
            elif fault not in self._active:
                self._active[fault] = None
                self._obey(fault)

    def clear(self, fault: str | None = None) -> None:
        if fault is not None:
            self._check(fault)
        with self._lock:
            self._coming = [(each, left) for each, left in self._coming if fault not in (None, each)]
            for gone in [fault] if fault is not None else list(self._active):
                if self._active.pop(gone, self) is None:
                    self._undo(gone)
            self._lock.notify_all()

    def active(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._active)

    # --- the card -----------------------------------------------------------------------------------------------------

    def people(self) -> tuple[SmartCard, ...]:
        return tuple(self._cards.values())

    def lay(self, card_id: str) -> None:
        """Put a card in, in place of the one that is in; ``KeyError`` when there is no such card."""
        card = self._cards[card_id]
        with self._lock:
            self._put(card)

    def lift(self) -> None:
        with self._lock:
            self._put(None)

    def lying(self) -> str | None:
        with self._lock:
            return self._card.id if self._card else None

    def _put(self, card: SmartCard | None) -> None:
        self._card = card
        self._contacts = None if card is None else _Contacts(self, card.applet)
        self._slot.put(self._contacts)
        self._lock.notify_all()

    # --- faults -------------------------------------------------------------------------------------------------------

    def _check(self, fault: str) -> None:
        if fault not in FAULTS:
            raise UnknownFaultError(f"{self._name} 没有故障“{fault}”，可用：{'、'.join(FAULTS)}")

    def _obey(self, fault: str) -> None:
        match fault:
            case "unplug":
                self._pcscd.signal("KILL")
                self._pcscd.run(reader=False)
            case "service killed":
                self._pcscd.signal("KILL")
            case "service frozen":
                self._pcscd.signal("STOP")
            case "mute card":
                self._put(self._card)

    def _undo(self, fault: str) -> None:
        match fault:
            case "unplug" | "service killed":
                self._pcscd.signal("KILL")
                self._pcscd.run(reader=UNPLUG not in self._active)
            case "service frozen":
                self._pcscd.signal("CONT")
            case "mute card":
                self._put(self._card)

    def hears(self, command: bytes) -> tuple[str, ...]:
        """``command`` reached the card; the faults its answer is to show. Called on the slot's thread."""
        self._observe(command)
        with self._lock:
            due = [fault for fault, left in self._coming if left == 0]
            self._coming = [(fault, left - 1) for fault, left in self._coming if left > 0]
            for fault in due:
                self.inject(fault)
            shown = tuple(self._active)
            if "card pulled away" in shown or "card swapped" in shown:
                self._pull(swapped="card swapped" in shown)
                raise HangUpError
        return shown

    def _pull(self, *, swapped: bool) -> None:
        for once in "card pulled away", "card swapped":
            self._active.pop(once, None)
        ids = list(self._cards)
        following = None
        if swapped and self._card is not None:
            following = self._cards[ids[(ids.index(self._card.id) + 1) % len(ids)]]
        self._put(following)

    def hold(self, contacts: _Contacts, fault: str, seconds: float | None = None) -> None:
        """Hold an answer back for so long (``None``: for ever), while ``fault`` lasts and the card stays in."""
        with self._lock:
            self._lock.wait_for(lambda: self._stopped or fault not in self._active or self._contacts is not contacts, seconds)


class _Contacts:
    """A card in the reader: its applet, with whatever goes wrong between the two."""

    def __init__(self, reader: VirtualPcsc, applet: Applet) -> None:
        self._reader = reader
        self._applet = applet

    @property
    def atr(self) -> bytes:
        return MUTE if "mute card" in self._reader.active() else self._applet.atr

    def reset(self) -> None:
        self._applet.reset()

    def transmit(self, command: bytes) -> bytes:
        secret = command[1:2] == VERIFY
        self._reader.tap(True, command[:5] if secret else command, len(command))
        answer = self._answer(command)
        self._reader.tap(False, answer)
        return answer

    def _answer(self, command: bytes) -> bytes:
        for fault in self._reader.hears(command):
            match fault:
                case "hangs":
                    self._reader.hold(self, fault)
                case "slow card":
                    self._reader.hold(self, fault, SLOW)
                case "endless answer":
                    return bytes(command[-1] or 256 if len(command) == 5 else 0) + b"\x61\xff"
                case "wrong length forever":
                    return b"\x6c\x10"
                case "too long":
                    return bytes(65000) + b"\x90\x00"
                case "no status":
                    return b"\x90"
                case "garbage":
                    return GARBAGE + b"\x90\x00"
        answer = self._applet.transmit(command)
        if "lying length" in self._reader.active() and len(answer) > 3:
            return answer[:1] + bytes([min(0x7F, answer[1] + 9)]) + answer[2:]
        return answer

"""``tongban badge check | code``: sign in at this terminal by badge and PIN, or by a one-time code, and hear what was wrong.

Works beside a running terminal: what it must remember lies in ``staff.db``, which two programs may use.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

import click

from devices.port import BadgeDeclined, BadgeGone, BadgeProven, BadgeShown, DeviceChanged, DeviceEvent
from devices.smartcard.badge import StaffBadge
from devices.smartcard.options import Options
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.social import SocialCard
from domain.staff.roles import WORDS
from kiosk import faults
from kiosk import settings as conf
from kiosk.cli import EX_CONFIG
from kiosk.clock import Clock
from kiosk.staff.door import Closed, Door, Open, PinWanted, State
from kiosk.staff.memory import Memory
from kiosk.staff.rules import rules
from kiosk.store.db import StoreError

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_STAY = click.option("--stay", is_flag=True, help="登录后保持，直到取走工作证、时间到或按 Ctrl-C")
MOST_TYPED = 64
"""Bytes of a line that is looked at for a PIN."""
TICK = 0.5
_ENDS = {"left": "已退出", "idle": "太久没有操作，已退出", "total": "时间到，已退出", "card_removed": "工作证已取走，已退出"}


@click.group("badge")
def commands() -> None:
    """工作人员登录：工作证（PIV）和 PIN，或中心发的一次性登录码。"""


@commands.command()
@_SETTINGS
@_STAY
@click.option("--wait", type=click.FloatRange(1, 600), default=60, show_default=True, help="等工作证多少秒")
def check(settings: Path, stay: bool, wait: float) -> None:
    """用工作证和 PIN 登录，说出是谁（证书序列号、身份），或为什么不行。"""
    with _door(settings) as (door, reader, events):
        reader.start(events.put)
        door.ask()
        click.echo("请把工作证放到读卡器上。")
        deadline = Clock().monotonic() + wait
        while True:
            if (state := _next(door, events)) is None:
                if not isinstance(door.state, Open) and Clock().monotonic() > deadline:
                    _say("absent" if not reader.state().usable else "badge_none", None)
                    sys.exit(1)
                continue
            match state:
                case PinWanted():
                    if state.fault:
                        _say(state.fault, state.left)
                    who = f"工作证 {state.holder.serial}，{WORDS[state.holder.role]}"
                    door.pin(_pin(f"{who}。请输入 PIN（还可试 {state.left - 1} 次）："))
                    if isinstance(door.state, Closed):
                        _refused(door.state)
                case Open():
                    _welcome(state)
                    _stay(door, events, stay)
                    return
                case Closed(fault="card_removed"):
                    click.echo("卡被拿开了，请重新放。", err=True)  # perhaps a better one comes
                case Closed(fault=fault) if fault is not None:
                    _refused(state)


@commands.command()
@_SETTINGS
@_STAY
def code(settings: Path, stay: bool) -> None:
    """用中心发的一次性登录码登录：工作证或读卡器坏了的时候用。"""
    with _door(settings) as (door, _, events):
        door.code(click.prompt("一次性登录码（20 位，分不分组都可以）", prompt_suffix="："))
        if isinstance(door.state, Open):
            _welcome(door.state)
            _stay(door, events, stay)
        elif isinstance(door.state, Closed):
            _refused(door.state)


@contextmanager
def _door(settings: Path) -> Iterator[tuple[Door, SmartcardReader, SimpleQueue[DeviceEvent]]]:
    """A door of the terminal with ``settings``, signed out and closed at the end, however that comes."""
    try:
        conf_of = conf.load(settings)
        asked = rules(conf_of)
        memory = Memory(conf_of.paths.data / "staff.db")
    except (conf.SettingsError, StoreError) as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    badge, where = StaffBadge(), conf_of.devices.smartcard or Options()
    reader = SmartcardReader(SocialCard(), badge, reader=where.reader, service=where.service)
    door = Door(asked, memory, Clock(), badge)
    try:
        yield door, reader, SimpleQueue()
    except StoreError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo()
        sys.exit(130)
    finally:
        door.sign_out()
        reader.stop()
        memory.close()


def _next(door: Door, events: SimpleQueue[DeviceEvent]) -> State | None:
    """What the door stands at after the next event; ``None`` when nothing came, or nothing that changes it."""
    before = door.state
    try:
        event = events.get(timeout=TICK)
    except Empty:
        pass
    else:
        match event:
            case BadgeShown() | BadgeProven() | BadgeDeclined() | BadgeGone():
                door.hear(event)
            case DeviceChanged() if event.state.fault:
                _say(event.state.fault, None)
    door.tick()
    return door.state if door.state is not before else None


def _stay(door: Door, events: SimpleQueue[DeviceEvent], stay: bool) -> None:
    """Until the door is closed by itself. Without ``stay`` it is closed at once."""
    while stay and isinstance(door.state, Open):
        _next(door, events)
    fault = "left"
    if isinstance(door.state, Closed) and door.state.fault:
        fault = door.state.fault
    click.echo(_ENDS.get(fault) or f"{faults.fault(fault).cause}，已退出")


def _welcome(who: Open) -> None:
    click.echo(f"已登录：{who.serial}，{WORDS[who.role]}（{who.role}）")


def _refused(state: Closed) -> None:
    """Say why, and end."""
    wait = f"还要等 {int(state.wait.total_seconds()) + 1} 秒。" if state.wait else ""
    _say(state.fault or "device_error", state.left, wait)
    sys.exit(1)


def _say(fault: str, left: int | None, more: str = "") -> None:
    words = faults.fault(fault)
    tries = f"PIN 还剩 {left} 次。" if left is not None else ""
    click.echo(f"{words.cause}。{tries}{more}\n  怎么办：{words.staff}", err=True)


def _pin(prompt: str) -> bytearray:
    """A line from the keyboard without showing it, in memory that can be wiped: no string of it is ever made."""
    click.echo(prompt, nl=False)
    hidden = sys.stdin.isatty()
    before = termios.tcgetattr(sys.stdin) if hidden else []
    if hidden:
        quiet = termios.tcgetattr(sys.stdin)
        quiet[3] &= ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, quiet)
    typed = bytearray()
    try:
        while (byte := os.read(sys.stdin.fileno(), 1)) not in (b"", b"\n", b"\r"):
            if len(typed) < MOST_TYPED:
                typed += byte
    finally:
        if hidden:
            termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)
            click.echo()
    return typed

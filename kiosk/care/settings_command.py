"""``tongban settings check | diff | take``: a terminal's settings, checked whole before they are taken, and taken on trial."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

import click

from kiosk import settings as conf
from kiosk.care import taking
from kiosk.cli import EX_CONFIG
from kiosk.clock import Clock
from kiosk.staff.memory import Memory

_NOW = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_NEW = click.argument("new", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("settings")
def settings() -> None:
    """终端的设置：先检查，看改了什么，再采用；起不来会自己换回去。"""


@settings.command()
@_NOW
@click.argument("new", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(settings: Path, new: Path | None) -> None:
    """检查 SETTINGS；写了 NEW 就检查 NEW 能不能换上去。退出码：0 可用，78 不可用。"""
    _checked(settings, new or settings)
    click.echo("设置可用")


@settings.command()
@_NOW
@_NEW
def diff(settings: Path, new: Path) -> None:
    """NEW 比 SETTINGS 改了什么。退出码：0 一样，1 不一样。"""
    found = taking.difference(_read(settings), _read(new))
    for line in found:
        click.echo(line)
    if not found:
        click.echo("一样，没有要改的")
    sys.exit(1 if found else 0)


@settings.command()
@_NOW
@_NEW
def take(settings: Path, new: Path) -> None:
    """采用 NEW：检查通过才换，留下原来的，下次启动时用；起不来会自己换回去。退出码：0 已换，78 不可用。

    正在运行的终端要重新启动才用新设置，没有人在办事时做。
    """
    text = _read(new)
    for line in taking.difference(_read(settings), text):
        click.echo(line)
    clock = Clock()
    try:
        taken = taking.take(settings, text, f"ssh:{_account()}", clock.now().isoformat())
        with_memory = Memory(taken.paths.data / "staff.db")
        with_memory.did(clock.now(), "settings_taken", by=f"ssh:{_account()}", lines=len(text.splitlines()))
        with_memory.close()
    except conf.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    except OSError as error:
        raise click.ClickException(f"写不进盘：{error}") from None
    click.echo("已采用，下次启动时试用；没有人在办事时重新启动终端。起不来会自己换回原来的")


def _checked(settings: Path, new: Path) -> None:
    try:
        before = conf.load(settings) if new != settings else None
    except conf.SettingsError:
        before = None
    try:
        taking.check(_read(new), new, before)
    except conf.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"{path} 读不出来：{error}", err=True)
        sys.exit(EX_CONFIG)


def _account() -> str:
    """Who gave the command: behind sudo, whoever called it."""
    return os.environ.get("SUDO_USER") or getpass.getuser()

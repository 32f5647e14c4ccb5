"""The ``tongban`` command. Each subcommand loads only what it needs: a terminal never imports the centre."""

from __future__ import annotations

import faulthandler
import gc
import importlib
import importlib.util
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from domain.notify import Manager
    from kiosk.health.data_disk import DataDiskError

EX_CONFIG = 78
"""sysexits.h: what is wrong is in the configuration; starting again will not help."""

_ELSEWHERE = {
    "enrol": "kiosk.enrolment.command:enrol",
    "camera": "devices.camera.cli:camera",
    "centre": "fleet.cli:centre",
    "catalogue": "fleet.catalogue_cli:catalogue",
    "desk": "fleet.cli:desk",
    "intake": "fleet.cli:intake",
    "keys": "fleet.keys.cli:keys",
    "kept": "kiosk.kept:kept",
    "recover": "fleet.recovery.cli:recover",
    "cups": "devices.a4.cli:cups",
    "setup": "kiosk.setup.command:setup",
    "settings": "kiosk.care.settings_command:settings",
    "bundle": "kiosk.care.command:bundle",
    "logs": "kiosk.care.command:logs",
    "network": "kiosk.care.command:network",
    "program": "kiosk.care.program_command:program",
    "status": "kiosk.care.command:status",
    "test": "kiosk.care.command:test",
    "badge": "kiosk.staff.command:commands",
    "virtual": "devices.virtual.cli:commands",
    "bench": "kiosk.demo.hardware:bench",
    "doctor": "kiosk.care.doctor:doctor",
    "devices": "kiosk.care.attached:devices",
    "demo": "kiosk.demo.command:demo",
    "glass": "kiosk.care.glass:glass",
    "screen": "kiosk.screen.command:screen",
    "guides": "ui.public.command:guides",
    "swarm": "fleet.swarm.cli:swarm",
}


def _installed(name: str) -> bool:
    """A terminal has no bench, no virtual hardware and no demonstration: the wheel leaves them out."""
    try:
        return importlib.util.find_spec(_ELSEWHERE[name].partition(":")[0]) is not None
    except ModuleNotFoundError:
        return False


class _Lazy(click.Group):
    """Commands of other parts, imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *filter(_installed, _ELSEWHERE)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE or not _installed(cmd_name):
            return super().get_command(ctx, cmd_name)
        module, _, name = _ELSEWHERE[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{_ELSEWHERE[cmd_name]} is no command")
        return command


@click.group(cls=_Lazy)
@click.version_option(package_name="tongban")
def main() -> None:
    """通办：省内通办自助与窗口终端的软件。"""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # httpx logs every request with its address; ours are digests and case numbers, and too many.
    logging.getLogger("httpx").setLevel(logging.WARNING)


@main.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def run(settings: Path) -> None:
    """运行终端。SETTINGS 是设置文件（TOML）。"""
    gc.disable()  # what is loaded stays: looking through it for garbage would be a tenth of a start
    from domain.memory import keep_from_cores
    from domain.notify import Manager
    from kiosk import settings as conf
    from kiosk.care import taking
    from kiosk.health import data_disk
    from kiosk.program.place import given_up
    from kiosk.store.db import StoreError
    from kiosk.store.volatile import NotInMemoryError
    from kiosk.terminal import Terminal

    gc.freeze()
    gc.enable()
    keep_from_cores()
    faulthandler.enable()  # a watchdog's SIGABRT leaves in the log where every thread stood: lines of source, no values
    manager = Manager.here()
    back = None
    try:
        data_disk.there(settings.parent)
        back = taking.begin(settings)
    except data_disk.DataDiskError as error:
        _without_disk(settings, error, settings.parent, manager)
    except OSError as error:
        click.echo(f"试用新设置的记号写不了：{error}", err=True)
    while True:
        on_trial = taking.on_trial(settings) is not None
        trying = _give_up_after(taking.PATIENCE) if on_trial else None
        try:
            chosen = conf.load(settings)
            data_disk.there(chosen.paths.data)
            terminal = Terminal(chosen, settings=settings, taken_back=back, manager=manager)
            terminal.start()
            break
        except data_disk.DataDiskError as error:
            _without_disk(settings, error, chosen.paths.data, manager)
        except (conf.SettingsError, StoreError, NotInMemoryError, ValueError) as error:
            why, code = str(error), EX_CONFIG
        except OSError as error:
            why, code = f"终端启动不了：{error}", 1
        finally:
            if trying is not None:
                trying.cancel()
        click.echo(why, err=True)
        if code == EX_CONFIG and taking.take_back(settings):
            back = why
            click.echo("新设置起不来，已换回原来的设置", err=True)
        elif given_up(why):
            sys.exit(1)  # of a new program: the next start goes back
        elif manager.there and not on_trial:
            _say_so(settings, why, manager)
        else:
            sys.exit(code)
    wait_for_signal(lambda: taking.stands(settings), taking.CONFIRM if on_trial else None)
    terminal.stop()


def _without_disk(settings: Path, error: DataDiskError, folder: Path, manager: Manager) -> NoReturn:
    """Nothing is taken in until what is kept in ``folder`` is where it is meant to be. Then the process ends, and its unit starts
    it anew: with the folders, keys and program of that disk.
    """
    from kiosk.health import data_disk

    now: DataDiskError | None = error
    click.echo(f"{error.code}：{error}", err=True)
    if not manager.there:
        sys.exit(1)
    while now is not None:
        _say_so(settings, str(now), manager, disk=True)
        try:
            data_disk.there(folder)
            now = None
        except data_disk.DataDiskError as still:
            now = still
    sys.exit(0)


def _say_so(settings: Path, why: str, manager: Manager, *, disk: bool = False) -> None:
    """On the screen, until it is worth another try: nobody started this by hand and reads it. ``disk``: the data's is wrong."""
    from kiosk import waiting

    try:
        waiting.wait(settings, why, manager, disk=disk)
    except OSError as error:
        click.echo(f"屏幕上也说不了：{error}", err=True)
        sys.exit(1)


def _give_up_after(seconds: float) -> threading.Timer:
    """Settings with which a start hangs must not hang for ever: the process ends, and whoever runs it starts it again."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()
    return timer


@main.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def check(settings: Path) -> None:
    """检查设置文件和事项目录，不启动。"""
    from domain.catalogue.catalogue import CatalogueDamagedError
    from kiosk import settings as conf
    from kiosk.orders.shelf import own

    try:
        catalogue = own(conf.load(settings).catalogue)
    except (conf.SettingsError, CatalogueDamagedError) as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    click.echo(f"设置可用；事项目录 {catalogue.version}，{len(catalogue.parties)} 个签约方")


@main.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def identity(settings: Path) -> None:
    """看这台终端的证书：是谁、到哪天、中心认不认，不认时说出原因。"""
    from kiosk import faults
    from kiosk import settings as conf
    from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles
    from kiosk.enrolment.keeper import Keeper, Unlinked

    try:
        chosen = conf.load(settings).centre
        files = IdentityFiles(chosen.identity)
        held = files.held()
    except (conf.SettingsError, IdentityDamagedError) as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    if held is None:
        click.echo("这台终端还没有登记", err=True)
        sys.exit(EX_CONFIG)
    click.echo(f"终端 {held.terminal}，证书从 {held.since:%Y-%m-%d %H:%M} 到 {held.until:%Y-%m-%d %H:%M}（UTC）")
    found = Keeper(files, chosen.documents, Unlinked(), lambda _fault: None).look()
    if found.fault is not None:
        words = faults.fault(found.fault)
        click.echo(f"{found.fault}：{words.cause}。{words.staff}", err=True)
        sys.exit(1)
    click.echo("中心认可这张证书" if found.answered else "现在连不上中心，认不认还不知道")


def wait_for_signal(stands: Callable[[], object] = lambda: None, after: float | None = None) -> None:
    """Until SIGTERM or SIGINT. ``stands`` is called once, ``after`` so many seconds, or at a signal before: it came up."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    if after is not None:
        ended.wait(after)
        stands()
    ended.wait()

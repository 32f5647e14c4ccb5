"""Commands of the central end: ``centre`` and ``desk``, each a process of its own, ended by SIGTERM within three seconds."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Protocol

import click

from domain.memory import keep_from_cores
from fleet import steering
from fleet.authority import cli as authority
from fleet.backup.cli import backup, restore
from fleet.centre import Centre
from fleet.desk.app import create_desk
from fleet.desk.settings import read_desk
from fleet.machine.logs import LogSettings, set_up
from fleet.people.cli import person, record_, token
from fleet.recovery.copies import sealed_copies
from fleet.reports.cli import recount
from fleet.settings import CentreSettings, SettingsError, read
from fleet.staff_cli import staff_book, staff_code, staff_key
from fleet.window.app import WindowProcess
from fleet.window.settings import read_window

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def commands() -> None:
    """中心与业务属地专窗。"""


@commands.group()
def centre() -> None:
    """中心：运行，终端证书、消息代理、工作人员的一次性码，给终端的命令、目录、设置和公告。"""


@centre.command()
@_SETTINGS
def run(settings: Path) -> None:
    """运行中心：收事件，存密封材料，给工作人员看一览页。"""
    try:
        chosen = read(settings, CentreSettings)
        process = Centre(chosen)
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    _run(process, f"中心：一览页 {process.console_address}，接口 {process.api_address}", chosen.logs)


@commands.command()
@_SETTINGS
def desk(settings: Path) -> None:
    """运行业务属地专窗：收件箱，写明事由后解封办件。"""
    try:
        chosen = read_desk(settings)
        process = create_desk(chosen)
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    _run(process, f"业务属地专窗：{process.address}", chosen.logs)


@commands.command()
@_SETTINGS
def intake(settings: Path) -> None:
    """运行收件窗口：预审、核验原件、转送、交寄，纸质材料的来去。"""
    try:
        chosen = read_window(settings)
        process = WindowProcess(chosen)
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    _run(process, f"收件窗口：{process.address}", chosen.logs)


for _command in (
    authority.init_ca,
    authority.enrol_code,
    authority.revoke,
    authority.broker_config,
    staff_key,
    staff_book,
    staff_code,
    authority.new_order_key,
    steering.command,
    steering.catalogue,
    steering.remote_settings,
    steering.notice,
    person,
    token,
    record_,
    sealed_copies,
    backup,
    restore,
    recount,
):
    centre.add_command(_command)


class _Process(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


def _run(process: _Process, ready: str, logs: LogSettings) -> None:
    keep_from_cores()
    set_up(logs)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    process.start()
    click.echo(ready)
    try:
        ended.wait()
    finally:
        process.stop()

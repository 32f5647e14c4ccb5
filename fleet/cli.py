"""Commands of the central end: ``centre``, ``desk`` and ``intake``, processes that SIGTERM ends within three seconds.

What a command needs is imported when it is asked for: a desk starts without the centre, a command without either.
"""

from __future__ import annotations

import importlib
import signal
import threading
from pathlib import Path
from typing import Protocol

import click
import msgspec

from domain.memory import keep_from_cores
from domain.notify import Manager
from fleet.machine.logs import LogSettings, set_up
from fleet.settings import CentreSettings, SettingsError, read

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))


_OF_THE_CENTRE = {
    "init-ca": "fleet.authority.cli:init_ca",
    "enrol-code": "fleet.authority.cli:enrol_code",
    "revoke": "fleet.authority.cli:revoke",
    "broker-config": "fleet.authority.cli:broker_config",
    "window-certificate": "fleet.authority.cli:window_certificate",
    "new-order-key": "fleet.authority.cli:new_order_key",
    "staff-key": "fleet.staff_cli:staff_key",
    "staff-book": "fleet.staff_cli:staff_book",
    "staff-code": "fleet.staff_cli:staff_code",
    "clerk": "fleet.clerks.cli:clerk",
    "command": "fleet.steering:command",
    "catalogue": "fleet.steering:catalogue",
    "settings": "fleet.steering:remote_settings",
    "notice": "fleet.steering:notice",
    "profile": "fleet.profiles.cli:profile",
    "program": "fleet.program_cli:program",
    "person": "fleet.people.cli:person",
    "token": "fleet.people.cli:token",
    "record": "fleet.people.cli:record_",
    "sealed-copies": "fleet.recovery.copies:sealed_copies",
    "move-to-postgresql": "fleet.database.cli:move_to_postgresql",
    "backup": "fleet.backup.cli:backup",
    "restore": "fleet.backup.cli:restore",
    "storage": "fleet.storage.cli:storage",
    "recount": "fleet.reports.cli:recount",
}


class _OfTheCentre(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_OF_THE_CENTRE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _OF_THE_CENTRE:
            return super().get_command(ctx, cmd_name)
        module, _, name = _OF_THE_CENTRE[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group()
def commands() -> None:
    """中心与业务属地专窗。"""


@commands.group(cls=_OfTheCentre)
def centre() -> None:
    """中心：运行，终端证书、消息代理、工作人员的一次性码，给终端的命令、目录、设置和公告。"""


@centre.command()
@_SETTINGS
@click.option("--role", type=click.Choice(["all", "ingest", "console"]), default="all", show_default=True, help="本进程做什么")
@click.option("--worker", type=click.IntRange(1), default=1, show_default=True, help="第几个收件进程（ingest）")
@click.option("--console-port", type=click.IntRange(0, 65535), help="一览页的端口，不用设置里的")
@click.option("--api-port", type=click.IntRange(0, 65535), help="接口的端口，不用设置里的")
def run(settings: Path, role: str, worker: int, console_port: int | None, api_port: int | None) -> None:
    """运行中心：收事件，存密封材料，给工作人员看一览页。

    大的中心分成几个进程，用同一份设置：每个收件进程 --role ingest --worker 1、2……（设置 [ingest] workers 是几个就运行几个）；
    一览页和接口 --role console，可以有几个，端口各不相同，前面放反向代理。定时的工作由其中一个做，它停了别的接着做。
    """
    from fleet.centre import Centre, Role

    try:
        chosen = read(settings, CentreSettings)
        for name, port in (("console", console_port), ("api", api_port)):
            if port is not None:
                chosen = msgspec.structs.replace(chosen, **{name: msgspec.structs.replace(getattr(chosen, name), port=port)})
        process = Centre(chosen, role=Role(role), number=worker)
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    _run(process, process.ready, chosen.logs)


@commands.command()
@_SETTINGS
def desk(settings: Path) -> None:
    """运行业务属地专窗：收件箱，写明事由后解封办件。"""
    from fleet.desk.app import create_desk
    from fleet.desk.settings import read_desk

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
    from fleet.window.app import WindowProcess
    from fleet.window.settings import read_window

    try:
        chosen = read_window(settings)
        process = WindowProcess(chosen)
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    _run(process, f"收件窗口：{process.address}", chosen.logs)


class _Process(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


def _run(process: _Process, ready: str, logs: LogSettings) -> None:
    keep_from_cores()
    set_up(logs)
    manager = Manager.here()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    process.start()
    click.echo(ready)
    manager.ready(ready)
    try:
        ended.wait()
    finally:
        manager.stopping()
        process.stop()

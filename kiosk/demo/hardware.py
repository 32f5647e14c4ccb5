"""``tongban bench``: the virtual hardware as a process of its own, with its page and its HTTP interface."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import click
import msgspec
from waitress.server import create_server

from devices.virtual.http import create_api, papers_of, state, wire
from kiosk.cli import wait_for_signal
from kiosk.demo import account as demonstration
from kiosk.demo import clerks as at_work
from kiosk.demo import rig
from ui.bench.beside import create_beside
from ui.bench.page import create_bench
from ui.bench.sources import Sources

THREADS = 16
"""Of each server: a stream takes one for as long as its page is open."""
MOST_SHOWN = 20
"""Messages on the bench's telephone."""


@click.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="虚拟串口和套接字放在哪里")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="工作台页面的端口")
@click.option("--printer-port", type=click.IntRange(1, 65535), required=True, help="虚拟打印机的端口")
@click.option("--a4-port", type=click.IntRange(1, 65535), required=True, help="虚拟 A4 打印机的端口")
@click.option("--badges", type=click.Path(file_okay=False, path_type=Path), help="演示的工作证放在哪里，不写就没有工作证")
@click.option("--account", type=click.Path(dir_okay=False, path_type=Path), help="演示的中心账号，不写就不显示")
@click.option("--clerks", type=click.Path(dir_okay=False, path_type=Path), help="演示的工作人员账号，不写就不显示")
@click.option("--terminal-port", type=click.IntRange(1, 65535), help="终端页面的端口，不写就不带终端屏幕")
@click.option("--beside-port", type=click.IntRange(1, 65535), help="工作台里的终端屏幕用的端口，和上一项一起写")
@click.option("--link", "links", type=(str, str), multiple=True, help="演示的其他页面：名字和地址")
@click.option("--sms", type=click.Path(file_okay=False, path_type=Path), help="专窗的短信放在哪里，不写就不显示")
def bench(
    folder: Path,
    port: int,
    printer_port: int,
    a4_port: int,
    badges: Path | None,
    account: Path | None,
    clerks: Path | None,
    sms: Path | None,
    terminal_port: int | None,
    beside_port: int | None,
    links: tuple[tuple[str, str], ...],
) -> None:
    """运行虚拟硬件和它的工作台页面（仅开发演示）。"""
    hardware = rig.build(folder, printer_port, a4_port, badges)
    hardware.start()
    app = create_api(hardware)
    sources = Sources(
        state=lambda: state(hardware),
        wire=lambda: wire(hardware),
        papers=lambda name: papers_of(hardware.printer(name)),
        heard=folder / "loudspeaker",
        account=(lambda: _shown(account)) if account else None,
        clerks=(lambda: at_work.shown(clerks)) if clerks else None,
        phone=(lambda: messages(sms)) if sms else None,
        screen=_origin(beside_port) if terminal_port and beside_port else "",
        links=dict(links),
        opened=lambda: threading.Thread(target=hardware.camera().picture, name="pictures", daemon=True).start(),
    )
    app.register_blueprint(create_bench(sources))
    servers = [create_server(app, host="127.0.0.1", port=port, threads=THREADS, ident=None, map={})]
    if terminal_port and beside_port:
        beside = create_beside(_origin(terminal_port), _origin(port))
        servers.append(create_server(beside, host="127.0.0.1", port=beside_port, threads=THREADS, ident=None, map={}))
    for server in servers:
        threading.Thread(target=server.run, name="bench", daemon=True).start()
    wait_for_signal()
    for server in servers:
        server.close()
    hardware.stop()


def _origin(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def messages(folder: Path) -> list[dict[str, str]]:
    """What lies in the drop of ``docs/guides/outside.md``, newest first; a file that is none is left out."""
    found = []
    for path in sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)[:MOST_SHOWN]:
        with suppress(OSError, msgspec.MsgspecError):
            told = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
            found.append({"to": told.get("to", ""), "text": told.get("text", "")})
    return found


def _shown(path: Path) -> dict[str, str]:
    """The accounts as their owners would have them before them: with the code of this half minute."""
    import pyotp

    found = demonstration.account(path)
    other = demonstration.account(demonstration.second(path))
    told = {"login": found.login, "password": found.password, "code": pyotp.TOTP(found.secret).now()}
    return {**told, "second": other.login, "second-code": pyotp.TOTP(other.secret).now()}

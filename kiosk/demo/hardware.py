"""``tongban bench``: the virtual hardware as a process of its own, with its page and its HTTP interface."""

from __future__ import annotations

import threading
from pathlib import Path

import click
from ui.bench.page import create_bench
from waitress.server import create_server

from devices.virtual.camera import VirtualCamera
from devices.virtual.http import create_api
from devices.virtual.idcard import VirtualReader
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad
from devices.virtual.rig import Rig
from kiosk.cli import wait_for_signal


def rig(folder: Path, printer_port: int) -> Rig:
    """The four devices; ttys and the camera's socket appear in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Rig(
        [
            VirtualReader(folder / "idcard"),
            VirtualCamera(folder / "camera"),
            VirtualPrinter(port=printer_port),
            VirtualPad(folder / "rating"),
        ]
    )


@click.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="虚拟串口和套接字放在哪里")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="工作台页面的端口")
@click.option("--printer-port", type=click.IntRange(1, 65535), required=True, help="虚拟打印机的端口")
def bench(folder: Path, port: int, printer_port: int) -> None:
    """运行虚拟硬件和它的工作台页面（仅开发演示）。"""
    hardware = rig(folder, printer_port)
    hardware.start()
    app = create_api(hardware)
    app.register_blueprint(create_bench())
    server = create_server(app, host="127.0.0.1", port=port, threads=8, ident=None)
    threading.Thread(target=server.run, name="bench", daemon=True).start()
    wait_for_signal()
    server.close()
    hardware.stop()

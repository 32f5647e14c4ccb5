"""``python -m devices.tape record|play``."""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path

import click

from devices.tape.listed import NotListedError
from devices.tape.play import MismatchError, Player
from devices.tape.record import Recorder, keep
from devices.tape.tape import TapeError, load


@click.group()
def main() -> None:
    """录下和重放设备线路上的字节（只给开发用）。录音只在内存里，结束时认出的都是名单里的测试卡才写文件。"""


@main.command()
@click.argument("device", type=click.Choice(["idcard", "rating", "printer"]))
@click.argument("where")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--baud", default=115200, show_default=True, help="串口速率")
@click.option("--link", type=click.Path(path_type=Path), default=Path("tape-line"), help="给驱动程序用的串口链接")
@click.option("--about", required=True, help="这盘带子录的是什么、什么设备")
def record(device: str, where: str, file: Path, baud: int, link: Path, about: str) -> None:
    """在 WHERE（串口路径或 主机:端口）和驱动程序之间录音，按 Ctrl-C 结束，写到 FILE。"""
    host, colon, port = where.rpartition(":")
    recorder = Recorder(device, f"tcp {where}" if colon and port.isdigit() else f"serial {baud}")
    at: object = recorder.tcp(host, int(port)) if colon and port.isdigit() else recorder.serial(where, baud, link)
    click.echo(f"请让驱动程序连到 {at}，按 Ctrl-C 结束")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    try:
        found = keep(recorder.stop(about), file)
    except (NotListedError, TapeError) as error:
        click.echo(f"没有保存：{error}", err=True)
        sys.exit(1)
    click.echo(f"已写到 {file}，测试卡：{' '.join(found) or '没有'}")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--link", type=click.Path(path_type=Path), default=Path("tape-line"), help="给驱动程序用的串口链接")
@click.option("--speed", default=1.0, show_default=True, help="1 为原速，0 为最快")
def play(file: Path, link: Path, speed: float) -> None:
    """重放 FILE，驱动程序问得和录音不同就说出来。"""
    try:
        tape = load(file.read_text("utf-8"))
    except TapeError as error:
        raise click.ClickException(str(error)) from None
    player = Player(tape, speed=speed)
    at: object = player.tcp() if tape.headers.get("line", "").startswith("tcp") else player.serial(link)
    player.start()
    click.echo(f"设备在 {at}")
    try:
        player.wait(3600)
    except MismatchError as error:
        raise click.ClickException(str(error)) from None
    finally:
        player.stop()
    click.echo("放完了")


main()

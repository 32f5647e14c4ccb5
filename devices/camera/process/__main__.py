"""``python3 -m devices.camera.process``, or by its path: the process that owns the camera."""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import resource
import signal
import socket
import sys
from pathlib import Path

if __package__ in (None, ""):  # started by its path; behind the system's own packages, for ours stand beside another numpy
    sys.path.append(str(Path(__file__).parents[3]))

from devices.camera.memory import give_back_at_once
from devices.camera.process.door import Door, DoorError
from devices.camera.process.keeper import Keeper
from devices.camera.process.server import Server
from devices.camera.process.times import Times

EX_CONFIG = 78


def main() -> int:
    given = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if importlib.util.find_spec("picamera2") is None:
        sys.stderr.write(f"{sys.executable} 没有 picamera2：apt-get install --no-install-recommends python3-picamera2\n")
        return EX_CONFIG
    give_back_at_once()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # for the child as well: no picture in a core dump
    times = Times().slowed(given.slow)
    bell, end = socket.socketpair()
    for each in (bell, end):
        each.setblocking(False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    signal.set_wakeup_fd(end.fileno(), warn_on_full_buffer=False)
    try:
        door = Door(given.socket, given.group)
    except DoorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    keeper, started = Keeper(_child(given), times), _named()
    try:
        Server(door, keeper, bell, times.unread, lambda: _named() != started).run()
    finally:
        door.close()
        keeper.end()
    return 0


def _named() -> Path | None:
    """The program the next start is to be of (``systemd/launcher/tongban``); ``None``: the one that came with the machine."""
    try:
        return Path(os.environ["TONGBAN_PROGRAMS"], "current").readlink()
    except (KeyError, OSError):
        return None


def _child(given: argparse.Namespace) -> list[str]:
    command = [sys.executable, *(["-P"] if sys.flags.safe_path else []), str(Path(__file__).with_name("worker.py"))]
    command += ["--camera", str(given.camera), "--slow", str(given.slow)]
    if given.focus is not None:
        command += ["--focus", str(given.focus)]
    return command + (["--upside-down"] if given.upside_down else [])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tongban camera", description="高拍仪进程：独占摄像头，在套接字上给终端画面。")
    parser.add_argument("--socket", type=Path, required=True, help="套接字路径，与终端设置 [devices.camera] 的 socket 相同")
    parser.add_argument("--camera", type=_number, default=0, metavar="N", help="第几个摄像头，从 0 数起（默认 0）")
    parser.add_argument("--focus", type=_dioptres, metavar="D", help="固定对焦，单位屈光度（1 ÷ 距离米数）；不写就自动对焦")
    parser.add_argument("--upside-down", action="store_true", help="画面转 180 度")
    parser.add_argument("--group", help="允许这个用户组连接；不写就只许本用户和 root")
    parser.add_argument("--slow", type=_factor, default=1.0, metavar="倍数", help="慢板子：所有时限乘以这个数（0.2 至 10，默认 1）")
    return parser.parse_args()


def _number(text: str) -> int:
    _between(int(text), 0, 9)
    return int(text)


def _dioptres(text: str) -> float:
    return _between(float(text), 0.0, 32.0)


def _factor(text: str) -> float:
    return _between(float(text), 0.2, 10.0)


def _between(value: float, least: float, most: float) -> float:
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"要在 {least} 和 {most} 之间")
    return value


sys.exit(main())

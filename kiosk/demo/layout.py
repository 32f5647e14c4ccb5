"""Where the demonstration keeps things, and on which ports it speaks. Everything is on the loopback."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kiosk.store.volatile import filesystem

PORT = "TONGBAN_DEMO_PORT"
"""Environment variable: the first of the ports."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Fifteen ports in a row: desks have the fourth and fifth, further ones come last."""

    first: int

    @property
    def terminal(self) -> int:
        return self.first

    @property
    def bench(self) -> int:
        return self.first + 1

    @property
    def console(self) -> int:
        return self.first + 2

    @property
    def api(self) -> int:
        return self.first + 5

    @property
    def broker(self) -> int:
        return self.first + 6

    @property
    def printer(self) -> int:
        return self.first + 7

    @property
    def a4(self) -> int:
        return self.first + 8

    @property
    def intake(self) -> int:
        return self.first + 11

    @property
    def reader(self) -> int:
        """Where the intake window asks the terminal for a waybill under its camera."""
        return self.first + 12

    @property
    def beside(self) -> int:
        """Where the bench has the terminal's screen for its frame."""
        return self.first + 13

    @property
    def clerk(self) -> int:
        """The terminal's pages for a clerk's browser, over TLS."""
        return self.first + 14

    def desk(self, index: int) -> int:
        return self.first + (3 + index if index < 2 else 7 + index)

    def named(self) -> dict[str, int]:
        """What each port is for, as it is told to people."""
        return {
            "终端页面": self.terminal,
            "虚拟硬件工作台": self.bench,
            "中心管理页": self.console,
            "示范甲市专窗": self.desk(0),
            "示范七县专窗": self.desk(1),
            "示范乙镇专窗": self.desk(2),
            "示范丁开发区专窗": self.desk(3),
            "示范丙区收件窗口": self.intake,
            "读运单": self.reader,
            "工作台里的终端屏幕": self.beside,
            "窗口职员的页面": self.clerk,
            "中心接口": self.api,
            "消息代理 Mosquitto": self.broker,
            "虚拟打印机": self.printer,
            "虚拟 A4 打印机": self.a4,
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """``base`` is kept between two starts; ``runtime`` lies in memory."""

    base: Path
    runtime: Path
    ports: Ports

    @property
    def hardware(self) -> Path:
        return self.runtime / "hardware"

    @property
    def cups(self) -> Path:
        """The A4 printer's queue. Beside ``runtime``, which is closed to the user that root hands it to."""
        return self.runtime.with_name(f"{self.runtime.name}-cups")

    @property
    def logs(self) -> Path:
        return self.base / "log"

    @property
    def authority(self) -> Path:
        """The centre's own; a desk reads ``ca.pem`` in it."""
        return self.base / "authority"

    @property
    def identity(self) -> Path:
        """The terminal's own."""
        return self.base / "identity"

    @property
    def window(self) -> Path:
        """What the terminal's pages for clerks show: certificate and key."""
        return self.base / "window"

    @property
    def secrets(self) -> Path:
        return self.base / "secrets"

    @property
    def account(self) -> Path:
        """The demonstration's account at the console."""
        return self.base / "secrets" / "console-account.json"

    @property
    def clerks(self) -> Path:
        """The demonstration's clerks: what each would type, and what their telephone would show."""
        return self.base / "secrets" / "clerks.json"

    @property
    def sms(self) -> Path:
        """What desks tell applicants by SMS: a file each, shown on the bench as their telephone."""
        return self.base / "sms"

    @property
    def badges(self) -> Path:
        """What the bench lays as staff's badges: each a file with its keys."""
        return self.base / "badges"


def layout(base: Path) -> Layout:
    """The usual layout. ``RuntimeError`` when no folder in memory can be found, ``ValueError`` for a port that is none."""
    first = int(os.environ.get(PORT, "8600"))
    if not 1024 <= first <= 65520:
        raise ValueError(f"{PORT} 应在 1024 到 65520 之间")
    return Layout(base.absolute(), _memory() / f"tongban-demo-{os.getuid()}-{first}", Ports(first))


def _memory() -> Path:
    for candidate in (os.environ.get("XDG_RUNTIME_DIR"), f"/run/user/{os.getuid()}", "/dev/shm"):  # noqa: S108
        if candidate and os.access(candidate, os.W_OK) and filesystem(Path(candidate)) == "tmpfs":
            return Path(candidate)
    raise RuntimeError("没有找到内存里的目录（tmpfs），办事人的信息不能写到盘上：请检查 /dev/shm 或 XDG_RUNTIME_DIR")

"""``tongban demo``: start everything, say what each address is for, stop everything on Ctrl-C."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from pathlib import Path

import click

from devices.a4 import cups
from devices.virtual.pcscd import unavailable
from domain.catalogue.party import Party
from kiosk.demo import files, staff
from kiosk.demo.layout import PORT, Layout, layout
from kiosk.demo.processes import Processes, Spec, free, tongban

TERMINAL = "终端"


@click.command()
@click.option("--base", type=click.Path(file_okay=False, path_type=Path), default=Path(".demo"), help="演示数据放在哪里")
def demo(base: Path) -> None:
    """启动整套演示：消息代理、中心、业务属地专窗、收件窗口、虚拟硬件和一台终端。按 Ctrl-C 全部停止。"""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: ended.set())
    try:
        where = layout(base)
        taken = [f"  端口 {port}（{name}）已被占用" for name, port in where.ports.named().items() if not free(port)]
        if taken:
            click.echo("\n".join(taken), err=True)
            raise click.ClickException(f"请先关掉占用端口的程序（也许是另一个演示），或换一组端口：{PORT}=9600 make demo")
        parties = files.prepare(where)
        staff.lay_book(where, files.TERMINAL)
    except (RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    processes = Processes(click.echo)
    try:
        for spec in specs(where, parties):
            if ended.is_set():
                return
            if spec.name == TERMINAL:
                files.enrol(where)
            processes.start(spec)
        click.echo(_welcome(where, parties))
        processes.watch(ended.wait)
    except RuntimeError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    finally:
        click.echo("正在停止 …")
        processes.stop()
        # A visit broken off by the end of the demonstration does not wait in memory for the next one.
        shutil.rmtree(where.runtime, ignore_errors=True)
        shutil.rmtree(where.cups, ignore_errors=True)
        click.echo("已全部停止。")


def specs(where: Layout, parties: tuple[Party, ...]) -> list[Spec]:
    ports, base = where.ports, where.base
    broker = next((p for p in ("/usr/sbin/mosquitto", "/usr/bin/mosquitto") if Path(p).exists()), "mosquitto")

    def log(name: str) -> Path:
        return where.logs / f"{name}.log"

    hardware = ("bench", "--folder", str(where.hardware), "--port", str(ports.bench), "--printer-port", str(ports.printer))
    more = ("--a4-port", str(ports.a4), "--badges", str(where.badges), "--account", str(where.account), "--sms", str(where.sms))
    staff = ("--clerks", str(where.clerks), "--terminal-port", str(ports.terminal), "--beside-port", str(ports.beside))
    others = [part for link in _others(where, parties) for part in ("--link", *link)]
    queue = [Spec("打印队列", tongban("cups", str(where.cups)), where.cups / cups.SOCKET, log("cups"))] if cups.daemon() else []
    desks = [
        Spec(f"{p.name}专窗", tongban("desk", str(base / f"desk-{p.party}.toml")), ports.desk(i), log(f"desk-{p.party}"))
        for i, p in enumerate(parties)
    ]
    window = tongban("intake", str(base / f"intake-{files.INTAKE}.toml"))
    return [
        Spec("消息代理", (broker, "-c", str(base / "mosquitto" / "mosquitto.conf")), ports.broker, log("mosquitto")),
        Spec("中心", tongban("centre", "run", str(base / "centre.toml")), ports.console, log("centre")),
        *desks,
        Spec("示范丙区收件窗口", window, ports.intake, log("intake")),
        Spec("虚拟硬件", tongban(*hardware, *more, *staff, *others), ports.bench, log("bench")),
        *queue,
        Spec(TERMINAL, tongban("run", str(base / "terminal.toml")), ports.terminal, log("terminal")),
    ]


def _others(where: Layout, parties: tuple[Party, ...]) -> list[tuple[str, str]]:
    """The pages beside the terminal's and the bench, and their addresses."""
    ports = where.ports
    desks = [(f"专窗·{p.name}", ports.desk(i)) for i, p in enumerate(parties)]
    plain = [("终端（整页）", ports.terminal), ("中心", ports.console), ("收件窗口", ports.intake), *desks]
    return [("窗口职员", f"https://127.0.0.1:{ports.clerk}/"), *((name, f"http://127.0.0.1:{port}/") for name, port in plain)]


def _welcome(where: Layout, parties: tuple[Party, ...]) -> str:
    ports = where.ports
    rows = [
        ("终端", ports.terminal, "办事人站在这块屏幕前（竖屏 1080×1920，触摸操作），从这里开始办一件事"),
        ("工作台", ports.bench, "代替真实设备：放身份证、放材料、看打印出来的凭证、按评价器、制造故障"),
        (
            "中心",
            ports.console,
            "中心工作人员：终端和设备的状态、收到的办件（不含个人信息）、评价；账号和验证码在“工作台”上",
        ),
        ("收件窗口", ports.intake, "示范丙区的收件窗口：预审、核验原件、转送、交寄；只收件，不受理"),
        *((f"专窗·{p.name}", ports.desk(i), f"{p.name}的业务属地专窗：只有这里能打开交给它的办件") for i, p in enumerate(parties)),
    ]
    clerk = (
        f"  {'窗口职员':<10}\thttps://127.0.0.1:{ports.clerk}/\t窗口职员的浏览器：您在这里办，办事人在“终端”上看；账号在“工作台”上"
    )
    lines = [f"  {name:<10}\thttp://127.0.0.1:{port}/\t{use}" for name, port, use in rows]
    return "\n".join(
        [
            "",
            "通办演示已经启动。人物、事项开通和地方都是虚构的，不得用于真实办件。",
            "",
            *lines,
            clerk,
            "                \t（它的证书由演示自己的机构签发，浏览器会说不安全；只在演示里可以继续）",
            "",
            *([f"芯片读卡器（社保卡）这里演示不了：{why}。其余照常。", ""] if (why := unavailable()) else []),
            "打开“工作台”就够了：左边是终端的屏幕，点着走；要放卡、放材料时，拖到旁边的设备上。",
            f"数据在 {where.base}，日志在 {where.logs}。按 Ctrl-C 全部停止。",
        ]
    )

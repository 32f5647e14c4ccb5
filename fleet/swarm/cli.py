"""``tongban swarm``: how much a centre and a broker on this machine bear."""

from __future__ import annotations

from pathlib import Path

import click

from fleet.swarm.stage import Stage, prepare
from fleet.swarm.swarm import Figures, GivenUpError, Plan, run

_FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.group()
def swarm() -> None:
    """模拟终端群：看一台中心和消息代理能带多少终端。只用于单独的试验环境。"""


@swarm.command("prepare")
@_FOLDER
@click.option("--terminals", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="多少台")
@click.option("--port", type=click.IntRange(1024, 65000), default=18883, show_default=True, help="消息代理的端口；再往后两个给中心")
def prepare_(folder: Path, terminals: int, port: int) -> None:
    """准备一个新文件夹：签发机构、消息代理和中心的设置、每台终端的证书。"""
    try:
        stage = prepare(folder, terminals, broker=port, api=port + 1, console=port + 2)
    except OSError as error:
        raise click.ClickException(f"准备不了：{error}") from None
    click.echo(f"{terminals} 台已备好。请另开两个窗口运行：")
    click.echo(f"  mosquitto -c {stage.broker_configuration}")
    click.echo(f"  tongban centre run {stage.centre}")
    click.echo(f"然后：tongban swarm run {folder}")


@swarm.command("run")
@_FOLDER
@click.option("--visits", type=click.IntRange(0, 1000), default=2, show_default=True, help="连上后每台先交多少次办理（积压）")
@click.option("--rate", type=click.FloatRange(0.1, 10_000), default=50.0, show_default=True, help="之后平稳时每秒多少次办理")
@click.option("--seconds", type=click.FloatRange(0, 86_400), default=20.0, show_default=True, help="平稳多久")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="用几个进程模拟")
def run_(folder: Path, visits: int, rate: float, seconds: float, processes: int) -> None:
    """让全部终端同时连上，交积压，再平稳运行；报告用时。"""
    try:
        figures = run(Stage(folder), Plan(visits, rate, seconds), processes)
    except (GivenUpError, OSError, KeyError, ValueError) as error:
        raise click.ClickException(f"没有跑完：{error}") from None
    for line in told(figures):
        click.echo(line)


def told(figures: Figures) -> list[str]:
    """A line a figure."""
    count, storm, burst, waits = figures.terminals, figures.storm, figures.burst, figures.waits
    lines = [f"全部连上：{count} 台，{storm:.1f} 秒（每秒 {count / max(storm, 0.001):.0f} 台）"]
    if figures.events:
        lines.append(f"积压存妥：{figures.events} 条，{burst:.1f} 秒（每秒 {figures.events / max(burst, 0.001):.0f} 条）")
    if waits:
        half, most = waits[len(waits) // 2] * 1000, waits[int(len(waits) * 0.99)] * 1000
        lines.append(f"平稳时从发出到存妥（{len(waits)} 条）：中位 {half:.0f} 毫秒，99% 在 {most:.0f} 毫秒内")
    return lines

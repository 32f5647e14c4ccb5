"""``tongban virtual …``: the virtual hardware from a shell, through its HTTP interface."""

from __future__ import annotations

from typing import Any

import click
import httpx

from devices.virtual import a4, camera, idcard, printer, rating, smartcard, social
from devices.virtual.pages import PAGES
from devices.virtual.people import PEOPLE

TIMEOUT = 5.0
"""Seconds for an answer from this machine."""


def _table(title: str, rows: dict[str, str]) -> str:
    """Rows of a help text, kept as they are by click."""
    return "\n".join(["\b", f"{title}：", *(f"  {row}" for row in _rows(rows))])


def _rows(rows: dict[str, str]) -> list[str]:
    wide = max(map(len, rows), default=0)
    return [f"{name:<{wide}}  {text}" for name, text in rows.items()]


@click.group()
@click.option("--at", "url", default="http://127.0.0.1:8601", show_default=True, envvar="TONGBAN_VIRTUAL", help="虚拟硬件的地址")
@click.pass_context
def commands(context: click.Context, url: str) -> None:
    """虚拟硬件：放卡、放材料、按键、取纸、制造故障。"""
    context.obj = url


@commands.command()
@click.pass_obj
def state(url: str) -> None:
    """列出设备、正在发生的故障、放着的卡和材料。"""
    _show(_ask(url, "GET", "/api/state"))


@commands.command(
    epilog="\n\n".join(
        (
            _table("读卡器 idcard", dict(idcard.FAULTS)),
            _table("评价器 rating", dict(rating.FAULTS)),
            _table("打印机 printer", dict(printer.FAULTS)),
            _table("高拍仪 camera", dict(camera.FAULTS)),
            _table("A4 打印机 a4", dict(a4.FAULTS)),
            _table("芯片读卡器 smartcard", dict(smartcard.FAULTS)),
        )
    )
)
@click.argument("device")
@click.argument("name")
@click.option("--off", is_flag=True, help="结束这个故障")
@click.pass_obj
def fault(url: str, device: str, name: str, off: bool) -> None:
    """在 DEVICE 上制造故障 NAME。"""
    _show(_ask(url, "POST", f"/api/{device}/fault", {"fault": name, "on": not off}))


@commands.command()
@click.pass_obj
def clear(url: str) -> None:
    """结束所有故障。"""
    _show(_ask(url, "POST", "/api/clear"))


@commands.command(epilog=_table("卡", {card.id: f"{card.label}：{card.purpose}" for card in PEOPLE}))
@click.argument("card")
@click.pass_obj
def lay(url: str, card: str) -> None:
    """把卡 CARD 放到读卡器上。"""
    _show(_ask(url, "POST", "/api/idcard/lay", {"card": card}))


@commands.command()
@click.pass_obj
def lift(url: str) -> None:
    """把卡从读卡器上拿开。"""
    _show(_ask(url, "POST", "/api/idcard/lift", {}))


@commands.command(
    epilog="\n\n".join(
        (
            _table("芯片卡", {card.id: f"{card.label}：{card.purpose}" for card in social.cards()}),
            "演示的工作台另有工作证（badge-…），tongban virtual cards 列出放得上去的每一张。",
        )
    )
)
@click.argument("card")
@click.pass_obj
def insert(url: str, card: str) -> None:
    """把芯片卡 CARD 插进芯片读卡器。"""
    _show(_ask(url, "POST", "/api/smartcard/lay", {"card": card}))


@commands.command()
@click.pass_obj
def cards(url: str) -> None:
    """列出这个工作台上放得上去的卡（lay）、插得进去的卡（insert）和材料（show）。"""
    for device in _ask(url, "GET", "/api/state")["devices"]:
        things = device.get("people") or device.get("pages") or []
        if things:
            named = {thing["id"]: "：".join(filter(None, (thing["label"], thing.get("purpose")))) for thing in things}
            click.echo("\n".join([f"{device['name']}：", *(f"  {row}" for row in _rows(named))]))


@commands.command()
@click.pass_obj
def eject(url: str) -> None:
    """把芯片读卡器里的卡拿出来。"""
    _show(_ask(url, "POST", "/api/smartcard/lift", {}))


@commands.command(epilog=_table("材料", {page.id: page.label for page in PAGES}))
@click.argument("page")
@click.pass_obj
def show(url: str, page: str) -> None:
    """把材料 PAGE 平放到高拍仪下面。"""
    _show(_ask(url, "POST", "/api/camera/lay", {"page": page}))


@commands.command()
@click.option("--right", default=0.0, help="向右多少毫米（负数向左）")
@click.option("--down", default=0.0, help="向办事人多少毫米")
@click.option("--turn", default=0.0, help="顺时针多少度")
@click.option("--tilt", default=0.0, help="一边抬高多少，0 到 1")
@click.pass_obj
def push(url: str, /, **by: float) -> None:
    """推一推高拍仪下面的材料。"""
    _show(_ask(url, "POST", "/api/camera/push", by))


@commands.command()
@click.pass_obj
def remove(url: str) -> None:
    """把高拍仪下面的材料拿走。"""
    _show(_ask(url, "POST", "/api/camera/clear", {}))


@commands.command()
@click.pass_obj
@click.argument("device", type=click.Choice(["printer", "a4"]), default="printer")
def tear(url: str, device: str) -> None:
    """取走打印机吐出来的纸：printer 凭证打印机（不写就是它），a4 A4 打印机。"""
    _show(_ask(url, "POST", f"/api/{device}/tear", {}))


@commands.command()
@click.argument("level", type=click.IntRange(1, 5))
@click.pass_obj
def press(url: str, level: int) -> None:
    """按评价器的键，LEVEL 为 5（非常满意）到 1（非常不满意）。"""
    _show(_ask(url, "POST", "/api/rating/press", {"level": level}))


def _ask(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        answer = httpx.request(method, url + path, json={} if body is None and method == "POST" else body, timeout=TIMEOUT)
        told: dict[str, Any] = answer.json()
    except httpx.HTTPError as error:
        raise click.ClickException(f"{url} 没有应答：{error}") from None
    except ValueError:
        raise click.ClickException(f"{url} 的应答不是 JSON") from None
    if answer.is_error:
        raise click.ClickException(str(told.get("error", answer.status_code)))
    return told


def _show(told: dict[str, Any]) -> None:
    for device in told["devices"]:
        click.echo(f"{device['name']:<10}{device['address']}")
        if device.get("unavailable"):
            click.echo(f"  用不了：{device['unavailable']}")
        if device.get("lying"):
            click.echo(f"  放着：{device['lying']}")
        for name, row in zip(device["faults"], _rows(device["faults"]), strict=True):
            click.echo(f"  {'●' if name in device['active'] else '○'} {row}")

"""``tongban glass``: how the screen of this terminal does, by what its page tells the service. The exit code is for programs."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import httpx

from kiosk import settings as conf
from kiosk.cli import EX_CONFIG
from kiosk.visit.pulse import GlassState

WORDS = {
    GlassState.AWAITED: "还没有浏览器打开过页面",
    GlassState.ALIVE: "屏幕正常",
    GlassState.SILENT: "屏幕没有动静",
    GlassState.FROZEN: "屏幕画面停住或黑屏",
    GlassState.BLANK: "屏幕上没有内容",
    GlassState.BEHIND: "屏幕内容没有更新",
    GlassState.COVERED: "屏幕被别的窗口盖住",
}
BROKEN, NOT_KNOWN = 1, 2
PATIENCE = 3.0
"""Seconds the service may take to answer; it takes milliseconds."""


@click.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def glass(settings: Path) -> None:
    """看这台终端的屏幕：正常为 0；要重新启动浏览器为 1；服务不答，不知道，为 2。"""
    try:
        chosen = conf.load(settings).glass
    except conf.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    try:
        answer = httpx.get(f"http://{host}:{chosen.port}/pulse", timeout=PATIENCE).raise_for_status().json()
        state, age = GlassState(answer["state"]), answer["age"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        click.echo(f"服务没有回答，不知道屏幕怎样：{type(error).__name__}", err=True)
        sys.exit(NOT_KNOWN)
    click.echo(f"{state.value}：{WORDS[state]}" + (f"，{age:.0f} 秒前有过动静" if age is not None else ""))
    sys.exit(0 if state in (GlassState.ALIVE, GlassState.AWAITED) else BROKEN)

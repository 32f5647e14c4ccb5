"""``tongban enrol``: the code typed, or shown to the document camera."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from devices.camera.codes import read_code
from kiosk import settings as conf
from kiosk.cli import EX_CONFIG
from kiosk.enrolment import centre, enrolling
from kiosk.enrolment.enrolling import REFUSALS
from mqtt.enrolment import BadCodeError, parse

SHOWN_FOR = 60.0
"""Seconds a code may be shown to the camera."""


@click.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--code", help="中心发的一次性登记码；不写就问")
@click.option("--camera", is_flag=True, help="不用输入：把登记码的二维码（纸上或手机上）放到高拍仪下面")
def enrol(settings: Path, code: str | None, camera: bool) -> None:
    """登记这台终端：在本机生成私钥，用登记码向中心要证书。可以重做，也可以在终端运行时做。"""
    try:
        chosen = conf.load(settings)
        if camera:
            code = _shown(chosen.devices.camera.socket)
        elif code is None:
            code = click.prompt("登记码（九组，每组四个字符）")
        held = enrolling.enrol(chosen.centre.identity, chosen.centre.documents, chosen.terminal.id, parse(code))
    except (conf.SettingsError, BadCodeError) as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    except centre.RefusedError as refused:
        raise click.ClickException(REFUSALS[refused.why]) from None
    except centre.FaultError as fault:
        raise click.ClickException(str(fault)) from None
    except centre.NotReachedError as error:
        raise click.ClickException(f"连不上中心：{error}。同一个登记码可以再试") from None
    except OSError as error:
        raise click.ClickException(f"写不进盘：{error}") from None
    click.echo(f"终端 {held.terminal} 已登记，证书到 {held.until:%Y-%m-%d} 为止，到期前自动续。")


def _shown(socket: str) -> str:
    click.echo(f"请把登记码的二维码放到高拍仪下面（{SHOWN_FOR:.0f} 秒内）。手机要调亮，不要反光。")
    if (code := read_code(socket, SHOWN_FOR, _is_one)) is None:
        raise click.ClickException("没有看到登记码的二维码。看看高拍仪是不是在运行（tongban camera），或改用输入")
    return code


def _is_one(text: str) -> bool:
    try:
        parse(text)
    except BadCodeError:
        return False
    return True

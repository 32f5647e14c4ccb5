"""``tongban centre program``: programs for terminals, taken from their publisher and published like everything that is wanted."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from fleet import desired as wanted
from fleet.programs import NoProgramError, Programs
from fleet.rollout import bodies
from fleet.settings import CentreSettings, SettingsError, read
from fleet.steering import publish_body

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
FACTORY = "factory"


@click.group()
def program() -> None:
    """终端的程序：收下发布者签名的程序包，发布给终端。"""


@program.command()
@_SETTINGS
@click.argument("manifests", type=_FILE, nargs=-1, required=True)
def add(settings: Path, manifests: tuple[Path, ...]) -> None:
    """收下程序：MANIFESTS 是签名的清单（….jws），程序包（….tar.xz）放在它旁边，同一个名字。不发布。

    先核对发布者的签名（中心设置 publisher）和内容。换机器架构的，各有一份清单，一起收下。
    """
    programs = _programs(settings)
    for path in manifests:
        try:
            taken = programs.take(path.read_text("ascii"), path.with_name(f"{path.stem}.tar.xz"))
        except NoProgramError as error:
            raise click.ClickException(f"{path.name}：{error}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise click.ClickException(f"{path.name}：{error}") from None
        click.echo(f"已收下 {taken.version}（{taken.arch} Python {taken.python}，{taken.size / 1e6:.1f} MB）")


@program.command("list")
@_SETTINGS
def list_(settings: Path) -> None:
    """收下了哪些，新的在前。"""
    for version, said in _programs(settings).versions():
        click.echo(f"{version}  {said}")


@program.command()
@_SETTINGS
@click.argument("version")
@click.option("--to", "target", default=wanted.ALL, show_default="全部终端", help="终端编号、@组名，或 *")
@click.option("--from", "since", default=None, help="从什么时候起用，如 2026-12-01T08:00；不写就是马上")
@click.option("--why", required=True, help="为什么（记入日志）")
@click.option("--by", default=getpass.getuser, show_default="当前用户", help="谁（记入日志）")
def publish(settings: Path, version: str, target: str, since: str | None, why: str, by: str) -> None:
    """一次发布给全部、一组或一台，不分批；要分批、能自己停下的，在一览页上发布。VERSION 写 factory 是终端出厂时的程序。"""
    try:
        made = bodies.program("" if version == FACTORY else version, _programs(settings))
    except bodies.NoBodyError as error:
        raise click.ClickException(str(error)) from None
    publish_body(settings, made, target, since, by, why)


def _programs(settings: Path) -> Programs:
    try:
        centre = read(settings, CentreSettings)
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    return Programs(centre.data / "programs", centre.publisher)

"""``tongban centre staff-key | staff-book | staff-code``: one-time codes for staff whose badge, or a terminal's reader, is dead."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import click

from domain.code import grouped
from domain.staff.book import CHINA
from domain.staff.key import StaffKey
from domain.staff.roles import WORDS, Purpose, Role
from fleet.settings import CentreSettings, SettingsError, read, secret
from fleet.staff_codes import Ledger, NoCodeError, Request

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_TERMINAL = click.option("--terminal", required=True, help="哪台终端")
YEAR = 366


def _said(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """A name or a reason that says something."""
    if not 2 <= len(value.strip()) <= 200:
        raise click.BadParameter("请写 2 至 200 个字")
    return value.strip()


@click.command("staff-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def staff_key(file: Path) -> None:
    """生成一次性登录码的密钥文件 FILE（只做一次），并说出写进终端设置的公钥。"""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise click.ClickException(f"{file} 写不了：{error.strerror}。已有的密钥不会被覆盖") from None
    value = secrets.token_bytes(32)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(value.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    click.echo(f'密钥在 {file}，请与中心数据分开备份。终端设置 [staff] 里写：\ncentre_key = "{StaffKey(value).public.hex()}"')


@click.command("staff-book")
@_SETTINGS
@_TERMINAL
@click.option("--days", type=click.IntRange(1, 400), default=YEAR, show_default=True, help="从今天起管多少天")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="码本写到哪里")
def staff_book(settings: Path, terminal: str, days: int, out: Path) -> None:
    """给一台终端生成码本。码本不是秘密；装到终端上以后，中心才能为它发一次性登录码。"""
    with _ledger(settings, terminal) as ledger:
        now = datetime.now(CHINA)
        file = ledger.new_book(terminal, now.date(), days, now)
        try:
            out.write_bytes(file)
        except OSError as error:
            raise click.ClickException(f"{out} 写不了：{error.strerror}") from None
    click.echo(f"码本在 {out}，管 {days} 天。请放到终端 {terminal} 的 [staff] book 所指的位置；旧码本的码随之作废。")


@click.command("staff-code")
@_SETTINGS
@_TERMINAL
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="以什么身份登录")
@click.option("--asked", callback=_said, required=True, help="谁要登录（姓名或工号；只记在中心）")
@click.option("--issuer", callback=_said, required=True, help="谁发的码")
@click.option("--reason", callback=_said, required=True, help="为什么不能用工作证")
def staff_code(settings: Path, terminal: str, role: str, asked: str, issuer: str, reason: str) -> None:
    """发一个一次性登录码，可以在电话里念。先记下是谁、为什么，再显示。"""
    wanted = Request(terminal, Role(role), Purpose.SIGN_IN, asked, issuer, reason)
    with _ledger(settings, terminal) as ledger:
        try:
            issued = ledger.issue(wanted, datetime.now(CHINA))
        except NoCodeError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"一次性登录码：{grouped(issued.code)}")
    click.echo(f"终端 {terminal}，{WORDS[wanted.role]}，只能用一次，{issued.slot.ends:%m月%d日 %H:%M} 前有效；已记入中心台账。")
    click.echo("请先回拨登记的电话核实本人，再逐组念给他；不要用短信、微信发送。")


@contextmanager
def _ledger(settings: Path, terminal: str) -> Iterator[Ledger]:
    """The ledger of a centre that knows ``terminal``; whatever is wrong is one sentence."""
    try:
        centre = read(settings, CentreSettings)
        if centre.staff is None:
            raise SettingsError(f"设置文件 {settings} 里没有 [staff] secret_file，不能发一次性登录码")
        if terminal not in {entry.id for entry in centre.terminals}:
            raise SettingsError(f"终端 {terminal} 没有登记在 {settings} 里")
        text, value = secret(centre.staff.secret_file), b""
        with suppress(ValueError):
            value = bytes.fromhex(text)
        if len(value) != 32:
            raise SettingsError(f"{centre.staff.secret_file} 不是一次性登录码的密钥（应为 64 位十六进制）")
        centre.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        ledger = Ledger(centre.data / "staff.db", StaffKey(value))
    except (SettingsError, OSError) as error:
        raise click.ClickException(str(error)) from None
    try:
        yield ledger
    finally:
        ledger.close()

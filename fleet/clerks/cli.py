"""``tongban centre clerk …``: clerks' accounts from the command line, for a party whose administrators are not there yet."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click
import segno

from domain.staff.duties import WORDS, Duty
from fleet.clerks import accounts
from fleet.clerks.accounts import Told
from fleet.people.accounts import AccountError
from fleet.people.cli import database, whoever

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_PARTY = click.argument("party")
_LOGIN = click.argument("login", metavar="工号")
_WHY = click.option("--why", required=True, help="为什么（记入操作记录）")
_DUTY = click.option(
    "--duty",
    "duties",
    multiple=True,
    required=True,
    type=click.Choice([duty.value for duty in Duty]),
    callback=lambda _context, _option, values: tuple(Duty(value) for value in values),
    help="岗位，可以写几次",
)
_HALL = click.option("--hall", help="只在这个大厅（终端设置里的 hall）；不写是全部大厅")
_PASSWORD = click.option("--password", default="", help="本人自己选的密码；不写由系统生成")


_T = TypeVar("_T")


def _one(command: Callable[..., None]) -> Callable[..., None]:
    """Of one account: whose, and why."""
    for said in (_WHY, _LOGIN, _PARTY, _SETTINGS):
        command = said(command)
    return command


def _done(act: Callable[..., _T], settings: Path, party: str, login: str, *more: Any, why: str, **named: Any) -> _T:
    """``act`` of :mod:`fleet.clerks.accounts`, by whoever sits here, now."""
    with database(settings) as store, store.transaction() as db:
        return act(db, party, login, *more, time.time(), whoever(), why, **named)


@click.group()
def clerk() -> None:
    """工作人员账号：在窗口终端、收件窗口、专窗登录的人。平时由签约方管理员在网页上管。"""


@clerk.command()
@_one
@click.option("--name", required=True, help="姓名")
@_DUTY
@_HALL
@_PASSWORD
def add(
    settings: Path, party: str, login: str, name: str, duties: tuple[Duty, ...], hall: str | None, password: str, why: str
) -> None:
    """建一个账号，显示密码和动态验证码的二维码（只显示这一次）。"""
    _show(_done(accounts.add, settings, party, login, name, duties, why=why, hall=hall, password=password))


@clerk.command()
@_one
@click.option("--name", required=True, help="姓名")
@_DUTY
@_HALL
def change(settings: Path, party: str, login: str, name: str, duties: tuple[Duty, ...], hall: str | None, why: str) -> None:
    """改姓名、岗位、大厅：按这次写的为准。"""
    _done(accounts.change, settings, party, login, name, duties, hall, why=why)


@clerk.command()
@_one
@_PASSWORD
def reset(settings: Path, party: str, login: str, password: str, why: str) -> None:
    """重设密码和动态验证码。"""
    _show(_done(accounts.reset, settings, party, login, why=why, password=password))


@clerk.command()
@_one
def lock(settings: Path, party: str, login: str, why: str) -> None:
    """锁定：几分钟内在各处退出，直到解除。"""
    _done(accounts.lock, settings, party, login, why=why)


@clerk.command()
@_one
def unlock(settings: Path, party: str, login: str, why: str) -> None:
    """解除锁定。"""
    _done(accounts.lock, settings, party, login, why=why, locked=False)


@clerk.command()
@_one
def end(settings: Path, party: str, login: str, why: str) -> None:
    """停用：不能恢复，工号不再发给别人。"""
    _done(accounts.end, settings, party, login, why=why)


@clerk.command()
@_one
@click.argument("serial", default="")
def badge(settings: Path, party: str, login: str, serial: str, why: str) -> None:
    """绑定工作证：SERIAL 是证书序列号（十六进制）；不写就解除绑定。"""
    _done(accounts.bind, settings, party, login, serial, why=why)


@clerk.command("import")
@_SETTINGS
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@_WHY
def import_(settings: Path, file: TextIO, why: str) -> None:
    """一次建许多账号：FILE 是 CSV，每行 签约方,工号,姓名,岗位,大厅,密码,工作证；岗位之间用分号，后三列可以空着。

    输出也是 CSV：签约方,工号,密码,动态验证码地址，只输出这一次。有一行不对，一个也不建。
    """
    out = csv.writer(sys.stdout)
    with database(settings) as store, store.transaction() as db:
        made = []
        for number, row in enumerate(csv.reader(file), 1):
            if not row:
                continue
            try:
                party, login, name, duties, hall, password, serial = (cell.strip() for cell in (*row, *("",) * (len(row) == 6)))
                held = [Duty(one.strip()) for one in duties.split(";")]
                now, by = time.time(), whoever()
                made.append((party, accounts.add(db, party, login, name, held, now, by, why, hall=hall or None, password=password)))
                if serial:
                    accounts.bind(db, party, login, serial, now, by, why)
            except AccountError as error:
                raise AccountError(f"第 {number} 行：{error}") from None
            except ValueError:
                raise AccountError(f"第 {number} 行：要六列或七列，岗位是 {'、'.join(duty.value for duty in Duty)}") from None
    for party, told in made:
        out.writerow((party, told.login, told.password, told.address))


@clerk.command("list")
@_SETTINGS
@_PARTY
def list_(settings: Path, party: str) -> None:
    """列出一个签约方的账号。"""
    with database(settings) as store, store.reading() as db:
        for one in accounts.of(db, party):
            state = "已停用" if one.ended else "锁定" if one.locked else "可用"
            duties = "、".join(WORDS[duty] for duty in one.duties)
            click.echo(f"{one.login}  {one.name}  {duties}  {one.hall or '全部大厅'}  {one.badge or '没有工作证'}  {state}")


def _show(told: Told) -> None:
    click.echo(f"{told.login} 的密码：{told.password}")
    click.echo("请本人用手机上的验证器（支持 TOTP 的应用）扫这个码，或输入下面的地址：")
    segno.make(told.address, error="l").terminal(compact=True)
    click.echo(told.address)

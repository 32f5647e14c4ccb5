"""Commands for the first account and for whoever is shut out; the rest is done at the console."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import segno

from fleet.opening import opened
from fleet.overview import local_time
from fleet.people import accounts, anchor, record, tokens
from fleet.people.accounts import AccountError
from fleet.people.rights import ALL, WORDS, Grant, Role
from fleet.settings import CentreSettings, read
from fleet.store import Store

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_WHY = click.option("--why", required=True, help="为什么（记入操作记录）")
_PASSWORD = click.option("--password", prompt="密码", hide_input=True, confirmation_prompt="再输一遍")


def _grant(_ctx: click.Context, _param: click.Parameter, value: str) -> Grant:
    return _read(value)


def _read(value: str) -> Grant:
    role, _, party = value.partition("@")
    try:
        return Grant(Role(role), party or ALL)
    except ValueError:
        raise click.BadParameter(f"应为 权限@签约方，权限是 {'、'.join(f'{r.value}（{w}）' for r, w in WORDS.items())}") from None


@click.group()
def person() -> None:
    """一览页的账号：第一个账号在这里建，以后在网页上管。"""


@person.command()
@_SETTINGS
@click.argument("login")
@click.option("--name", required=True, help="姓名")
@click.option("--grant", "given", multiple=True, required=True, help="权限@签约方，如 party-admin@*；* 是全部签约方。可以写几次")
@_PASSWORD
def add(settings: Path, login: str, name: str, given: tuple[str, ...], password: str) -> None:
    """建一个账号，显示动态验证码的二维码（只显示这一次）。"""
    with database(settings) as store, store.transaction() as db:
        address = accounts.add(db, login, name, password, time.time(), whoever())
        for one in given:
            accounts.grant(db, login, _read(one), time.time(), whoever())
    _show(address)


@person.command()
@_SETTINGS
@click.argument("login")
@_PASSWORD
def reset(settings: Path, login: str, password: str) -> None:
    """重设密码和动态验证码；这个账号的登录全部结束。"""
    with database(settings) as store, store.transaction() as db:
        address = accounts.reset(db, login, password, time.time(), whoever())
    _show(address)


@person.command()
@_SETTINGS
@click.argument("login")
@click.argument("given", callback=_grant)
def grant(settings: Path, login: str, given: Grant) -> None:
    """再给一个账号一项权限：GIVEN 是 权限@签约方。"""
    with database(settings) as store, store.transaction() as db:
        accounts.grant(db, login, given, time.time(), whoever())


@person.command("list")
@_SETTINGS
def list_(settings: Path) -> None:
    """列出账号。"""
    with database(settings) as store, store.reading() as db:
        for one in accounts.people(db):
            granted = "、".join(f"{WORDS[g.role]}@{g.party}" for g in one.grants) or "没有权限"
            click.echo(f"{one.login}  {one.name}  {granted}{'  停用' if one.disabled else ''}")


@click.group()
def token() -> None:
    """给程序用的令牌：属于一个账号，权限不超过这个账号，有期限，可以撤销。"""


@token.command("add")
@_SETTINGS
@click.argument("login")
@click.argument("name")
@click.option("--grant", "given", multiple=True, required=True, help="权限@签约方，如 viewer@*；可以写几次")
@click.option("--days", default=90, show_default=True, help="有效多少天")
@_WHY
def add_token(settings: Path, login: str, name: str, given: tuple[str, ...], days: int, why: str) -> None:
    """给账号 LOGIN 做一个令牌，NAME 写是哪个程序用。令牌只显示这一次。"""
    with database(settings) as store, store.transaction() as db:
        made = tokens.make(db, login, name, [_read(one) for one in given], days, time.time(), whoever(), why)
    click.echo(made)


@token.command("list")
@_SETTINGS
def list_tokens(settings: Path) -> None:
    """列出有效的令牌。"""
    with database(settings) as store, store.reading() as db:
        for one in tokens.living(db, time.time()):
            granted = "、".join(f"{WORDS[g.role]}@{g.party}" for g in one.grants)
            used = f"最近用于 {local_time(one.used)}" if one.used is not None else "没有用过"
            click.echo(f"{one.id}  {one.owner}  {one.name}  {granted}  到 {local_time(one.expires)}  {used}")


@token.command("revoke")
@_SETTINGS
@click.argument("id_", metavar="ID")
@_WHY
def revoke_token(settings: Path, id_: str, why: str) -> None:
    """撤销一个令牌，马上失效。"""
    with database(settings) as store, store.transaction() as db:
        tokens.revoke(db, id_, time.time(), whoever(), why)


@click.command("record")
@_SETTINGS
def record_(settings: Path) -> None:
    """核对操作记录：前后是否相连，和签发机构目录里定时记下的摘要对不对得上。最后一条的摘要请另外存放。"""
    with database(settings) as store, store.reading() as db:
        folder = read(settings, CentreSettings).authority.folder
        at, last, lost = record.broken(db), record.lines(db, 1), anchor.adrift(db, folder)
        if at is None and lost is None and folder.is_dir():
            anchor.drop(db, folder, time.time())
    if at is not None:
        raise click.ClickException(f"从第 {at} 条起，记录被改动过或缺失")
    if lost is not None:
        raise click.ClickException(f"{local_time(lost.at)} 记录有 {lost.position} 条，现在对不上：结尾被截掉过，或整个重写过")
    click.echo(f"共 {last[0].position if last else 0} 条，前后相连。最后一条的摘要：{last[0].hash if last else record.FIRST}")


@contextmanager
def database(settings: Path) -> Iterator[Store]:
    """Whatever is wrong is one sentence."""
    with opened(settings) as (_centre, store):
        try:
            yield store
        except AccountError as error:
            raise click.ClickException(str(error)) from None


def whoever() -> str:
    return f"root:{getpass.getuser()}"[:60]


def _show(address: str) -> None:
    click.echo("用手机上的验证器（支持 TOTP 的应用）扫这个码，或输入下面的地址：")
    segno.make(address, error="l").terminal(compact=True)
    click.echo(address)

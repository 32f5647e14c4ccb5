"""Commands of the authority. They may be used while the centre runs: the books keep them apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
import segno

from fleet.authority import broker as mosquitto
from fleet.authority import cluster
from fleet.authority.authority import CODE_LIFE, Authority
from fleet.authority.keys import Folder
from fleet.settings import CentreSettings, SettingsError, read

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_P = ParamSpec("_P")


def _said(command: Callable[_P, None]) -> Callable[_P, None]:
    """What goes wrong is one line for the operator."""

    @wraps(command)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (SettingsError, ValueError, OSError) as error:
            raise click.ClickException(str(error)) from None

    return guarded


@click.command("init-ca")
@_SETTINGS
@_said
def init_ca(settings: Path) -> None:
    """建立签发机构（只做一次）。设置文件里 [authority] 写明放在哪里、服务器叫什么。"""
    centre = read(settings, CentreSettings)
    now = datetime.now(UTC)
    folder = _folder(centre)
    ca = folder.make(centre.authority.within or centre.authority.names, now)
    folder.keep_servers(ca, centre.authority.names, now)
    folder.keep_orders(ca, now)
    authority = _authority(centre)
    try:
        authority.write_revoked()
    finally:
        authority.close()
    click.echo(f"签发机构已建立：{folder.path}，有效期到 {ca.certificate.not_valid_after_utc:%Y-%m-%d}。请离线备份 {folder.key}。")


@click.command("enrol-code")
@_SETTINGS
@click.argument("terminal")
@click.option("--plain", is_flag=True, help="只输出登记码一行")
@_said
def enrol_code(settings: Path, terminal: str, plain: bool) -> None:
    """给一台终端发一次性登记码（24 小时内有效，用一次；以前没用的作废）。"""
    authority = _authority(read(settings, CentreSettings))
    try:
        code = authority.new_code(terminal)
    finally:
        authority.close()
    click.echo(str(code))
    if not plain:
        segno.make(str(code), error="m", micro=False).terminal(compact=True)
        click.echo(f"终端 {terminal} 的登记码，{CODE_LIFE / 3600:.0f} 小时内有效，只能用一次。当面或打电话告诉装机人员，不要留底。")


@click.command("revoke")
@_SETTINGS
@click.argument("terminal")
@_said
def revoke(settings: Path, terminal: str) -> None:
    """吊销一台终端的证书：接口立刻拒绝它，消息代理断开它。"""
    centre = read(settings, CentreSettings)
    authority = _authority(centre)
    try:
        count = authority.revoke(terminal)
        told = mosquitto.tell(centre.broker)
        borrowed = _folder(centre).borrowed(authority.ca, terminal, datetime.now(UTC))
        ended = mosquitto.take_over(centre.broker, terminal, borrowed)
        Path(str(borrowed.identity)).unlink(missing_ok=True)
    finally:
        authority.close()
    click.echo(f"已吊销 {terminal} 的 {count} 张证书，接口从现在起拒绝它。")
    if not told:
        click.echo("消息代理没有通知到：请重新加载它（systemctl reload mosquitto），吊销名单才在那里生效。", err=True)
        click.echo("几个代理或集群：再运行 broker-config，把吊销名单放到每一台。", err=True)
    if not ended:
        click.echo("消息代理连不上：现有的连接没有断开。中心已不再接受它的消息。", err=True)


@click.command("broker-config")
@_SETTINGS
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", default="", help="只在这个地址上监听；不写就是本机全部地址")
@click.option("--user", default=None, help="消息代理以哪个用户运行；不写就是当前用户")
@_said
def broker_config(settings: Path, folder: Path, host: str, user: str | None) -> None:
    """写消息代理的配置：双向证书、吊销、权限表、队列上限。

    [broker] kind 是 rabbitmq 或 ejabberd 时，FOLDER 里每个节点一个文件夹，整个放到那个节点的 /etc/rabbitmq 或 /etc/ejabberd。
    """
    centre = read(settings, CentreSettings)
    authority = _authority(centre)
    try:
        authority.write_revoked()
        revoked = sorted(authority.barred())
        _folder(centre).keep_servers(authority.ca, centre.authority.names, datetime.now(UTC))
    finally:
        authority.close()
    if centre.broker.kind != "mosquitto":
        made = cluster.write(folder, _folder(centre), centre, revoked)
        for one in made:
            click.echo(f"{one}：放到节点 {one.name} 的 {cluster.PLACES[centre.broker.kind]}，{cluster.COOKIE} 放到服务的主目录")
        return
    written = mosquitto.write_configuration(folder.absolute(), _folder(centre), port=centre.broker.port, host=host, user=user)
    click.echo(f"已写好 {written}。启动：mosquitto -c {written}")


@click.command("new-order-key")
@_SETTINGS
@_said
def new_order_key(settings: Path) -> None:
    """换一把签发命令用的密钥（怀疑泄露时）。终端收到新密钥签的第一条消息后，旧密钥签的一概拒绝；终端上什么都不用做。"""
    centre = read(settings, CentreSettings)
    folder = _folder(centre)
    folder.keep_orders(folder.load(), datetime.now(UTC), anew=True)
    click.echo(f"已换新：{folder.path / 'orders.pem'}。中心从下一条命令起用它，不用重启。")


@click.command("window-certificate")
@_SETTINGS
@click.argument("name")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_said
def window_certificate(settings: Path, name: str, folder: Path) -> None:
    """给窗口终端（或收件窗口）的页面签发证书：NAME 是职员在浏览器里输入的名称或地址，证书和私钥写到 FOLDER。"""
    centre = read(settings, CentreSettings)
    certificate, key = _folder(centre).serve(_folder(centre).load(), name, folder, datetime.now(UTC))
    click.echo(f"已写好 {certificate} 和 {key}。私钥只放到那一台机器上（权限 600），别处不留底。")


def _folder(centre: CentreSettings) -> Folder:
    return Folder(centre.authority.folder, centre.authority.passphrase_file)


def _authority(centre: CentreSettings) -> Authority:
    return Authority(_folder(centre), {entry.id for entry in centre.terminals})

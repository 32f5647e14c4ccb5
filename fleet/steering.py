"""Commands of the operator: what terminals are to do (``tongban centre command``) and to have (``catalogue``, ``settings``,
``notice``).

They write into the centre's database and end; the running centre carries it out. Who and why are always written down.
"""

from __future__ import annotations

import getpass
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
import msgspec

from fleet import desired as wanted
from fleet import given, words
from fleet.documents import reading
from fleet.opening import opened
from fleet.overview import BEIJING, local_time
from fleet.people import record
from fleet.rollout import bodies
from fleet.rollout.audience import groups_of
from fleet.settings import CentreSettings
from fleet.storage.chosen import Stores
from fleet.store import Store
from mqtt.commands import OPERATIONS, Operation, OutOfService, operation
from mqtt.wire import ContractError

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_WHY = click.option("--why", required=True, help="为什么（记入日志）")
_BY = click.option("--by", default=getpass.getuser, show_default="当前用户", help="谁（记入日志）")
_TO = click.option("--to", "target", default=wanted.ALL, show_default="全部终端", help="终端编号、@组名，或 *")
_FROM = click.option("--from", "since", default=None, help="从什么时候起用，如 2026-12-01T08:00；不写就是马上")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@click.group()
def command() -> None:
    """给终端下命令：签名、有期限、只做一次，送到为止。"""


@command.command()
@_SETTINGS
@click.argument("terminal")
@click.argument("op", type=click.Choice(sorted(OPERATIONS)))
@click.argument("arguments", nargs=-1)
@click.option("--until", default=None, help="out-of-service：到什么时候自动恢复")
@click.option("--within", default="1h", show_default=True, help="有效期（s、m、h、d），过期不做")
@_WHY
@_BY
def send(
    settings: Path, terminal: str, op: str, arguments: tuple[str, ...], until: str | None, within: str, why: str, by: str
) -> None:
    """下一条命令。restart-device 要写设备（idcard、printer…），out-of-service 要写公告文字。"""
    with _store(settings) as (centre, store):
        if terminal not in {entry.id for entry in centre.terminals}:
            raise ValueError(f"中心的设置里没有登记终端 {terminal}")
        do = _operation(op, arguments, until)
        with store.transaction() as db:
            id_ = given.give(db, terminal, do, by, why, time.time(), _seconds(within))
    click.echo(id_)


@command.command("list")
@_SETTINGS
@click.argument("terminal", required=False)
def list_(settings: Path, terminal: str | None) -> None:
    """最近的命令，新的在前。"""
    with _store(settings) as (_, store), store.reading() as db:
        rows = db.execute(
            "SELECT * FROM commands WHERE ?1 IS NULL OR terminal = ?1 ORDER BY made DESC LIMIT 100", (terminal,)
        ).fetchall()
    for row in rows:
        said = "；".join(part for part in (words.reason(row["reason"]), row["detail"]) if part)
        state = words.COMMAND_STATES[row["state"]]
        click.echo(f"{local_time(row['made'])}  {row['terminal']}  {row['op']}  {state}{'：' + said if said else ''}  {row['id']}")


@command.command()
@_SETTINGS
@click.argument("id_", metavar="ID")
def show(settings: Path, id_: str) -> None:
    """一条命令的全部经过：谁、为什么、每一步的时间。"""
    with _store(settings) as (_, store), store.reading() as db:
        row = db.execute("SELECT * FROM commands WHERE id = ?", (id_,)).fetchone()
        log = db.execute("SELECT * FROM command_log WHERE command = ? ORDER BY position", (id_,)).fetchall()
    if row is None:
        raise click.ClickException("没有这条命令")
    until, asked = local_time(row["expires"]), bytes(row["body"]).decode()
    click.echo(f"{row['terminal']}  {row['op']}  {asked}  有效到 {until}，送过 {row['sends']} 次")
    for line in log:
        said = "  ".join(part for part in (line["by"], words.reason(line["reason"])) if part)
        click.echo(f"  {local_time(line['at'])}  {words.COMMAND_STATES[line['state']]}  {said}")
    if row["detail"]:
        click.echo(f"  {row['detail']}")


@command.command()
@_SETTINGS
@click.argument("id_", metavar="ID")
@_WHY
@_BY
def cancel(settings: Path, id_: str, why: str, by: str) -> None:
    """取消一条终端还没有接受的命令。"""
    with _store(settings) as (_, store), store.transaction() as db:
        given.cancel(db, id_, by, why, time.time())
    click.echo("已取消")


@command.command()
@_SETTINGS
@click.argument("id_", metavar="ID")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def bundle(settings: Path, id_: str, file: Path) -> None:
    """把 support-bundle 命令收到的支持包（zip）存成文件。"""
    with _store(settings) as (centre, store):
        with store.reading() as db:
            row = db.execute(
                "SELECT detail FROM commands WHERE id = ? AND op = 'support-bundle' AND state = 'succeeded'", (id_,)
            ).fetchone()
        if row is None:
            raise ValueError("没有这条命令，或支持包还没有送到")
        with reading(Stores(centre).documents().open(row["detail"])) as chunks, file.open("wb") as out:
            out.writelines(chunks)
    click.echo(f"已存到 {file}")


@click.group()
def catalogue() -> None:
    """向终端发布事项目录。"""


@catalogue.command("publish")
@_SETTINGS
@click.argument("file", type=_FILE)
@click.argument("openings", type=_FILE, required=False)
@_TO
@_FROM
@_WHY
@_BY
def publish_catalogue(settings: Path, file: Path, openings: Path | None, target: str, since: str | None, why: str, by: str) -> None:
    """发布一份目录：签名的目录包 FILE（tongban catalogue pack 打的）；演示目录是事项 FILE 和开通 OPENINGS 两个文件。

    先在这里查过，才发出去。要退回，就把旧的再发布一次。
    """
    with _store(settings) as (centre, _):
        root = centre.catalogue_root
    today = datetime.now(BEIJING).date()
    with _checked():
        made = bodies.catalogue(file.read_bytes(), openings.read_bytes() if openings else None, root, today)
    publish_body(settings, made, target, since, by, why)
    click.echo(made.title)


@click.group("settings")
def remote_settings() -> None:
    """向终端发布设置（只限电话、查询地址和各种时限）。"""


@remote_settings.command("set")
@_SETTINGS
@click.argument("values", nargs=-1, metavar="名称=值…")
@_TO
@_FROM
@_WHY
@_BY
def set_settings(settings: Path, values: tuple[str, ...], target: str, since: str | None, why: str, by: str) -> None:
    """phone、complaint、query、visit.idle_warning 等。每次发布都是整份：没写的项回到终端自己的设置。"""
    given: dict[str, str] = {}
    for value in values:
        name, mark, text = value.partition("=")
        if not mark:
            raise click.ClickException(f"“{value}”不是 名称=值")
        given[name] = text
    with _checked():
        made = bodies.settings(given)
    publish_body(settings, made, target, since, by, why)


@click.group()
def notice() -> None:
    """公告：显示在终端的欢迎页上。"""


@notice.command("publish")
@_SETTINGS
@click.argument("texts", nargs=-1)
@click.option("--since", "begins", default=None, help="从什么时候起显示；不写就是马上")
@click.option("--until", "ends", default=None, help="到什么时候为止")
@_TO
@_WHY
@_BY
def publish_notice(
    settings: Path, texts: tuple[str, ...], begins: str | None, ends: str | None, target: str, why: str, by: str
) -> None:
    """发布公告，一段文字一条，代替以前的全部公告；英文写在 | 后面；不写文字就是撤下全部。"""
    with _checked():
        made = bodies.notices(texts, _time(begins) if begins else None, _time(ends) if ends else None)
    publish_body(settings, made, target, None, by, why)


def publish_body(settings: Path, made: bodies.Body, target: str, since: str | None, by: str, why: str) -> None:
    """At once, to everybody it names; says the revision."""
    with _store(settings) as (centre, store):
        groups = {f"@{group}" for entry in centre.terminals for group in groups_of(entry.groups, entry.party)}
        if target != wanted.ALL and target not in groups and target not in {entry.id for entry in centre.terminals}:
            raise ValueError(f"没有终端或组 {target}")
        when = _time(since) if since else None
        kept = bodies.keep(Stores(centre).bodies(), made)
        with store.transaction() as db:
            rev = wanted.publish(db, made.what, target, kept.sha256, kept.size, when, by, why, time.time())
            record.write(db, time.time(), by, "publish", f"{made.what} {target}", why, str(rev))
    click.echo(f"已发布，修订号 {rev}")


@contextmanager
def _checked() -> Iterator[None]:
    try:
        yield
    except bodies.NoBodyError as error:
        raise click.ClickException(str(error)) from None


def _operation(op: str, arguments: tuple[str, ...], until: str | None) -> Operation:
    names = [name for name in OPERATIONS[op].__struct_fields__ if name != "until"]
    if len(names) != len(arguments):
        raise ValueError(f"{op} 要写：{'、'.join(names) or '什么都不写'}")
    if until is not None and OPERATIONS[op] is not OutOfService:
        raise ValueError("--until 只用于 out-of-service")
    tree = {"op": op, **dict(zip(names, arguments, strict=True)), **({"until": _time(until)} if until else {})}
    return operation(msgspec.Raw(msgspec.json.encode(tree)))


def _seconds(text: str) -> float:
    found = re.fullmatch(r"([0-9]+)([smhd])", text)
    if found is None:
        raise ValueError(f"“{text}”不是时长，例如 90s、15m、2h、1d")
    return int(found[1]) * _UNITS[found[2]]


def _time(text: str) -> str:
    """RFC 3339; without an offset it is Beijing time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"“{text}”不是时间，例如 2026-12-01T08:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=BEIJING)).isoformat(timespec="seconds")


@contextmanager
def _store(path: Path) -> Iterator[tuple[CentreSettings, Store]]:
    """The centre's settings and database, for one command; what goes wrong is one line for the operator."""
    with opened(path) as (centre, store):
        try:
            yield centre, store
        except ContractError as error:
            raise click.ClickException(f"内容不合约定：{error}") from None

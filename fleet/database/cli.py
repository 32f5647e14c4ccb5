"""``tongban centre move-to-postgresql``."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import click

from domain.durable import write_durably
from fleet.database.sqlite import moved
from fleet.settings import CentreSettings, SettingsError, read


@click.command("move-to-postgresql")
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def move_to_postgresql(settings: Path) -> None:
    """把停下的中心从 SQLite 文件搬进设置里 [database] 写的空数据库；旧文件不动，中断了可以重来。终端把事件留着，不会丢。"""
    from fleet.database.moving import move

    try:
        centre = read(settings, CentreSettings)
        if centre.database is None:
            raise SettingsError(f"{settings} 里没有 [database]，不知道搬到哪里")
        file, began = centre.data / "centre.db", time.monotonic()
        done = move(file, str(centre.where), lambda table, rows: click.echo(f"  {table}：{rows} 行") if rows else None)
        write_durably(
            moved(file), f"{datetime.now().astimezone().isoformat(timespec='seconds')} {centre.database.conninfo}\n".encode()
        )
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    if done.again:
        click.echo("以前已经搬完，这次什么都没做。")
    else:
        click.echo(
            f"搬完了：{done.tables} 张表，{done.rows} 行，逐表核对一致，用了 {time.monotonic() - began:.0f} 秒。现在可以启动中心。"
        )
    if done.mended:
        click.echo(f"有 {done.mended} 处文字里有不能存的字符（U+0000），已换成“␀”。")
    click.echo(f"旧文件 {file} 没有动过，确认无误后请移走保管。")

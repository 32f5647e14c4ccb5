"""``tongban centre backup`` and ``tongban centre restore``."""

from __future__ import annotations

import getpass
import time
from contextlib import closing
from pathlib import Path

import click

from fleet.backup.archive import backup as make
from fleet.backup.contents import BackupError, Manifest
from fleet.backup.restore import check
from fleet.backup.restore import restore as put_back
from fleet.opening import store_of
from fleet.people import record
from fleet.settings import CentreSettings, SettingsError, read

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_ARCHIVE = click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@_SETTINGS
@_ARCHIVE
def backup(settings: Path, archive: Path) -> None:
    """把中心的全部数据做成一个备份 ARCHIVE（tar），中心不用停。里面有密钥，请像密钥一样保管。"""
    try:
        made = make(settings, archive, time.time())
        with closing(store_of(read(settings, CentreSettings))) as store, store.transaction() as db:
            record.write(db, time.time(), _by(), "backup", archive.name[:80], result=f"{len(made.files)} files")
    except (BackupError, SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"已备份到 {archive}：{_told(made)}")
    _complain(made)


@click.command()
@_ARCHIVE
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--check", "only", is_flag=True, help="只核对备份是否完整，什么都不写")
def restore(archive: Path, settings: Path | None, only: bool) -> None:
    """把备份放回去：设置文件 SETTINGS 没有就用备份里的；它写的目录必须是空的。先核对，全对才放。"""
    if not only and settings is None:
        raise click.UsageError("要写设置文件（或 --check）")
    try:
        found = check(archive) if only or settings is None else put_back(archive, settings, time.time(), _by())
    except (BackupError, SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{'备份完整' if only else '已恢复'}：{_told(found)}")
    _complain(found)


def _told(found: Manifest) -> str:
    size = sum(entry.size for entry in found.files) / 1e6
    return f"{found.made} 的，{len(found.files)} 个文件，{size:.1f} MB，数据库版本 {found.revision}"


def _complain(found: Manifest) -> None:
    """Whatever was not as it should be when the archive was made is said each time, and is not a success."""
    if found.bucket:
        click.echo(f"密封材料不在这份备份里，在存储桶 {found.bucket}；桶要由存储管理员另行备份")
        if not found.looked:
            click.echo("做备份时存储桶连不上，没有核对数据库记的材料是不是都在桶里", err=True)
            raise SystemExit(1)
    if found.damaged:
        click.echo(f"备份时磁盘上缺失或损坏的材料有 {len(found.damaged)} 份：", err=True)
        for name in found.damaged[:20]:
            click.echo(f"  {name}", err=True)
        raise SystemExit(1)


def _by() -> str:
    return f"root:{getpass.getuser()}"[:60]

"""``tongban guides``: the catalogue as pages for everybody."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from domain.catalogue.catalogue import CatalogueDamagedError, load
from ui.public.site import write

_CHINA = timedelta(hours=8)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--items", type=click.Path(dir_okay=False, path_type=Path), help="事项目录文件；不写用程序自带的演示目录。")
@click.option("--openings", type=click.Path(dir_okay=False, path_type=Path), help="开通范围文件，与 --items 一起写。")
@click.option("--phone", default="", help="指南上的咨询电话。")
def guides(folder: Path, items: Path | None, openings: Path | None, phone: str) -> None:
    """把事项目录和办事指南写成网页，放进 FOLDER，供网站公布或拷贝带走。

    FOLDER 整个换新：写到一半断电，原来的还在。终端设置里的 terminal.guides 填公布以后的网址，
    终端上指南的二维码就指向它。
    """
    if (items is None) != (openings is None):
        raise click.UsageError("--items 和 --openings 要一起写")
    today = (datetime.now(UTC) + _CHINA).date()
    try:
        catalogue = load(items, openings) if items and openings else load()
        count = write(folder, catalogue, phone, today)
    except (CatalogueDamagedError, OSError) as error:
        click.echo(f"没有写成：{error}", err=True)
        sys.exit(1)
    click.echo(f"目录 {catalogue.version}：{count} 页，在 {folder}")

"""Commands for the counts of reports: made again where they are not believed."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import click

from fleet.opening import opened
from fleet.reports import making


@click.command("recount")
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--since", type=click.DateTime(("%Y-%m-%d",)), required=True, help="从哪一天起重新统计（整月）")
def recount(settings: Path, since: datetime) -> None:
    """报表的数从 --since 那个月起重新统计一遍；中心运行时也可以用，重复几遍结果一样。"""
    with opened(settings) as (_centre, store):
        making.forget(store, since.date().replace(day=1))
        making.refresh(store, time.time())
    click.echo("统计好了。")

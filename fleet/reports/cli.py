"""Commands for the counts of reports: made again where they are not believed."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import click

from fleet.reports import making
from fleet.settings import CentreSettings, SettingsError, read
from fleet.store import Store


@click.command("recount")
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--since", type=click.DateTime(("%Y-%m-%d",)), required=True, help="从哪一天起重新统计（整月）")
def recount(settings: Path, since: datetime) -> None:
    """报表的数从 --since 那个月起重新统计一遍；中心运行时也可以用，重复几遍结果一样。"""
    try:
        store = Store(read(settings, CentreSettings).data / "centre.db")
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    try:
        making.forget(store, since.date().replace(day=1))
        making.refresh(store, time.time())
    finally:
        store.close()
    click.echo("统计好了。")

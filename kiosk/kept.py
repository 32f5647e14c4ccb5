"""``tongban kept``: what lies on this terminal, until when, by which rule. Read beside the running terminal; it names nobody."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import click

from domain.protection.retention import BY_CODE, of

_COUNTS = {
    "outbox": "SELECT (SELECT count(*) FROM document) + (SELECT count(*) FROM answer_document), "
    "(SELECT min(taken_at) FROM office_case WHERE NOT whole)",
    "entries": "SELECT count(*), min(taken_at) FROM office_case",
    "audit": "SELECT count(*), min(at) FROM audit",
}
LATE = timedelta(hours=72)
"""What the centre has not confirmed for so long is told of: it is never deleted, the case would be lost."""


@click.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def kept(settings: Path) -> None:
    """看这台终端上存着什么、存到什么时候、按哪条规则。SETTINGS 是设置文件（TOML）。"""
    from kiosk import settings as conf

    try:
        path = conf.load(settings).paths.data / "terminal.db"
        for line in lines(path, datetime.now().astimezone()):
            click.echo(line)
    except conf.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(78)
    except sqlite3.Error as error:
        raise click.ClickException(f"{path} 读不了：{error}") from None


def lines(path: Path, now: datetime) -> list[str]:
    """A line a rule. ``sqlite3.Error`` for a database that is not there or none."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        found = {code: db.execute(query).fetchone() for code, query in _COUNTS.items()}
    told = []
    for rule in of("terminal"):
        pieces, oldest = found.get(rule.code, (None, None))
        there = "不存" if pieces is None else f"现有 {pieces}" + (f"，最早 {oldest[:16]}" if oldest and pieces else "")
        told.append(f"{rule.what}：{rule.term}（{rule.reason}）。{there}")
    waits = found["outbox"][1]
    if waits and now - datetime.fromisoformat(waits) > LATE:
        told.append(f"注意：有办件超过 {LATE.days * 24} 小时还没有传到中心。没有确认的不会删除；请检查网络。")
    assert set(_COUNTS) <= set(BY_CODE)
    return told

"""``tongban centre sealed-copies``: what the recovery officers are handed, sealed as it lies at the centre."""

from __future__ import annotations

from pathlib import Path

import click

from domain.durable import write_durably
from fleet import database
from fleet.opening import opened
from fleet.storage.chosen import Stores


@click.command("sealed-copies")
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("party")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--case", "number", help="只要这一件办件的")
def sealed_copies(settings: Path, party: str, folder: Path, number: str | None) -> None:
    """把业务属地 PARTY 的密封材料（打不开的原样）抄到 FOLDER，每件办件一个文件夹，交恢复人员。中心可以照常运行。"""
    try:
        with opened(settings) as (centre, store), store.reading() as db:
            documents, rows = Stores(centre).documents(), _documents(db, party, number)
        copied, missing = 0, 0
        for case, digest in rows:
            try:
                sealed = documents.read(digest)
            except FileNotFoundError:
                missing += 1
                continue
            (folder / case).mkdir(parents=True, exist_ok=True)
            write_durably(folder / case / digest, sealed)
            copied += 1
    except OSError as error:
        raise click.ClickException(str(error)) from None
    cases = len({case for case, _ in rows})
    click.echo(f"{cases} 件办件，抄了 {copied} 份密封材料到 {folder}" + (f"；还有 {missing} 份没有到中心" if missing else ""))
    if not copied:
        raise click.ClickException("没有这样的材料")


def _documents(db: database.Connection, party: str, number: str | None) -> list[tuple[str, str]]:
    """(case, digest) of every document of ``party``'s cases."""
    return db.execute(
        "SELECT number, digest FROM cases JOIN (SELECT number, digest FROM case_documents "
        "UNION SELECT number, digest FROM act_documents) d USING (number) "
        "WHERE home = ?1 AND (?2 IS NULL OR number = ?2) ORDER BY 1, 2",
        (party, number),
    ).fetchall()

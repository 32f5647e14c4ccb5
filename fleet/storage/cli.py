"""``tongban centre storage``: whether a bucket will do, and moving what is stored into it or out of it."""

from __future__ import annotations

import getpass
import hashlib
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from fleet.documents import reading
from fleet.opening import opened
from fleet.people import record
from fleet.settings import CentreSettings, SettingsError, read
from fleet.storage.chosen import KINDS, Stores
from fleet.storage.copying import Copied, copy, sweep
from fleet.storage.port import StorageError

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_EVERY = 1000


@click.group()
def storage() -> None:
    """密封材料存在哪里：检查 S3 桶，在本机目录和桶之间搬。"""


@storage.command()
@_SETTINGS
def check(settings: Path) -> None:
    """试一试设置里的桶：写、读、列、删，核对内容，看有没有开版本控制。"""
    with _chosen(settings) as (centre, stores), tempfile.TemporaryDirectory() as folder:
        bucket, probe = stores.bucket("documents"), secrets.token_bytes(4096)
        name, file = f"check/{secrets.token_hex(8)}", Path(folder) / "probe"
        file.write_bytes(probe)
        try:
            bucket.put(name, file, hashlib.sha256(probe).hexdigest())
            click.echo("写：通过")
            with reading(bucket.open(name)) as chunks:
                found = b"".join(chunks)
            if found != probe:
                raise StorageError("damaged", "GET")
            click.echo("读：通过，内容一致")
            if [one.name for one in bucket.names("check")].count(name) != 1:
                raise StorageError("strange", "ListObjectsV2")
            click.echo("列：通过")
        finally:
            bucket.remove((name,))
        if bucket.size(name) is not None:
            raise StorageError("strange", "DeleteObject")
        click.echo("删：通过")
        assert centre.storage.bucket is not None
        click.echo(f"{centre.storage.bucket.endpoint} 的桶 {centre.storage.bucket.name} 可以用；没有开版本控制，或它不回答这个问题")


@storage.command("copy")
@_SETTINGS
@click.option("--to", type=click.Choice(["bucket", "folder"]), required=True, help="搬到桶里，还是搬回本机目录")
@click.option("--verify", is_flag=True, help="那边已有的也读出来核对一遍")
def copy_(settings: Path, to: str, verify: bool) -> None:
    """把密封材料和已发布的内容抄到另一处，逐份核对；中心可以照常运行，中断了再执行一次会接着抄。原处的不动。

    搬家的顺序：抄一遍；设置里 [storage] 写上新的 place 和 both = true，重启中心；再抄一遍，说“都在”；去掉 both，再重启。
    """
    with _chosen(settings) as (centre, stores), opened(settings) as (_, store):
        damaged: list[str] = []
        for kind in KINDS:
            folder, bucket = stores.folder(kind), stores.bucket(kind)
            source, target = (folder, bucket) if to == "bucket" else (bucket, folder)
            done = copy(source, target, centre.data / kind / "writing", verify, _progress)
            gone = sweep(store, target) if kind == "documents" else 0
            click.echo(_told("密封材料" if kind == "documents" else "已发布的内容", done, gone))
            damaged += done.damaged
        with store.transaction() as db:
            by = f"root:{getpass.getuser()}"[:60]
            record.write(db, time.time(), by, "storage.copy", to, result="damaged" if damaged else "done")
        if damaged:
            for name in damaged[:20]:
                click.echo(f"  {name}", err=True)
            raise click.ClickException(f"{len(damaged)} 份的内容和名称不符，没有抄，或抄去的已损坏")


def _progress(done: Copied) -> None:
    if (done.copied + done.there) % _EVERY == 0:
        click.echo(f"  抄了 {done.copied} 份，已有 {done.there} 份……")


def _told(what: str, done: Copied, gone: int) -> str:
    said = f"{what}：抄了 {done.copied} 份（{done.size / 1e6:.1f} MB），已有 {done.there} 份"
    said += f"，清掉到期已删的 {gone} 份" if gone else ""
    return said + ("，都在" if not done.damaged else f"，{len(done.damaged)} 份不对")


@contextmanager
def _chosen(path: Path) -> Iterator[tuple[CentreSettings, Stores]]:
    """What goes wrong is one line for the operator, with what to do."""
    try:
        centre = read(path, CentreSettings)
        stores = Stores(centre)
        try:
            yield centre, stores
        finally:
            stores.close()
    except (SettingsError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None

"""``tongban recover``: for the recovery officers, on a machine without a network. The guide: docs/guides/recovery.md."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from domain.sealing import BadKeyError, Recipient
from fleet.recovery import officers
from fleet.recovery.reseal import RecoveredError, RecoveredFolder, reseal

WHY = {
    "not_for_recovery": "没有密封给这把恢复密钥",
    "damaged": "密封件已损坏",
    "wrong_name": "文件名不是内容的摘要：改过，或不是密封件",
    "too_large": "过大",
    "unreadable": "读不出来",
}
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def recover() -> None:
    """签约方丢了私钥：在不联网的机器上，把它的密封材料改密封给新私钥。"""


@recover.command("new-key")
@click.argument("file", type=_FILE)
def new_key(file: Path) -> None:
    """生成恢复密钥，写到 FILE；口令只显示这一次。文件和口令由两个人分开保管。"""
    _offline()
    passphrase = officers.new_passphrase()
    try:
        public = officers.make(file, passphrase)
    except OSError as error:
        raise click.ClickException(f"{file} 写不了：{error.strerror}") from None
    click.echo(
        f'恢复密钥在 {file}。终端设置 [keys] 里写：\nrecovery = {{ key_id = "{public.key_id}", public = "{public.public}" }}'
    )
    click.echo(f"口令（抄两份，不与文件同放）：{passphrase}")


@recover.command("documents")
@click.argument("folder", type=_FOLDER)
@click.option("--key", required=True, type=_FILE, help="恢复密钥文件")
@click.option("--to-id", required=True, help="签约方新公钥的编号 key_id")
@click.option("--to", "public", required=True, help="签约方的新公钥 age1…")
@click.option("--out", required=True, type=_FOLDER, help="改密封后的材料放到哪里")
@click.password_option("--passphrase", prompt="恢复密钥的口令", confirmation_prompt=False, help="不写就当面问，不要写在命令行上")
def documents(folder: Path, key: Path, to_id: str, public: str, out: Path, passphrase: str) -> None:
    """把 FOLDER 里的密封材料改密封给新公钥，放到 --out；原件不动，明文不落盘。"""
    _offline()
    click.echo(f"请双方核对新公钥：{to_id} {public}")
    try:
        done = reseal(folder, officers.take(key, passphrase), Recipient(to_id, public), out)
    except BadKeyError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}：{error.strerror}") from None
    click.echo(f"已改密封 {len(done.recovered.documents)} 份，放在 {out}。清单指纹：{done.fingerprint}")
    for left in done.recovered.left:
        click.echo(f"没有改：{left.name}（{WHY[left.why]}）", err=True)
    if not done.recovered.documents:
        raise click.ClickException("一份也没有改成")


@recover.command("check")
@click.argument("folder", type=_FOLDER)
def check(folder: Path) -> None:
    """专窗收到恢复的材料后：说出清单指纹，与恢复人员当面或在电话里核对。"""
    try:
        found = RecoveredFolder(folder)
        for digest in found:
            found.document(digest)
    except RecoveredError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(found)} 份，与清单相符。清单指纹：{found.fingerprint}")


def _offline() -> None:
    """Says so when this machine has a way out: the key should not be used on such a one."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))  # TEST-NET-1: nothing is sent, only a route is looked for
    except OSError:
        return
    finally:
        probe.close()
    click.echo("注意：这台机器有通往网络的路由。恢复密钥只应在拔掉网线、关掉无线的机器上使用。", err=True)

"""``tongban program``: the publisher's part (a key, an archive and its signed manifest), and what staff do over SSH."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.program.manifest import ANY, Manifest, public_hex, sign
from kiosk.care import control
from kiosk.care.command import ask, line, load
from kiosk.care.control import NotRunningError
from kiosk.program.archive import BadArchiveError, pack
from kiosk.program.place import Programs, Trial, reads, stores
from kiosk.staff.port import Checked, Program

_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.group()
def program() -> None:
    """程序：打包和签名（发布者），看、现在就换、换回（现场，通过 SSH）。

    当前程序起不来、连这个命令也用不了时，用出厂的程序：tongban --factory program back 设置文件。
    """


@program.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="私钥写到哪个文件")
def key(out: Path) -> None:
    """生成发布者的密钥，输出公钥。私钥离线保管，不放在中心；公钥写进终端设置 [program] publisher 和中心设置 publisher。"""
    made = Ed25519PrivateKey.generate()
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{out}：{error.strerror}") from None
    with os.fdopen(handle, "w") as file:
        file.write(made.private_bytes_raw().hex() + "\n")
    click.echo(public_hex(made))


@program.command("pack")
@click.argument("tree", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--version", "version", required=True, help="版本号，只用数字和点，如 1.4.2；要比以前的大")
@click.option("--arch", type=click.Choice(["aarch64", "x86_64", ANY]), required=True, help="给哪种机器")
@click.option("--python", "python", required=True, help="给哪个 Python，如 3.13")
@click.option("--key", "key_file", type=_FILE, required=True, help="发布者的私钥（tongban program key 生成的）")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="放到哪个文件夹")
@click.option("--notes", default="", help="有什么新的，给工作人员看")
@click.option("--back", is_flag=True, help="已经是更新版本的终端也换成它")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="做成的日期，不写就是今天")
def pack_(
    tree: Path, version: str, arch: str, python: str, key_file: Path, out: Path, notes: str, back: bool, day: datetime | None
) -> None:
    """把 TREE（里面有 site/，和安装包里的一样）打成程序包，签名。同样的内容打出来的字节也一样。"""
    read = stores(tree / "site")
    if not read:
        raise click.ClickException(f"{tree} 里没有程序（site/kiosk/…）")
    out.mkdir(parents=True, exist_ok=True)
    name = f"tongban-{version}-{arch}-py{python}"
    archive = out / f"{name}.tar.xz"
    try:
        signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key_file.read_text("ascii").strip()))
        made = pack(tree, archive)
        fields: dict[str, Any] = {
            "v": 1,
            "version": version,
            "arch": arch,
            "python": python,
            "sha256": made.sha256,
            "size": made.size,
            "unpacked": made.unpacked,
            "files": made.files,
            "stores": read,
            "made": (day or datetime.now(UTC)).date(),
            "back": back,
            "notes": notes,
        }
        manifest = msgspec.convert(fields, Manifest)
        (out / f"{name}.jws").write_text(sign(manifest, signer) + "\n", "ascii")
    except (BadArchiveError, msgspec.ValidationError, ValueError, OSError) as error:
        archive.unlink(missing_ok=True)
        raise click.ClickException(str(error)) from None
    click.echo(f"{archive}  {made.files} 个文件，{made.size / 1e6:.1f} MB，SHA-256 {made.sha256}")
    click.echo(f"{out / name}.jws  和它一起交给中心：tongban centre program add")


@program.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def show(settings: Path) -> None:
    """正在运行的是哪个版本，哪个在等，能换回哪个，上一次为什么没有换成。"""
    found = msgspec.convert(ask(load(settings), "program"), Program)
    click.echo(f"正在运行：{found.runs}")
    phase = f"：{found.phase}" if found.phase else ""
    click.echo(f"等着换的：{'没有' if found.waits is None else found.waits + phase}")
    why = f"：不行，{found.back_refused}" if found.back_refused else ""
    click.echo(f"可以换回：{'没有' if found.back is None else found.back + why}")
    if found.refused:
        click.echo(f"上一次没有换成：{found.refused}\n    怎么办：{found.remedy}")


@program.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def take(settings: Path) -> None:
    """等着换的已经放好时，现在就换（没有人在办事的时候）。退出码：0 好，1 不行，69 终端没有运行。"""
    _do(settings, "program-take")


@program.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
def back(settings: Path) -> None:
    """换回上一个程序。终端没有运行、起不来时，直接改下一次启动哪一个。退出码同上。"""
    try:
        control.ask(load(settings).paths.runtime, "program")
    except NotRunningError:
        sys.exit(_back_without())
    _do(settings, "program-back")


def _do(settings: Path, what: str) -> None:
    done = msgspec.convert(ask(load(settings), what), Checked)
    line(done)
    sys.exit(0 if done.verdict == "passed" else 1)


def _back_without() -> int:
    """Beside no terminal: what the next start will be. The database is looked at by that program itself."""

    programs = Programs.here()
    named = programs.named if programs is not None else None
    if programs is None or named is None:
        click.echo("没有可以换回的：用的就是出厂的程序", err=True)
        return 1
    target = programs.before_of(named)
    if not reads(stores(programs.site_of(target)), stores(programs.site_of(named))):
        click.echo("换不回：数据已经由新程序升级过，上一个程序读不了", err=True)
        return 1
    try:
        if os.geteuid() == 0:  # what root writes here the terminal's account must be able to read
            owner = programs.folder.stat()
            os.setegid(owner.st_gid)
            os.seteuid(owner.st_uid)
        programs.lay(Trial(target, "", 0, named, by="ssh"))
    except OSError as error:
        click.echo(f"写不进盘：{error}", err=True)
        return 1
    click.echo(f"下一次启动用 {target or '出厂的程序'}")
    return 0

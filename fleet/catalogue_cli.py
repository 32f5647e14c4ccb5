"""``tongban catalogue``: how a party edits, checks, approves, and how the publisher packs a catalogue.

Nothing here reaches a terminal: ``tongban centre catalogue publish`` does. Private keys are files of their own, never a database's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.calendar import CHINA
from domain.catalogue import pack as packs
from domain.catalogue import trust
from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError, build, plain
from domain.catalogue.changes import changes
from domain.catalogue.finding import Finding
from domain.catalogue.lint import lint as findings
from domain.catalogue.linting.rules import RULES
from domain.catalogue.part import JOINT, DamagedError, Joint, Share, decode, pressed, split
from domain.catalogue.party import PartyKey

_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_PATH = click.Path(exists=True, path_type=Path)
_OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪个文件")
_KEY = click.option("--key", "key_file", type=_FILE, required=True, help="私钥文件（tongban catalogue key 生成的）")
_KEY_ID = click.option("--key-id", required=True, help="密钥在名册里的名字")
_ROOT = click.option("--root", required=True, help="根公钥（64 位十六进制），和终端设置 [catalogue] root 一致")
_MARKS = {"error": "错误", "warning": "警告", "hint": "提示"}


@click.group()
def catalogue() -> None:
    """事项目录：检查、比较、批准、打包、核对。

    一份目录分成几份：事项目录 joint.json，每个签约方一份（如 demo-jia.json）。各方改自己的一份，一人起草、另一人批准；
    汇总单位打包签名；中心用 tongban centre catalogue publish 发到终端。
    """


@catalogue.command()
@click.argument("path", type=_PATH)
@click.argument("openings", type=_FILE, required=False)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default=None, help="按哪一天检查，不写就是今天")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，给别的程序用")
def lint(path: Path, openings: Path | None, today: datetime | None, *, as_json: bool) -> None:
    """检查一份目录，逐条说明哪里不对、怎么改。有错误时退出码是 1。

    PATH 可以是放着各份的文件夹、打好的目录包，或者事项文件（这时再写上开通文件 OPENINGS）。
    """
    day = today.date() if today else datetime.now(CHINA).date()
    with _said():
        found = findings(_read(path, openings, check=False), day)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        for one in found:
            click.echo(_line(one))
        counts = {severity: sum(f.severity == severity for f in found) for severity in _MARKS}
        click.echo("，".join(f"{_MARKS[severity]} {count} 条" for severity, count in counts.items()))
    if any(f.severity == "error" for f in found):
        raise SystemExit(1)


@catalogue.command()
def rules() -> None:
    """列出检查的全部规则。"""
    for name, rule in RULES.items():
        click.echo(f"{_MARKS[rule.severity]}  {name:<20}{rule.about}")


@catalogue.command()
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
def diff(old: Path, new: Path) -> None:
    """比较两份目录（文件夹或目录包），用话说出改了什么。"""
    with _said():
        told = list(changes(_read(old, None, check=False), _read(new, None, check=False)))
    for one in told:
        click.echo(one)
    click.echo(f"共 {len(told)} 处不同" if told else "没有不同")


@catalogue.command("split")
@click.argument("items", type=_FILE)
@click.argument("openings", type=_FILE)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def split_(items: Path, openings: Path, folder: Path) -> None:
    """把事项文件和开通文件分成各方各一份，写到 FOLDER。"""
    with _said():
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in split(items.read_bytes(), openings.read_bytes()).items():
            (folder / f"{name}.json").write_bytes(msgspec.json.format(body, indent=1) + b"\n")
            click.echo(f"{folder / f'{name}.json'}")


@catalogue.command()
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
def pinyin(folder: Path) -> None:
    """给 FOLDER 里事项目录（joint.json）的名称、简称、别名补上拼音；读错的多音字再手工改，改过的不会被覆盖。"""
    from pypinyin import lazy_pinyin

    path = folder / f"{JOINT}.json"
    with _said():
        tree = decode(path.name, path.read_bytes(), dict[str, msgspec.Raw])
        items = decode(path.name, tree["items"], list[dict[str, object]])
        for item in items:
            names = [str(item["name"]), str(item["short_name"]), *map(str, item.get("keywords", ()) or ())]
            known = item.get("pinyin", [])
            if not isinstance(known, list) or len(known) != len(names):
                item["pinyin"] = [" ".join(s for s in lazy_pinyin(n) if re.fullmatch("[a-z]+", s)) for n in names]
                click.echo(f"{item['item_id']}：{item['short_name']}")
        body = msgspec.json.encode({**tree, "items": items})
        path.write_bytes(msgspec.json.format(body, indent=1) + b"\n")


@catalogue.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key(file: Path) -> None:
    """生成一把签名用的私钥，写到 FILE（只做一次，只许本人读），并说出公钥。"""
    made = Ed25519PrivateKey.generate()
    with _said():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(made.private_bytes_raw().hex() + "\n")
            out.flush()
            os.fsync(out.fileno())
    click.echo(f"公钥：{made.public_key().public_bytes_raw().hex()}")
    click.echo("私钥不要放到联网的机器上，也不要给别人；丢了就换一把，再签一份名册。")


@catalogue.command("register")
@click.argument("keys", type=_FILE)
@click.option("--number", type=click.IntRange(1), required=True, help="第几号，比上一份大")
@_KEY
@_OUT
def register_(keys: Path, number: int, key_file: Path, out: Path) -> None:
    """用根密钥签一份密钥名册。

    KEYS 是一个 JSON 文件：签约方（以及 joint、publisher）对应它的密钥，例如
    {"demo-jia": [{"use": "approve", "key_id": "jia-2026", "public": "…", "since": "2026-01-01"}]}。
    作废一把密钥：从名册里去掉它，签下一号，重新打包发布。
    """
    with _said():
        named = decode(keys.name, keys.read_bytes(), dict[str, tuple[PartyKey, ...]])
        made = trust.Register(1, number, datetime.now(CHINA).date(), named)
        out.write_text(trust.sign("tongban-register", made, _private(key_file), "root"), "ascii")
    click.echo(f"第 {number} 号名册，{len(named)} 方")


@catalogue.command()
@click.argument("part", type=_FILE)
@click.option("--drafted-by", required=True, help="谁起草的")
@click.option("--approved-by", required=True, help="谁批准的，须是另一人")
@click.option("--batch", required=True, help="哪一批，如 第一批")
@_KEY
@_KEY_ID
def sign(part: Path, drafted_by: str, approved_by: str, batch: str, key_file: Path, key_id: str) -> None:
    """批准自己的一份（PART，如 demo-jia.json）。批准的内容写在旁边的 .part 文件里，签名写在 .jws 文件里；以后再改，要重新批准。"""
    with _said():
        if trust.same_person(drafted_by, approved_by):
            raise DamagedError("起草和批准须是两个人")
        body = _pressed(part)
        said = trust.Approval(1, part.stem, packs.digest(body), batch, drafted_by, approved_by, datetime.now(CHINA).date())
        part.with_suffix(".part").write_bytes(body)
        part.with_suffix(".jws").write_text(trust.sign("tongban-approval", said, _private(key_file), key_id), "ascii")
    click.echo(f"已批准 {part.stem}，{batch}；摘要 {packs.digest(body)[:16]}…")


@catalogue.command()
@click.argument("request", type=click.File("rb"))
@click.option("--part", "part_file", type=_FILE, default=None, help="这一份的内容（控制台上下载的），核对摘要用")
@_KEY
@_KEY_ID
def countersign(request: BinaryIO, part_file: Path | None, key_file: Path, key_id: str) -> None:
    """给控制台上批准的一份签名：REQUEST 是批准书（- 是从标准输入读），输出的一行粘贴回控制台。

    密钥不在中心的签约方用。签之前看清楚说出来的内容；有内容文件的，先核对它的摘要。
    """
    with _said():
        said: trust.Approval = decode("批准书", request.read(64 * 1024), trust.Approval)
        if trust.same_person(said.drafted_by, said.approved_by):
            raise DamagedError("起草和批准须是两个人")
        if part_file is not None and packs.digest(part_file.read_bytes()) != said.sha256:
            raise DamagedError(f"{part_file.name} 不是批准书里的那一份")
        token = trust.sign("tongban-approval", said, _private(key_file), key_id)
    told = f"{said.part}，{said.batch}，{said.drafted_by} 起草，{said.approved_by} 批准，{said.day}，摘要 {said.sha256[:16]}…"
    click.echo(told, err=True)
    click.echo(token)


@catalogue.command()
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.option("--register", "register_file", type=_FILE, required=True, help="密钥名册")
@click.option("--version", required=True, help="目录版本，终端和凭证上看得到")
@_ROOT
@_KEY
@_KEY_ID
@_OUT
def pack(folder: Path, register_file: Path, version: str, root: str, key_file: Path, key_id: str, out: Path) -> None:
    """把 FOLDER 里批准过的各份打成一个目录包，由汇总单位签名。没有批准的、有错误的不打。"""
    today = datetime.now(CHINA).date()
    with _said():
        register = register_file.read_text("ascii").strip()
        number = trust.read_register(register, root, today).number
        parts = {}
        for path in _parts(folder):
            approved, approval = path.with_suffix(".part"), path.with_suffix(".jws")
            if not (approved.exists() and approval.exists()):
                raise DamagedError(f"{path.name} 还没有批准（tongban catalogue sign）")
            body = approved.read_bytes()
            if body != _pressed(path):
                raise DamagedError(f"{path.name} 批准以后又改过，要重新批准")
            parts[path.stem] = approval.read_text("ascii").strip(), body
        listed = {name: packs.digest(body) for name, (_, body) in parts.items()}
        manifest = trust.Manifest(1, version, today, number, listed)
        data = packs.write(register, trust.sign("tongban-manifest", manifest, _private(key_file), key_id), parts)
        wrong = [_line(f) for f in findings(packs.read(data, root, today), today) if f.severity == "error"]
        if wrong:
            raise DamagedError("\n".join(("有错误，不打包：", *wrong)))
        out.write_bytes(data)
    click.echo(f"{out}：目录版本 {version}，{len(parts)} 份，{len(data) // 1024} KB")


@catalogue.command()
@click.argument("file", type=_FILE)
@_ROOT
def verify(file: Path, root: str) -> None:
    """核对一个目录包：名册、总单、每一份的批准，和终端用的是同一套检查。"""
    with _said():
        data = file.read_bytes()
        found = packs.read(data, root, datetime.now(CHINA).date())
        for name, said in packs.approvals(data, root).items():
            click.echo(f"{name:<20}{said.batch}  起草 {said.drafted_by}  批准 {said.approved_by}  {said.day}")
    click.echo(f"目录版本 {found.version}，第 {found.register} 号名册，{len(found.parties)} 个签约方，可以用")


def _read(path: Path, openings: Path | None, *, check: bool) -> Catalogue:
    """A catalogue from wherever it lies. Signatures are not looked at: that is ``verify``'s."""
    if path.is_dir():
        bodies = {one.stem: one.read_bytes() for one in _parts(path)}
        return _built(path.name, bodies, check=check)
    if openings is not None:
        return plain(path.read_bytes(), openings.read_bytes(), path.name, openings.name, check=check)
    opened: packs.Pack = decode(path.name, path.read_bytes(), packs.Pack)
    return _built(path.name, {piece.part: bytes(piece.body) for piece in opened.parts}, check=check)


def _built(name: str, bodies: dict[str, bytes], *, check: bool) -> Catalogue:
    if JOINT not in bodies:
        raise DamagedError(f"{name} 里没有事项目录 {JOINT}.json")
    shares = [decode(one, body, Share) for one, body in bodies.items() if one != JOINT]
    return build(name, decode(JOINT, bodies[JOINT], Joint), shares, check=check)


def _parts(folder: Path) -> list[Path]:
    """The joint list first; a party's part is called by its id."""
    found = [p for p in sorted(folder.glob("*.json")) if p.stem not in ("keys", "register")]
    return sorted(found, key=lambda p: p.stem != JOINT)


def _pressed(path: Path) -> bytes:
    """The part in ``path`` as it is signed; a party's is called by its id."""
    body = path.read_bytes()
    if path.stem != JOINT and (party := decode(path.name, body, Share).party.party) != path.stem:
        raise DamagedError(f"{path.name} 里写的签约方是 {party}")
    return pressed(path.stem, body)


def _private(file: Path) -> Ed25519PrivateKey:
    text = file.read_text("ascii").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise DamagedError(f"{file} 不是私钥文件（应为 64 位十六进制）")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def _line(one: Finding) -> str:
    mend = f"\n      怎么改：{one.mend}" if one.mend else ""
    return f"{_MARKS[one.severity]}  [{one.rule}] {one.where}：{one.what}{mend}"


@contextmanager
def _said() -> Iterator[None]:
    """Whatever is wrong with what one was given is a sentence."""
    try:
        yield
    except (DamagedError, CatalogueDamagedError, OSError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from None

"""``tongban centre profile``: what a technician carries to the hall, of the centre's own settings; for many at once."""

from __future__ import annotations

import csv
import json
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import tomli_w

from domain.durable import write_durably
from domain.keyfile import BadKeyFileError, parse
from domain.profile import ANSWERS, Profile, ProfileError
from domain.profile import parse as checked
from domain.sealing import BadKeyError, recipient_of
from domain.staff.key import StaffKey
from fleet.authority.authority import Authority
from fleet.authority.keys import Folder
from fleet.settings import CentreSettings, SettingsError, read, secret

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_BOOT = "/boot/firmware/tongban"
_ONCE = {"id": "写了两行的终端", "code": "两台终端写了一样的代码", "network": "两台终端写了一样的地址"}
"""Columns in which no two rows may say the same, and what is said of it."""
_INSTALL = f'set -- {_BOOT}/tongban-terminal*.deb; [ ! -e "$1" ] || {{ apt-get update; apt-get install -y "$@"; }}'


@click.command("profile")
@_SETTINGS
@click.option("--with", "given", type=_FILE, required=True, help="中心设置里没有的：名称、收件地、公钥、目录、时间服务器（TOML）")
@click.option("--host", help="终端怎么称呼中心；不写就是 [authority] names 的第一个")
@click.option("--staff-ca", type=_FILE, help="工作证签发机构的证书（PEM），和 --revocation 一起写")
@click.option("--revocation", type=_FILE, help="它的吊销名单（PEM）")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪里，如 profile.toml")
@click.option("--many", type=_FILE, help="批量：CSV，每台一行，列名是装机的答案；给每台发登记码，各写一个文件夹")
def profile(
    settings: Path, given: Path, host: str | None, staff_ca: Path | None, revocation: Path | None, to: Path, many: Path | None
) -> None:
    """写省里的配置文件：一个收件地的全部终端都一样的设置，装机时用。里面没有秘密。

    --many 时，TO 旁边每台终端一个文件夹，里面是 profile.toml、setup.toml（有登记码，24 小时内用）、cloud-init 的 user-data，
    和 TO 旁边已有的目录包、码本。
    """
    try:
        centre = read(settings, CentreSettings)
        tree = tomllib.loads(given.read_text("utf-8"))
        made = _made(tree, centre, host or centre.authority.names[0], _pem(staff_ca), _pem(revocation))
        text = tomli_w.dumps(made)
        whole = checked(text, str(to))
        to.write_text(text, "utf-8")
        click.echo(
            f"{to}：{whole.name}，{len(whole.terminals)} 台终端。在终端上名叫 {_BOOT}/profile.toml 或 /etc/tongban/profile.toml"
        )
        if many is not None:
            for folder in _many(centre, whole, text, many, to.parent):
                click.echo(f"{folder}：整个文件夹的内容放到 {_BOOT}；有登记码，24 小时内装好，别留底")
            click.echo("这些终端以前发的、没有用的登记码都作废了：早先写好的存储卡要照新的文件夹重写")
    except (SettingsError, ProfileError, BadKeyFileError, BadKeyError, tomllib.TOMLDecodeError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


def _made(given: dict[str, Any], centre: CentreSettings, host: str, ca: str | None, revocation: str | None) -> dict[str, Any]:
    """``given`` and, where it does not say otherwise, what the centre knows."""
    place = given.get("terminal")
    party = place.get("place") if isinstance(place, dict) else None
    known = [t for t in centre.terminals if t.party in (None, party)]
    terminals = [{"id": t.id, "hall": t.place, "setting": t.setting} for t in known]
    more = {one["id"]: one for one in given.get("terminals", []) if isinstance(one, dict) and "id" in one}
    staff = {"centre_key": StaffKey(bytes.fromhex(secret(centre.staff.secret_file))).public.hex()} if centre.staff else {}
    staff |= {key: text for key, text in (("ca", ca), ("revocation", revocation)) if text is not None}
    own = f"{host}:{centre.broker.port}"
    reached = {
        "broker": [own, *centre.broker.more] if centre.broker.more else own,
        "documents": f"https://{host}:{centre.api.port}",
    }
    sessions: dict[str, bool] = {"session": False} if centre.broker.kind == "rabbitmq" else {}
    made = {
        **given,
        "centre": {**reached, **sessions, **given.get("centre", {})},
        "staff": {**staff, **given.get("staff", {})},
        "terminals": [{**one, **more.get(one["id"], {})} for one in terminals],
    }
    if centre.publisher:
        made.setdefault("publisher", list(centre.publisher))
    if centre.catalogue_root and isinstance(made.get("catalogue"), dict):
        made["catalogue"] = {"root": centre.catalogue_root, **made["catalogue"]}
    rated = centre.ratings.key_file if centre.ratings else None
    if rated is not None and isinstance(made.get("keys"), dict):
        public = recipient_of(parse(rated.read_bytes())[0])
        made["keys"] = {"ratings": {"key_id": public.key_id, "public": public.public}, **made["keys"]}
    return made


def _many(centre: CentreSettings, profile: Profile, text: str, rows: Path, beside: Path) -> list[Path]:
    """Every row is looked at before a code is made. ``ValueError``."""
    with rows.open(encoding="utf-8-sig", newline="") as file:
        table = [{key: value.strip() for key, value in row.items() if key and value} for row in csv.DictReader(file)]
    for number, row in enumerate(table, start=2):
        if strange := set(row) - set(ANSWERS):
            raise ValueError(f"{rows} 第 {number} 行：没有“{'、'.join(sorted(strange))}”这一列，有：{'、'.join(ANSWERS)}")
        if profile.known(row.get("id", "")) is None:
            raise ValueError(f"{rows} 第 {number} 行：中心的名单里没有终端“{row.get('id', '')}”")
    for name, twice in _ONCE.items():
        said = [row[name].split()[0] for row in table if row.get(name) and (name != "network" or "/" in row[name])]
        if again := next((one for one in said if said.count(one) > 1), ""):
            raise ValueError(f"{rows}：{twice}“{again}”")
    authority = Authority(
        Folder(centre.authority.folder, centre.authority.passphrase_file), {entry.id for entry in centre.terminals}
    )
    made = []
    try:
        for row in table:
            folder = beside / row["id"]
            folder.mkdir(mode=0o700, exist_ok=True)
            more = _beside(profile, row["id"], beside)
            for name, data in more.items():
                write_durably(folder / name, data)
            answers = tomli_w.dumps({**row, "enrol": row.get("enrol") or str(authority.new_code(row["id"]))})
            (folder / "profile.toml").write_text(text, "utf-8")
            write_durably(folder / "setup.toml", answers.encode())
            write_durably(folder / "user-data", user_data(text, answers, more).encode())
            made.append(folder)
    finally:
        authority.close()
    return made


def _beside(profile: Profile, terminal: str, folder: Path) -> dict[str, bytes]:
    """What a terminal takes along with its profile, if it lies beside it here: the signed catalogue, its code book."""
    names = [f"{terminal}.book", *([profile.catalogue.pack] if profile.catalogue is not None else [])]
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def user_data(profile: str, answers: str, more: Mapping[str, bytes]) -> str:
    """For cloud-init (``#cloud-config``; JSON is YAML): a package that lies on the boot partition is installed, the files are laid
    where the first boot looks for them, then comes the setting-up. ``more``: files beside the profile.
    """
    files = [
        {"path": f"{_BOOT}/profile.toml", "content": profile, "permissions": "0644"},
        {"path": f"{_BOOT}/setup.toml", "content": answers, "permissions": "0600"},
        *({"path": f"{_BOOT}/{name}", "encoding": "b64", "content": b64encode(data).decode()} for name, data in more.items()),
    ]
    runs = [["sh", "-c", _INSTALL], ["systemctl", "start", "--no-block", "tongban-setup.service"]]
    told = {"write_files": files, "runcmd": runs}
    return "#cloud-config\n" + json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _pem(path: Path | None) -> str | None:
    return path.read_text("ascii") if path is not None else None

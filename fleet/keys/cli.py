"""``tongban keys``: make a party's key, renew it, put it into a token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from domain.sealing import BadKeyError
from fleet.keys.keyring import add_key, into_token
from fleet.keys.token import BITS, TokenSettings
from fleet.settings import SettingsError

_P = ParamSpec("_P")
_R = TypeVar("_R")


@click.group()
def keys() -> None:
    """签约方（专窗、收件窗口）的私钥：生成、更换、放进令牌。"""


def _token(required: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of a token, given to the command as ``token``."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(
            "--module", type=click.Path(dir_okay=False, exists=True, path_type=Path), required=required, help="令牌的 PKCS#11 库"
        )
        @click.option("--label", required=required, help="令牌的标签")
        @click.option(
            "--pin-file", type=click.Path(dir_okay=False, path_type=Path), required=required, help="令牌口令文件，权限 600"
        )
        @click.option(
            "--bits",
            type=click.Choice(["2048", "3072", "4096"]),
            default=str(BITS),
            show_default=True,
            help="令牌内 RSA 密钥的长度",
        )
        @wraps(command)
        def wrapped(*, module: Path | None, label: str | None, pin_file: Path | None, bits: str, **rest: object) -> None:
            if any((module, label, pin_file)) and not all((module, label, pin_file)):
                raise click.UsageError("--module、--label、--pin-file 要么都写，要么都不写")
            token = TokenSettings(module, label, pin_file) if module and label and pin_file else None
            try:
                command(token=token, bits=int(bits), **rest)
            except (SettingsError, BadKeyError) as error:
                raise click.ClickException(str(error)) from None

        return wrapped

    return decorate


@keys.command("new")
@click.argument("owner")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_token(required=False)
def new(owner: str, file: Path, token: TokenSettings | None, bits: int) -> None:
    """给签约方 OWNER（代码）生成新私钥，写到私钥文件 FILE 的最前面；旧的仍留着，才打得开以前的办件。"""
    public = add_key(file, owner, token, bits)
    click.echo(f"新私钥在 {file}（{'由令牌包装' if token else '明文，权限 600'}）。公钥请报目录发布人和各终端：")
    click.echo(f'key_id = "{public.key_id}"\npublic = "{public.public}"')


@keys.command("into-token")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_token(required=True)
def into(file: Path, token: TokenSettings, bits: int) -> None:
    """把私钥文件 FILE 里的明文私钥改由令牌包装。"""
    done = into_token(file, token, bits)
    click.echo(f"{done} 把私钥已改由令牌 {token.label} 包装，专窗设置里请写 [token]。" if done else "文件里没有明文私钥。")
    if done:
        click.echo("原文件已覆盖；固态盘、备份里仍可能有旧内容：要紧的，请改用 tongban keys new 换新私钥。")

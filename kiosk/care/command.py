"""``tongban status | test | logs | network | bundle``: what the technician's pages show and do, over SSH beside a running terminal.

Exit codes: 0 good · 1 something is wrong · 2 nothing is wrong, something is unknown · 69 the terminal is not running, or says not
now · 78 the settings are wrong.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

import click
import msgspec

from kiosk import faults
from kiosk import settings as conf
from kiosk.care import control
from kiosk.care import network as looks
from kiosk.care.control import BusyError, NotRunningError
from kiosk.care.doctor import EX_UNAVAILABLE
from kiosk.care.hands import Person
from kiosk.care.offline import made
from kiosk.care.reviewed import shown
from kiosk.cli import EX_CONFIG
from kiosk.clock import Clock
from kiosk.health.data_disk import ABSENT, READ_ONLY, UNREADABLE, amiss
from kiosk.settings import Settings
from kiosk.staff.port import Checked, DeviceShown, Status, Test
from kiosk.store.files import write_durably

_SETTINGS = click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="按 JSON 输出")
MARKS = {"passed": "✓", "failed": "✕", "unknown": "?"}
STANDS = {"serving": "正常服务", "visit": "有人在办事", "maintenance": "正在维护", "closed": "暂停服务"}
HINT = "终端没有运行。要看为什么：journalctl；网络用 tongban network，设备用 tongban doctor，打包用 tongban bundle。"


@click.command()
@_SETTINGS
@_JSON
def status(settings: Path, as_json: bool) -> None:
    """正在运行的终端怎么样：每个设备知道什么、凭什么知道，有什么故障、怎么办。

    退出码：0 好，1 有故障，2 有不清楚的，69 没有运行。
    """
    found = msgspec.convert(ask(load(settings), "status"), Status)
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode() if as_json else _told(found))
    sys.exit(_code(found))


@click.command()
@_SETTINGS
@click.argument("device")
def test(settings: Path, device: str) -> None:
    """在正在运行的终端上试一个设备（idcard、printer、camera、rating、a4、smartcard），试的时候终端显示“正在维护”。

    有人在办事就不试（69）。终端没有运行时用 tongban doctor。退出码：0 通过，1 不通过，2 不清楚。
    """
    person = Person(quiet=False)
    seen = 0
    said = ""

    def follow(now: Test) -> bool | None:
        nonlocal seen, said
        for step in now.steps[seen:]:
            line(step)
        seen = len(now.steps)
        if now.question is not None:
            return person.agrees(now.question.text, now.question.left)
        if now.said and now.said != said:
            person.tell(now.said)
        said = now.said
        return None

    ended = msgspec.convert(ask(load(settings), "test", follow, device=device), Test)
    click.echo(f"{ended.title}：{ {'passed': '通过', 'failed': '不通过'}.get(ended.verdict or '', '不清楚') }")
    sys.exit({"passed": 0, "failed": 1}.get(ended.verdict or "", 2))


@click.command()
@_SETTINGS
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="看这个日志文件，不问终端")
@click.option("--staff", is_flag=True, help="看工作人员做了什么")
def logs(settings: Path, file: Path | None, staff: bool) -> None:
    """最近的日志，只有审查过的行，没有办事人的信息。"""
    if file is not None:
        lines: Any = shown(file.read_text("utf-8", "replace").splitlines())
    else:
        lines = ask(load(settings), "audit" if staff else "logs")
    for line in lines:
        click.echo(line)


@click.command()
@_SETTINGS
def network(settings: Path) -> None:
    """网络、域名、消息服务、中心、时间、证书，现在看一遍。终端运行不运行都行。退出码：0 好，1 有不好的，2 有不清楚的。"""
    chosen = load(settings)
    found = (*looks.look(chosen.centre, Clock()), *looks.identity(chosen.centre))
    for one in found:
        line(one)
    verdicts = {one.verdict for one in found}
    sys.exit(1 if "failed" in verdicts else 2 if "unknown" in verdicts else 0)


@click.command()
@_SETTINGS
@click.option("--centre", is_flag=True, help="送到中心，不存在本机")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="存到这个文件夹")
@click.option(
    "--log",
    "log_",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="终端没有运行时，带上这个日志文件里审查过的行",
)
def bundle(settings: Path, centre: bool, to: Path | None, log_: Path | None) -> None:
    """支持包：一个压缩包，给技术支持看。没有办事人的信息，没有密钥。终端起不来也能做，只是少些。"""
    try:
        chosen: Settings | None = conf.load(settings)
        wrong = ""
    except conf.SettingsError as error:
        chosen, wrong = None, str(error)
    if chosen is not None and to is None:
        try:
            done = msgspec.convert(control.ask(chosen.paths.runtime, "bundle", where="centre" if centre else "here"), Checked)
        except NotRunningError:
            if centre:
                _unavailable(HINT)
        else:
            line(done)
            sys.exit(0 if done.verdict == "passed" else 1)
    lines = shown(log_.read_text("utf-8", "replace").splitlines()) if log_ is not None else ()
    path = (to or Path.cwd()) / f"tongban-{Clock().now():%Y%m%d-%H%M%S}.zip"
    try:
        write_durably(path, made(chosen, wrong, lines, Clock()))
    except (OSError, zipfile.BadZipFile) as error:
        raise click.ClickException(f"写不进盘：{error}") from None
    click.echo(f"已存到 {path}（没有问终端）")


def load(settings: Path) -> Settings:
    _with_disk(settings)
    try:
        return conf.load(settings)
    except conf.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)


def ask(settings: Settings, do: str, answer: Any = None, **more: str) -> Any:
    try:
        return control.ask(settings.paths.runtime, do, answer, **more)
    except NotRunningError:
        _with_disk(settings.paths.data, READ_ONLY)
        _unavailable(HINT)
    except BusyError as error:
        _unavailable(str(error))


def _with_disk(path: Path, *more: str) -> None:
    """Without the data's disk there are no settings to read, and no terminal to ask. ``more``: codes that count too."""
    code = amiss(path)
    if code in (ABSENT, UNREADABLE, *more):
        words = faults.fault(code)
        click.echo(f"✕ {code} {words.cause}\n    怎么办：{words.staff}", err=True)
        sys.exit(1)


def _unavailable(said: str) -> Any:
    click.echo(said, err=True)
    sys.exit(EX_UNAVAILABLE)


def line(one: Checked) -> None:
    click.echo(f"{MARKS[one.verdict]} {one.title}{'：' + one.says if one.says else ''}")
    if one.remedy and one.verdict != "passed":
        click.echo(f"    怎么办：{one.remedy}")


def _told(found: Status) -> str:
    lines = [f"{found.terminal}：{STANDS[found.stands]}"]
    for one in found.devices:
        mark = "✓" if one.proven and not one.troubles else "✕" if one.troubles or not one.serves else "?"
        lines.append(f"{mark} {one.title}：{one.life}。凭据：{one.proof}{'。' + one.identity if one.identity else ''}")
        lines += [f"    {each.code} {each.cause}\n    怎么办：{each.remedy}" for each in one.troubles]
    lines += [f"✕ {each.code} {each.cause}\n    怎么办：{each.remedy}" for each in found.troubles]
    lines += [f"{MARKS[one.verdict]} {one.title}：{one.says}" for one in found.health]
    return "\n".join([*lines, *(f"  {what}：{how}" for what, how in found.facts)])


def _code(found: Status) -> int:
    wrong = [*found.troubles, *(each for one in found.devices for each in one.troubles)]
    if [one for one in wrong if one.severity != "info"] or not all(one.serves for one in found.devices):
        return 1
    return 0 if all(_known(one) for one in found.devices) else 2


def _known(one: DeviceShown) -> bool:
    return one.proven

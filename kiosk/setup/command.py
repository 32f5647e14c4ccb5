"""``tongban setup``: few questions, each with what was found as its default; then settings, certificate, trial, slip, units.

Exit codes: 0 set up and all is well · 1 set up, something failed · 2 set up, something is unknown (with nobody there to lay a card,
always) · 69 not now: somebody is being served, the terminal holds the devices, or another one runs · 74 the disk or the service
manager refuses · 75 set up, and not enrolled for a reason that may be over a minute later · 78 an answer, a profile or settings are
wrong · 130 interrupted.
"""

from __future__ import annotations

import fcntl
import getpass
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from domain import placard
from domain.placard import Placard
from kiosk import settings as conf
from kiosk.care import control
from kiosk.care.control import BusyError, NotRunningError
from kiosk.care.doctor import CODES, EX_INTERRUPTED, EX_UNAVAILABLE, InUseError
from kiosk.care.hands import Hands, Nobody, Person
from kiosk.cli import EX_CONFIG
from kiosk.health import data_disk
from kiosk.setup import composing, hardware, joining, laying, locking, looking, network, outcome, questions, showing
from kiosk.setup.addresses import By, Chosen, Fixed
from kiosk.setup.composing import Places
from kiosk.setup.errors import AnswerError, SetupError
from kiosk.setup.questions import BY_KEY, QUESTIONS, Answers, Seen
from kiosk.setup.system import System
from kiosk.setup.wiping import wiped
from kiosk.staff.port import Checked, Status

_T = TypeVar("_T")

EX_IOERR, EX_TEMPFAIL = 74, 75
"""sysexits.h; after either the same again may work, and the unit does it again (``tongban-setup.service``)."""
ENDED = {
    0: "\n装好了。",
    1: "\n设置写好了，但有不好的：照上面的办法修好，再运行一次 tongban setup。",
    2: "\n设置写好了，没有不好的；有不清楚的，要有人动手才知道。",
    EX_TEMPFAIL: "\n设置写好了，还没有登记：照上面说的弄好，再运行一次 tongban setup。",
}
SQUARES = "This console draws no Chinese. Type exit and log in again; if that changes nothing: sudo adduser YOUR-NAME video"
"""It is the kernel's own, not ``systemd/console``'s: logged in since before the installation, or not allowed to use the panel."""
TWICE = (
    "这台机器上已经有一个 tongban setup 在运行：别的窗口里开着的，或开机时照启动分区的文件做的（journalctl -u tongban-setup）。"
    "等它做完，或在那边按 Ctrl-C，再来"
)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--answers", type=click.Path(dir_okay=False, path_type=Path), help="不问，照这个文件（TOML）办")
@click.option("--wipe", is_flag=True, help="登记成功后抹掉 --answers 的文件：里面有登记码")
@click.option("--unattended", is_flag=True, help="试设备时旁边没有人：只做不用动手的，其余记为“不清楚”")
@click.option("--base", type=_FOLDER, default=Places().base, show_default=True, help="数据分区")
@click.option("--runtime", type=_FOLDER, default=Places().runtime, show_default=True, help="内存盘上的文件夹")
@click.option("--folder", type=_FOLDER, multiple=True, help="也看这个目录里的串口")
@click.option("--no-system", is_flag=True, help="不动系统：网络、时间、服务都不改")
def setup(
    answers: Path | None, wipe: bool, unattended: bool, base: Path, runtime: Path, folder: tuple[Path, ...], no_system: bool
) -> None:
    """装机：问几个问题，写设置、登记、试设备、打印结果。随时可以再做，没送出的办件不动。

    问题都有默认值，看过机器才问；回车就是用默认的。写错了会说哪里错，再问一次。
    """
    if answers is None and os.environ.get("TERM") == "linux":
        click.echo(SQUARES)
    places, system = Places(base.absolute(), runtime.absolute()), System(there=not no_system)
    try:
        with _alone(places.base):
            code = _done(answers, places, system, folder, unattended=unattended, wipe=wipe)
    except SetupError as error:
        click.echo(f"没有装好：{error}", err=True)
        code = error.code
    sys.exit(code)


def _done(answers: Path | None, places: Places, system: System, folder: tuple[Path, ...], *, unattended: bool, wipe: bool) -> int:
    """The exit code; what it came to is told, and kept beside the settings."""
    found: tuple[Checked, ...] = ()
    try:
        hands: Hands = Nobody() if unattended or answers is not None else Person(quiet=False)
        found = _set_up(answers, places, system, folder, hands)
        told, code = "\n".join(outcome.lines(found)), EX_TEMPFAIL if _unjoined(found) else CODES[outcome.verdict(found)]
    except SetupError as error:
        told, code = f"没有装好：{error}", error.code
    except (AnswerError, conf.SettingsError) as error:
        told, code = f"没有装好：{error}", EX_CONFIG
    except InUseError as error:
        told, code = f"没有装好：{error}", EX_UNAVAILABLE
    except (click.Abort, KeyboardInterrupt):
        told, code = "没有装好：中途停了。再运行一次 tongban setup，写好、登记好的不用重来", EX_INTERRUPTED
    click.echo(told, err=not found)
    try:
        outcome.keep(places.settings, told)
    except OSError as error:
        click.echo(f"结果写不进盘：{error}", err=True)
    if wipe and answers is not None and found and joining.is_enrolled(places) and (left := wiped(answers, system)):
        click.echo(left, err=True)
    if found:
        click.echo(ENDED[code])
        anew = any((one.title, one.verdict) == (locking.TITLE, "passed") for one in found)
        showing.shown(system, anew=anew, good=code in (0, 2), person=answers is None)
    return code


def _set_up(file: Path | None, places: Places, system: System, folders: tuple[Path, ...], hands: Hands) -> tuple[Checked, ...]:
    if system.there and os.geteuid() != 0:
        raise SetupError("要用 root 运行：sudo tongban setup", EX_CONFIG)
    _on_its_disk(places)
    _not_serving(places)
    given = _from_file(file)
    person = file is None
    path = given.get("profile") or looking.lying((*looking.FOLDERS, *((file.parent,) if file else ())))
    seen = Seen(before=laying.before(places.settings))
    if path is None and person:
        path = _put("profile", seen, {}, lambda value: value and looking.profile(value))
    chosen = looking.profile(path) if path is not None else None
    if chosen is None and not seen.before:
        raise AnswerError("没有省里的配置文件：向中心要，放在启动分区的 tongban/profile.toml")
    click.echo(f"配置文件：{chosen.name}（{path}）" if chosen else "没有新的配置文件，照现在的设置")
    seen = looking.around(chosen, places, system)
    answers: dict[str, Any] = {}
    found: list[Checked] = []
    with _stopped(system):
        for question in QUESTIONS[1:]:
            if question.key == "devices":
                line, doubts = looking.devices(seen.before or {}, folders) if "devices" not in given else ("", ())
                seen = replace(seen, devices=line)
                for doubt in doubts:
                    click.echo(f"    ！{doubt}")
            answers[question.key] = _answered(question.key, given, seen, answers, places, person=person)
            said = question.key in given or (person and question.asked(seen, answers))
            if question.key in questions.SAID and not said:
                del answers[question.key]
            elif question.key == "network":
                found += _connected(system, answers["network"], seen)
        tree = composing.tree(seen.before or {}, chosen, answers, seen.panel, places)
        _lay(lambda: laying.accompany(chosen, path, answers["id"], places))
        settings, changed = _lay(lambda: laying.take(tree, places, f"setup:{os.environ.get('SUDO_USER') or getpass.getuser()}"))
        told = "\n".join(changed) if seen.before else f"设置写好了，{len(changed)} 行"  # of the first, nobody reads each line
        click.echo(told if changed else "设置没有变")
        found += (*_services(system, settings, answers["time"]), *_named(system, settings))
        if answers["enrol"]:
            found.append(joining.enrolled(settings, answers["enrol"], person=person))
        if answers.get("lock") and not locking.ordered(system):
            click.echo("锁系统盘，要等一两分钟……")
        if not _unjoined(found) and (lock := locking.locked(system, wanted=answers.get("lock", False))) is not None:
            found.append(lock)
        # By itself this is done again every minute until it has joined: no paper for each.
        return (*found, *outcome.tried(settings, hands, click.echo, prints=person or not _unjoined(found)))


def _answered(key: str, given: Answers, seen: Seen, answers: Answers, places: Places, *, person: bool) -> Any:
    """What the file says; what a person types; what is found, where neither need be asked."""
    question = BY_KEY[key]

    def fits(value: Any) -> None:
        if key == "id":
            laying.may_be_called(value, seen.before or {}, seen.enrolled, places.data)
            if seen.profile is not None and seen.profile.terminals and seen.profile.known(value) is None:
                raise AnswerError(f"终端编号：配置文件的名单里没有 {value}。核对编号；中心刚加的，请中心重做配置文件")
        if key == "diagonal":
            composing.fits(value, seen.panel)
        if key == "devices":
            composing.usable(value)

    if key in given:
        fits(given[key])
        return given[key]
    if person and question.asked(seen, answers):
        return _put(key, seen, answers, fits)
    if (default := question.default(seen, answers)) is None:
        raise AnswerError(f"{question.text}（{key}）没有写，也看不出来")
    value = questions.answer(question, default)
    fits(value)
    return value


def _put(key: str, seen: Seen, answers: Answers, fits: Callable[[Any], object]) -> Any:
    """Asked until it can be used."""
    question = BY_KEY[key]
    click.echo(f"\n{question.text}：{question.hint}")
    while True:
        typed = click.prompt(question.text, default=question.default(seen, answers), prompt_suffix="：", show_default=True)
        try:
            value = questions.answer(question, typed)
            fits(value)
        except AnswerError as error:
            click.echo(f"✕ {error}")
        else:
            return value


def _from_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return questions.from_file(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise AnswerError(f"{path} 读不出来：{error.strerror}") from None
    except UnicodeDecodeError:
        raise AnswerError(f"{path} 不是 UTF-8 文字") from None


@contextmanager
def _alone(base: Path) -> Iterator[None]:
    """Nobody else sets this terminal up meanwhile. The lock is the data folder's own: the memory's folder goes with the terminal
    that is stopped, and this one leaves nothing behind and is gone with whoever held it.
    """
    try:
        folder = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SetupError(f"{base} 打不开：{error.strerror}", EX_IOERR) from None
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(TWICE, EX_UNAVAILABLE) from None
        yield
    finally:
        os.close(folder)


def _on_its_disk(places: Places) -> None:
    """What is set up is there after the next start."""
    try:
        data_disk.there(places.base)
    except data_disk.DataDiskError as error:
        raise SetupError(str(error), EX_IOERR) from None


def _not_serving(places: Places) -> None:
    """Nobody's visit is ended by setting up."""
    try:
        stands = msgspec.convert(control.ask(places.runtime, "status"), Status).stands
    except NotRunningError:
        return
    except BusyError as error:
        raise SetupError(str(error), EX_UNAVAILABLE) from None
    if stands == "visit":
        raise SetupError("有人在办事，等办完再装", EX_UNAVAILABLE)


@contextmanager
def _stopped(system: System) -> Iterator[None]:
    """The terminal lets go of its devices meanwhile, and starts whatever comes of it."""
    if not system.there:
        yield
        return
    for number in (
        signal.SIGHUP,
        signal.SIGTERM,
    ):  # a line that breaks, a unit that takes too long: the terminal is started all the same
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        _lay(lambda: system.terminal("stop"))
        yield
    finally:
        try:
            system.terminal("start")
        except OSError as error:
            click.echo(f"终端没有启动：{error}", err=True)


def _unjoined(found: Iterable[Checked]) -> bool:
    """Whether joining the fleet is still to be tried again."""
    return any((one.title, one.verdict) == (joining.TITLE, "unknown") for one in found)


def _connected(system: System, chosen: Chosen, seen: Seen) -> Iterator[Checked]:
    """The address laid. A network that does not come up ends nothing: all but joining goes on without it."""
    documents = seen.profile.centre.documents if seen.profile is not None else str(seen.set("centre", "documents") or "")
    laid = system.there and chosen is not By.KEPT
    try:
        if laid:
            click.echo(f"正在设地址……{_for_which(network.wired(system)) if isinstance(chosen, Fixed) else ''}")
            network.lay(system, chosen)
    except OSError as error:
        yield Checked("网络设置", "failed", str(error), "查网线和地址，再运行一次 tongban setup")
    there = network.comes(documents) if laid else network.reached(documents)
    click.echo("到中心的网络通了" if there else "到中心的网络还不通：接着装，登记要等网络通了")


def _for_which(cards: Sequence[str]) -> str:
    """A fixed address is one card's; which, and how another one is chosen."""
    first, *others = cards or ("",)
    return f"给网卡 {first}" + (f"（还有 {'、'.join(others)}：要给它，只插它的网线，再运行一次）" if others else "")


def _services(system: System, settings: conf.Settings, servers: tuple[str, ...]) -> Iterator[Checked]:
    """Time, and the units of what this terminal has."""
    if not system.there:
        return
    wanted = {
        "tongban-camera.service": settings.devices.camera.socket == hardware.CAMERA and Path("/dev/media0").exists(),
        "tongban-cups.service": settings.devices.a4 is not None,
        "tongban-intake.service": Path("/etc/tongban/intake.toml").exists(),
    }
    jobs = {unit: partial(system.enable, unit, wanted=on) for unit, on in wanted.items()}
    if servers:
        jobs["时间服务器"] = partial(system.time, servers)
    for title, job in jobs.items():
        try:
            job()
        except OSError as error:
            yield Checked(title, "failed", str(error), "看 journalctl")


def _named(system: System, settings: conf.Settings) -> Iterator[Checked]:
    """Who it is, for a day on which the data's disk cannot be used, and the settings with it."""
    one = settings.terminal
    try:
        if system.there:
            system.write(placard.PLACE, placard.written(Placard(one.id, one.hall, one.phone)), 0o644)
    except OSError as error:
        yield Checked("数据盘坏时屏幕上的电话", "unknown", str(error))


def _lay(do: Callable[[], _T]) -> _T:
    try:
        return do()
    except OSError as error:
        raise SetupError(f"写不进盘，或系统没有照做：{error}", EX_IOERR) from None

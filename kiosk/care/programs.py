"""The program and the next one, as staff see it and what they do about it: on the screen and by ``tongban program`` alike."""

from __future__ import annotations

from domain.program.reasons import REASONS
from kiosk.program.updating import Updater
from kiosk.staff.port import Checked, Program

FACTORY = "出厂的程序"
NONE = Program("不知道：这个终端不是由启动器运行的，不能换程序")
_PHASES = {
    "fetching": "正在后台下载",
    "unpacking": "正在解开、核对",
    "ready": "已经放好，没有人用的时候换",
    "refused": "没有采用",
}
_TITLE = "换程序"


def shown(updater: Updater | None) -> Program:
    if updater is None or updater.programs is None:
        return NONE
    back, told = updater.back_to(), updater.programs.refused()
    waits = updater.waits()
    why, remedy = REASONS.get(told.why, (told.why, "")) if told is not None else ("", "")
    return Program(
        updater.own,
        None if waits is None else waits or FACTORY,
        _PHASES.get(updater.phase(), ""),
        updater.phase() == "ready",
        None if back is None else back[0] or FACTORY,
        "" if back is None else said(back[1]),
        f"{told.version or FACTORY}：{why}{f'（{told.detail}）' if told.detail else ''}" if told is not None else "",
        remedy,
    )


def said(code: str) -> str:
    return REASONS.get(code, (code, ""))[0]


def take(updater: Updater | None) -> Checked:
    if updater is None or not updater.take_now():
        return Checked(_TITLE, "failed", "没有放好了等着换的程序", "看“等着换的”写着什么；还在下载的，等一等。")
    return Checked(_TITLE, "passed", "没有人办事就马上换，屏幕会黑几秒；两三分钟检查好，起不来会自己换回来。")


def back(updater: Updater | None, by: str) -> Checked:
    if updater is None:
        return Checked(_TITLE, "failed", said("program_fixed"), REASONS["program_fixed"][1])
    try:
        why = updater.back(by)
    except OSError as error:
        return Checked(_TITLE, "failed", f"写不进盘：{error.strerror}", REASONS["program_disk"][1])
    if why == "visit_running":
        return Checked(_TITLE, "failed", "有人正在办事", "等办完再试。")
    if why:
        return Checked(_TITLE, "failed", said(why), REASONS[why][1])
    return Checked(_TITLE, "passed", "正在换回上一个程序，屏幕会黑几秒；两三分钟检查好。")

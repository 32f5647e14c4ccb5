"""Joining the fleet: the one-time code, typed or under the camera, becomes this terminal's certificate."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

from devices.camera.codes import read_code
from kiosk.clock import Clock
from kiosk.enrolment import centre, enrolling
from kiosk.enrolment.enrolling import REFUSALS
from kiosk.enrolment.files import Held, IdentityDamagedError, IdentityFiles
from kiosk.settings import Settings
from kiosk.setup.composing import Places
from kiosk.setup.questions import CAMERA, PAI, half
from kiosk.setup.system import owner_of
from kiosk.staff.port import Checked
from mqtt.enrolment import BadCodeError, parse

SHOWN_FOR = 60.0
"""Seconds a code may be shown to the camera."""
TITLE = "登记"
LATER = "登记码没有用掉。改好后再运行 tongban setup"
PUT_OFF = "0"
KEPT = 60.0
"""Seconds a time service has to set a clock that is wrong: a board without a battery starts with its image's date."""


def enrolled(settings: Settings, code: str, *, person: bool) -> Checked:
    """What became of it; unknown, where it may work later with the same code. With a ``person`` it is tried until it works, with
    the same code or another, or is put off."""
    while True:
        found = _enrolled(settings, code)
        if found.verdict == "passed" or not person:
            return found
        click.echo(f"✕ {found.says}\n  {found.remedy}")
        asked = f"登记码（回车：用刚才的再试；{PUT_OFF}：以后再登记）"
        code = half(click.prompt(asked, default=code, prompt_suffix="：", show_default=False)).strip()
        code = CAMERA if code.lower() == PAI else code
        if code == PUT_OFF:
            return found


def is_enrolled(places: Places) -> bool:
    try:
        return IdentityFiles(places.identity).held() is not None
    except (IdentityDamagedError, OSError):
        return False


def _enrolled(settings: Settings, code: str) -> Checked:
    identity = settings.centre.identity
    try:
        text = _shown(settings) if code == CAMERA else code
        if text is None:
            return Checked(TITLE, "failed", "没有看到登记码的二维码", "看看高拍仪是不是在运行，或改用输入")
        with owner_of(identity):
            held = _with_the_time(lambda: enrolling.enrol(identity, settings.centre.documents, settings.terminal.id, parse(text)))
    except BadCodeError as error:
        return Checked(TITLE, "failed", str(error), LATER)
    except centre.RefusedError as refused:
        if refused.why == "slow_down":
            return Checked(TITLE, "unknown", REFUSALS[refused.why], LATER)
        return Checked(TITLE, "failed", REFUSALS[refused.why], "向中心要新的登记码，再运行 tongban setup")
    except centre.FaultError as fault:
        return Checked(TITLE, "unknown" if fault.code == centre.CLOCK else "failed", str(fault), LATER)
    except centre.NotReachedError as error:
        return Checked(TITLE, "unknown", f"连不上中心：{error}", LATER)
    except OSError as error:
        return Checked(TITLE, "failed", f"写不进盘：{error}", LATER)
    return Checked(TITLE, "passed", f"终端 {held.terminal} 已登记，证书到 {held.until:%Y-%m-%d} 为止")


def _with_the_time(enrol: Callable[[], Held]) -> Held:
    """Once more when a time service has set the clock meanwhile; the code is not used by a clock that is wrong."""
    try:
        return enrol()
    except centre.FaultError as fault:
        if fault.code != centre.CLOCK:
            raise
        click.echo(f"{fault}：等时间服务校时（最多 {KEPT:.0f} 秒）")
        clock, until = Clock(), time.monotonic() + KEPT
        while not clock.synchronised() and time.monotonic() < until:
            time.sleep(0.5)
        return enrol()


def _shown(settings: Settings) -> str | None:
    click.echo(f"请把登记码的二维码放到高拍仪下面（{SHOWN_FOR:.0f} 秒内）。手机要调亮，不要反光。")
    return read_code(settings.devices.camera.socket, SHOWN_FOR, _is_one)


def _is_one(text: str) -> bool:
    try:
        parse(text)
    except BadCodeError:
        return False
    return True

"""What a terminal's settings ask of staff, and the files they name read once."""

from __future__ import annotations

from datetime import timedelta

from kiosk import settings as conf
from kiosk.staff.door import Rules
from kiosk.staff.trust import Anchor


def rules(settings: conf.Settings) -> Rules:
    """What ``settings`` ask of staff. :class:`SettingsError`."""
    staff = settings.staff
    anchor = None
    if staff.ca is not None:
        if staff.revocation is None:
            raise conf.SettingsError("[staff] 写了 ca，也要写 revocation（吊销名单）")
        try:
            anchor = Anchor(staff.ca.read_bytes())
        except OSError as error:
            raise conf.SettingsError(f"{staff.ca} 读不出来：{error.strerror}") from None
        except ValueError as error:
            raise conf.SettingsError(f"{staff.ca}：{error}") from None
    return Rules(
        terminal=settings.terminal.id,
        anchor=anchor,
        revocation=staff.revocation,
        max_age=timedelta(hours=staff.max_age),
        centre=bytes.fromhex(staff.centre_key) if staff.centre_key else None,
        book=staff.book,
        idle=timedelta(seconds=staff.idle),
        total=timedelta(seconds=staff.total),
        battery_clock=staff.battery_clock,
    )

"""Whether a terminal may start by its identity: one that was never enrolled may not."""

from __future__ import annotations

import logging

from kiosk import settings as conf
from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles

log = logging.getLogger(__name__)


def enrolled(settings: conf.Settings) -> None:
    """:class:`SettingsError` for a terminal that was never enrolled: what it took in would reach nobody.

    One whose identity is damaged or out of date goes on: it says so, and its cases wait.
    """
    try:
        held = IdentityFiles(settings.centre.identity).held()
    except IdentityDamagedError as error:
        log.error("%s", error)
        return
    if held is None:
        raise conf.SettingsError("这台终端还没有登记，请先向中心要登记码，运行 tongban enrol")
    if held.terminal != settings.terminal.id:
        raise conf.SettingsError(f"证书是终端 {held.terminal} 的，设置里写的是 {settings.terminal.id}")

"""``tongban enrol``: one code in, one identity on the disk. It may be broken off between any two lines and done again."""

from __future__ import annotations

from pathlib import Path

from kiosk.enrolment import centre
from kiosk.enrolment.centre import RefusedError
from kiosk.enrolment.files import Held, IdentityDamagedError, IdentityFiles
from kiosk.store.files import write_durably
from mqtt.enrolment import OneTimeCode, Why
from mqtt.tls import Tls

REFUSALS: dict[Why, str] = {
    "wrong_code": "中心不认这个登记码：请核对终端编号和登记码，或请中心重发",
    "expired_code": "登记码过期了，请中心重发",
    "used_code": "登记码已经用过了。如果不是这台终端用的，请马上告诉中心",
    "unknown_terminal": "中心没有登记这台终端的编号",
    "bad_request": "中心看不懂本机的申请，请升级程序",
    "slow_down": "试得太多了，请一分钟后再试",
    "revoked": "证书已被吊销",
    "unknown_certificate": "中心没有签发过本机的证书",
}


def enrol(folder: Path, address: str, terminal: str, code: OneTimeCode) -> Held:
    """The new identity of ``terminal``, durably in ``folder``. The outbox and everything else stay as they are.

    Errors as ``kiosk.enrolment.centre``, and ``OSError`` for the disk. What was before holds until the last step.
    """
    files = IdentityFiles(folder)
    key, _ = files.prepared(files.pending)
    believed = centre.authority(address, code)
    candidate = folder / "ca.pending.pem"
    write_durably(candidate, believed)
    try:
        held = centre.enrol(address, Tls(str(candidate)), terminal, code, key)
    except RefusedError as refused:
        before = _present(files)
        if refused.why != "used_code" or before is None:
            raise
        # Broken off after the last step but one: the code may have been used for the identity that is here.
        held = centre.enrol(address, Tls(str(candidate)), terminal, code, before.key)
    files.enrolled(held, believed)
    candidate.unlink(missing_ok=True)
    return held


def _present(files: IdentityFiles) -> Held | None:
    try:
        return files.held()
    except IdentityDamagedError:
        return None

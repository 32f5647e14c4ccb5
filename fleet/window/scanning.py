"""Asks the window terminal on this machine for the waybill under its camera (``kiosk/code_reader.py``)."""

from __future__ import annotations

import httpx
import msgspec
from msgspec import Struct

from domain.case.waybill import waybill
from fleet.settings import secret
from fleet.window.settings import ReaderSettings

_TIMEOUT = httpx.Timeout(20.0, connect=1.0)
"""Seconds; a parcel may be held under the camera for twelve."""


class NotReadError(Exception):
    """No waybill came; the text (Chinese) says why, and that it can be typed."""


class _Read(Struct, frozen=True):
    waybill: str


class Scanner:
    """:class:`fleet.settings.SettingsError` for a secret that is not private."""

    def __init__(self, settings: ReaderSettings) -> None:
        self._url = f"http://127.0.0.1:{settings.port}/v1/waybill"
        self._headers = {"Authorization": f"Bearer {secret(settings.secret_file)}"}

    def read(self) -> str:
        """The number on the parcel; :class:`NotReadError`. Takes up to a quarter of a minute."""
        try:
            answer = httpx.post(self._url, headers=self._headers, timeout=_TIMEOUT, trust_env=False)
        except httpx.HTTPError:
            raise NotReadError("连不上窗口终端的高拍仪。请输入运单号，或用扫码枪。") from None
        match answer.status_code:
            case 200:
                try:
                    found = waybill(msgspec.json.decode(answer.content, type=_Read).waybill)
                except msgspec.MsgspecError:
                    found = None
                if found is not None:
                    return found
                raise NotReadError("高拍仪的答复读不懂。请输入运单号。")
            case 204:
                raise NotReadError("没有看到运单上的条码。请把面单平放在高拍仪下再试，或者输入运单号。")
            case 409:
                raise NotReadError("窗口终端正在给人办事，高拍仪现在不能用。请输入运单号，或用扫码枪。")
            case 429:
                raise NotReadError("另一个页面正在等高拍仪读运单。请稍等，或者输入运单号。")
            case _:
                raise NotReadError("窗口终端不认扫码口令，请联系技术人员核对。请输入运单号。")

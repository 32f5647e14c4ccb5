"""The desk's side of the centre's API: the list of its cases, and sealed documents, checked against their names."""

from __future__ import annotations

import httpx
import msgspec

from domain.sealing import digest as digest_of
from fleet.recovery.reseal import RecoveredError, RecoveredFolder
from mqtt import resources
from mqtt.resources import MAX_DOCUMENT, CaseList, CorrectionList
from mqtt.tls import Tls, context

_TIMEOUT = httpx.Timeout(15.0, connect=3.0)


class CentreError(Exception):
    """The centre gave no usable answer; the text (Chinese) is for the screen."""


class DamagedError(Exception):
    """What the centre gave is not the document its name promises; the text (Chinese) is for the screen."""


class Inbox:
    """Thread-safe. ``party`` is whose cases; ``token`` proves it. ``recovered``: documents the recovery officers resealed to this
    party's new key; they go before the centre's."""

    def __init__(
        self, centre: str, party: str, token: str, ca: str | None = None, recovered: RecoveredFolder | None = None
    ) -> None:
        self._party, self._recovered = party, recovered
        headers = {"Authorization": f"Bearer {token}"}
        trust = context(Tls(ca)) if ca is not None else True
        self._client = httpx.Client(
            base_url=centre,
            headers=headers,
            timeout=_TIMEOUT,
            verify=trust,
            follow_redirects=False,
        )

    def cases(self) -> CaseList:
        """Newest first; :class:`CentreError`."""
        answer = self._get(resources.home_cases_path(self._party))
        try:
            return msgspec.json.decode(answer, type=CaseList)
        except msgspec.MsgspecError:
            raise CentreError("中心的答复读不懂，请联系中心。") from None

    def corrections(self) -> CorrectionList:
        """Errors windows found in this party's items, newest first; :class:`CentreError`."""
        answer = self._get(resources.corrections_path(self._party))
        try:
            return msgspec.json.decode(answer, type=CorrectionList)
        except msgspec.MsgspecError:
            raise CentreError("中心的答复读不懂，请联系中心。") from None

    def document(self, digest: str) -> bytes:
        """The sealed bytes, whose SHA-256 is ``digest`` unless they were resealed; :class:`CentreError`, :class:`DamagedError`."""
        try:
            if self._recovered is not None and (resealed := self._recovered.document(digest)) is not None:
                return resealed
        except RecoveredError as error:
            raise DamagedError(str(error)) from None
        sealed = self._get(resources.document_path(digest))
        if digest_of(sealed) != digest:
            raise DamagedError("材料文件与登记的摘要不符，内容已损坏，没有打开。请联系中心。")
        return sealed

    def close(self) -> None:
        self._client.close()

    def _get(self, path: str) -> bytes:
        try:
            with self._client.stream("GET", path) as answer:
                if answer.status_code in (401, 403):
                    raise CentreError("中心不认这个专窗的凭据，请联系中心核对登记。")
                if answer.status_code == 404:
                    raise CentreError("中心没有这份文件，可能还在途中。")
                if answer.status_code != 200:
                    raise CentreError(f"中心暂时不能答复（{answer.status_code}），请稍后再试。")
                found = bytearray()
                for chunk in answer.iter_bytes():
                    found += chunk
                    if len(found) > MAX_DOCUMENT:
                        raise CentreError("中心给出的文件过大，没有打开。")
                return bytes(found)
        except httpx.HTTPError:
            raise CentreError("连不上中心，请检查网络后再试。") from None

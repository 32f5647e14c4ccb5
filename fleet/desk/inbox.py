"""The home desk's side of the centre's API: its cases and their ledgers, and errors that windows found in its items."""

from __future__ import annotations

from fleet.casework.client import CentreError, Client, DamagedError, DeletedError
from fleet.recovery.reseal import RecoveredError, RecoveredFolder
from mqtt import resources
from mqtt.protection import (
    Deletion,
    DeletionList,
    PersonRequest,
    RequestAnswered,
    RequestList,
    answer_path,
    deletions_path,
    requests_path,
)
from mqtt.resources import CorrectionList

__all__ = ["CentreError", "DamagedError", "Inbox"]


class Inbox(Client):
    """Thread-safe. ``party`` is whose cases; ``token`` proves it. ``recovered``: documents the recovery officers resealed to this
    party's new key; they go before the centre's."""

    def __init__(
        self, centre: str, party: str, token: str, ca: str | None = None, recovered: RecoveredFolder | None = None
    ) -> None:
        super().__init__(centre, "home", party, token, ca)
        self._recovered = recovered

    def document(self, digest: str) -> bytes:
        """The sealed bytes, whose SHA-256 is ``digest`` unless they were resealed; :class:`CentreError`, :class:`DamagedError`."""
        try:
            if self._recovered is not None and (resealed := self._recovered.document(digest)) is not None:
                return resealed
        except RecoveredError as error:
            self._need_not_be_over(digest)
            raise DamagedError(str(error)) from None
        return super().document(digest)

    def _need_not_be_over(self, digest: str) -> None:
        """A copy that went with the centre's (``fleet.protection.desk_clock``) is not damaged. :class:`DeletedError`."""
        try:
            super().document(digest)
        except DeletedError:
            raise
        except CentreError:
            return

    def corrections(self) -> CorrectionList:
        """Errors windows found in this party's items, newest first; :class:`CentreError`."""
        return self._read(resources.corrections_path(self.party), CorrectionList)

    def requests(self) -> tuple[PersonRequest, ...]:
        """What people ask of their own information, what waits for the answer first; :class:`CentreError`."""
        return self._read(requests_path(self.party), RequestList).requests

    def answer(self, request: int, said: RequestAnswered) -> PersonRequest:
        """:class:`CentreError`; its documents were put before."""
        return self.tell(answer_path(str(request)), said, PersonRequest)

    def deletions(self) -> tuple[Deletion, ...]:
        """Documents of this party's cases whose time was over at the centre, newest first; :class:`CentreError`."""
        return self._read(deletions_path(self.party), DeletionList).deletions

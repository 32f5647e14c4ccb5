"""Questions to the centre that somebody waits for, over HTTPS with the terminal's certificate: answered now, or not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from mqtt.tls import Tls, context

log = logging.getLogger(__name__)

_TIMEOUT = httpx.Timeout(10.0, connect=4.0)


class NotNowError(Exception):
    """The centre, known as such, gives no answer at present."""


class Line:
    """``tls`` is asked for each connection: the certificate may have been renewed."""

    def __init__(self, centre: str, tls: Callable[[], Tls]) -> None:
        self._centre = centre.rstrip("/")
        self._tls = tls

    @contextmanager
    def open(self) -> Iterator[Callable[..., httpx.Response]]:
        """``ask(method, path, …)`` over one connection. :class:`NotNowError`, from it too."""
        try:
            client = httpx.Client(base_url=self._centre, verify=context(self._tls()), timeout=_TIMEOUT, trust_env=False)
        except OSError as error:
            raise NotNowError from error
        with client:
            yield lambda method, path, **given: _answer(client, method, path, given)

    def ask(self, method: str, path: str, **given: object) -> httpx.Response:
        """One question over a connection of its own. :class:`NotNowError`."""
        with self.open() as ask:
            return ask(method, path, **given)


def _answer(client: httpx.Client, method: str, path: str, given: dict[str, object]) -> httpx.Response:
    try:
        answer = client.request(method, path, **given)  # type: ignore[arg-type]
    except (httpx.HTTPError, OSError) as error:
        log.info("no answer now: %s", type(error).__name__)
        raise NotNowError from error
    if answer.status_code in (401, 403) or answer.status_code >= 500:
        raise NotNowError
    return answer

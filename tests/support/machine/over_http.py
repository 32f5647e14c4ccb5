"""The glass of a terminal that runs in another machine, asked and touched over HTTP."""

from __future__ import annotations

import time

import httpx
from support.hall import GlassByHttp


class OverHttp:
    """``patience``: seconds; ``_browser``: while it is on."""

    patience: float
    _browser: httpx.Client | None = None

    def glass(self) -> GlassByHttp:
        assert self._browser is not None, "it is off"
        return GlassByHttp(self._browser, self.patience)

    def painted(self, since: float = 0.0) -> bool:
        """Whether the page on the glass has proved that it is painted, by a beat later than ``since`` (``time.monotonic``)."""
        assert self._browser is not None, "it is off"
        try:
            told = self._browser.get("/pulse").json()
        except (httpx.HTTPError, ValueError):
            return False
        return bool(told["state"] == "alive" and time.monotonic() - told["age"] > since)

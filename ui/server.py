"""The page's server: waitress on the loopback. What it holds of a person between two sockets is in memory, never in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waitress.server import create_server

from ui.citizen.intents import MAX_BODY

THREADS = 16
"""Every open event stream holds one."""
MOST_BODY = 2 * MAX_BODY
"""Bytes; beyond it waitress refuses by itself. Between this and MAX_BODY the citizen's page gives its own answer."""
MOST_ANSWER = 32 * 1024 * 1024
"""Bytes; the largest answer is a page's picture. By default waitress writes what is over 1 MB, and a form over 512 kB, to /tmp."""


def create_page_server(application: Callable[..., Any], host: str, port: int) -> Any:
    """Bound and not yet running; ``OSError`` when the port is taken."""
    return create_server(
        application,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=MOST_BODY,
        inbuf_overflow=2 * MOST_BODY,
        outbuf_overflow=MOST_ANSWER,
    )

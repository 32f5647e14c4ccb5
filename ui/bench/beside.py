"""The terminal's screen in a frame of the bench. The terminal itself lets nobody frame it; this relay, on a port of its own, hands
on what the terminal answers, with the bench as the one page that may. For demonstration and development only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
from werkzeug.wrappers import Request, Response

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization", "host"})
"""Headers of one connection (RFC 9110 7.6.1), and the one that names it."""
_SILENCE = httpx.Timeout(10.0)
_WAITING = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>终端</title>
<body><h1>终端没有应答</h1><p>也许正在启动，两秒后再试。</p></body></html>"""


def create_beside(terminal: str, bench: str) -> Any:
    """A WSGI application. ``terminal``, ``bench``: origins, as ``http://127.0.0.1:8600``."""
    client = httpx.Client(base_url=terminal, timeout=_SILENCE, trust_env=False, limits=httpx.Limits(max_connections=64))

    def relay(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            return Response("Host refused\n", 403)(environ, start_response)
        return _handed_on(request, client, terminal, bench)(environ, start_response)

    return relay


def _handed_on(request: Request, client: httpx.Client, terminal: str, bench: str) -> Response:
    headers = [(name, value) for name, value in request.headers if name.lower() not in _HOP]
    if request.headers.get("Origin") == f"{request.scheme}://{request.host}":
        headers = [(name, terminal if name.lower() == "origin" else value) for name, value in headers]
    with ExitStack() as opened:
        try:
            asked = client.build_request(request.method, request.full_path, headers=headers, content=request.get_data())
            answer = client.send(asked, stream=True)
            opened.callback(answer.close)
        except httpx.HTTPError:
            return Response(_WAITING, 502, mimetype="text/html", headers={"Cache-Control": "no-store"})
        whole = opened.pop_all()
    given = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in _HOP]
    given = [(n, v.replace("frame-ancestors 'none'", f"frame-ancestors {bench}")) for n, v in given]
    response = Response(_bytes(answer), answer.status_code, given)
    response.call_on_close(whole.close)
    return response


def _bytes(answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_raw()
    except httpx.HTTPError:
        return

"""How a connection to PostgreSQL is secured: over a network by TLS, its certificate and its name verified, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mqtt.broker import is_loopback

VERIFIED = "verify-full"


def sslmode(said: Mapping[str, Any]) -> str | None:
    """To be added to libpq's parameters ``said``; ``None``: nothing. ``ValueError``, in Chinese, where less is asked for than a
    network wants. libpq itself would go without TLS where the server has none.
    """
    if not any(map(_remote, str(said.get("hostaddr") or said.get("host") or "").split(","))):
        return None
    mode = said.get("sslmode")
    if mode not in (None, VERIFIED):
        raise ValueError(f"database.conninfo 写的是 sslmode={mode}。数据库不在本机，居民的信息要经过网络，只能是 {VERIFIED}")
    return VERIFIED


def refusal(text: str) -> str | None:
    """What libpq's sentence means, of those that are about TLS."""
    for words, told in _TOLD:
        if words in text:
            return told
    return None


_TOLD = (
    ("does not match host name", "PostgreSQL 的证书不是给 conninfo 里那个主机名的，没有连上。请核对主机名，或者给它换证书"),
    ("certificate verify failed", "PostgreSQL 的证书不是 sslrootcert 那个签发机构签的，或者过期了，没有连上"),
    ("root certificate file", "没有 PostgreSQL 签发机构的证书，请把它放好，并在 conninfo 里用 sslrootcert 写明路径"),
    ("server does not support SSL", "PostgreSQL 没有打开 ssl，没有连上。请在它的 postgresql.conf 里打开"),
)


def _remote(host: str) -> bool:
    """Not of this machine: neither a socket's folder nor a loopback."""
    return bool(host) and not host.startswith(("/", "@")) and not is_loopback(host)

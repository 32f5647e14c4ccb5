"""Channels: one message to mail, a robot of WeCom, DingTalk or Feishu, or a webhook, through Apprise.

An address holds secrets (a robot's key, a mailbox's password), so it stands in a file of its own that is read at each message: a
new key needs no restart. No page, log or error shows more of it than its kind and its host. Apprise knows a hundred other services,
some of which run programs on this machine: only these five are taken.

Apprise calls what WeCom and DingTalk answer with HTTP 200 told, also when their answer says that it was not (``errcode``): their
robots are asked here, at the address and with the signature Apprise makes.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import httpx

from fleet.alerts.settings import ChannelEntry
from fleet.outward.sender import LaterError
from fleet.settings import SettingsError, secret
from mqtt.broker import is_loopback

if TYPE_CHECKING:  # Apprise takes half a second to import; a centre without channels never does
    from apprise.plugins.base import NotifyBase

KINDS = {
    "NotifyEmail": "邮件",
    "NotifyWeComBot": "企业微信机器人",
    "NotifyDingTalk": "钉钉机器人",
    "NotifyFeishu": "飞书机器人",
    "NotifyJSON": "Webhook",
}
"""Apprise's name → ours."""
_STATUS = re.compile(r"\berror=([1-5][0-9]{2})\b")
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


@dataclass(frozen=True, slots=True)
class Channel:
    """Made by :func:`channel`. Thread-safe: nothing of it changes."""

    entry: ChannelEntry

    @property
    def id(self) -> str:
        return self.entry.id

    def masked(self) -> str:
        """Its kind and host, for a page; what is wrong with its file, if something is."""
        try:
            return _masked(_service(self.entry))
        except SettingsError as error:
            return str(error)

    def send(self, id: str, title: str, text: str) -> None:
        """Told when this returns: taken by the other side. The same ``id`` is the same message. :class:`LaterError`."""
        try:
            service = _service(self.entry)
        except SettingsError:
            raise LaterError("address_unusable") from None
        kind = type(service).__name__
        whole = f"{title}\n{text}\n消息编号 {id[:8]}"
        if kind == "NotifyWeComBot":
            _robot(service.api_url, {}, {"msgtype": "text", "text": {"content": whole}})
        elif kind == "NotifyDingTalk":
            stamp, sign = service.get_signature() if service.secret else ("", "")
            signed = {"timestamp": stamp, "sign": sign} if service.secret else {}
            at = {"atMobiles": list(service.targets), "isAtAll": False}
            content = {"msgtype": "text", "text": {"content": whole}, "at": at}
            _robot(service.notify_url.format(token=service.token), signed, content)
        else:
            if hasattr(service, "headers"):
                service.headers["Idempotency-Key"] = id
            _handed(service, title, text if kind == "NotifyJSON" else f"{text}\n\n消息编号 {id[:8]}")


def channel(entry: ChannelEntry) -> Channel:
    """:class:`SettingsError` when its address cannot be used, which never quotes it."""
    _service(entry)
    return Channel(entry)


def _service(entry: ChannelEntry) -> Any:
    url = secret(entry.url_file)
    kinds = _kinds()
    kind = kinds.get(url.partition("://")[0].lower())
    try:
        if kind is not None:
            parsed = kind.parse_url(url)
        else:  # WeCom's own address of a robot
            kind = kinds["wecombot"]
            parsed = kind.parse_native_url(url)
        service = kind(**parsed) if parsed else None
    except TypeError:  # Apprise's exception for what is not configured rightly is one
        service = None
    if service is None:
        raise SettingsError(f"渠道 {entry.id}：{entry.url_file} 里不是邮件、企业微信、钉钉、飞书或 Webhook 的地址")
    mode = str(getattr(service, "secure_mode", ""))
    plain = (isinstance(service, kinds["json"]) and not service.secure) or mode == "insecure"
    host = getattr(service, "smtp_host", None) or service.host
    if (plain or not service.verify_certificate) and not is_loopback(str(host or "")):
        raise SettingsError(f"渠道 {entry.id}：要加密传输并核对证书（jsons://、mailtos://，不写 verify=no）；本机除外")
    return service


@cache
def _kinds() -> dict[str, Any]:
    """Scheme → Apprise's class. Its own loader would import all hundred and forty."""
    with catch_warnings():
        simplefilter("ignore", DeprecationWarning)  # its mail looks for a module Python 3.13 left out, to put its own there
        from apprise.logger import logger
        from apprise.plugins.custom_json import NotifyJSON
        from apprise.plugins.dingtalk import NotifyDingTalk
        from apprise.plugins.email.base import NotifyEmail
        from apprise.plugins.feishu import NotifyFeishu
        from apprise.plugins.wecombot import NotifyWeComBot
    logger.propagate = False  # what it logs may name an address
    classes: dict[str, Any] = {"wecombot": NotifyWeComBot, "dingtalk": NotifyDingTalk, "feishu": NotifyFeishu}
    return classes | {"json": NotifyJSON, "jsons": NotifyJSON, "mailto": NotifyEmail, "mailtos": NotifyEmail}


def _masked(service: NotifyBase) -> str:
    kind = type(service).__name__
    if kind == "NotifyEmail":
        smtp: str = getattr(service, "smtp_host", "") or str(service.host)
        return f"{KINDS[kind]}，经 {smtp}"
    if kind == "NotifyJSON":
        return f"{KINDS[kind]}，{service.host}{f':{service.port}' if service.port else ''}/…"
    return f"{KINDS[kind]}，密钥 ••••"


def _robot(url: str, params: dict[str, str], content: dict[str, Any]) -> None:
    try:
        answer = httpx.post(url, params=params or None, json=content, timeout=_TIMEOUT)
        said = answer.json() if answer.status_code == 200 else {}
    except (httpx.HTTPError, ValueError):
        raise LaterError("unreachable") from None
    if answer.status_code != 200:
        raise LaterError(f"http_{answer.status_code}")
    if not isinstance(said, dict) or said.get("errcode") != 0:
        code = said.get("errcode") if isinstance(said, dict) else None
        raise LaterError(f"errcode_{code}" if isinstance(code, int) else "answer_not_understood")


def _handed(service: NotifyBase, title: str, text: str) -> None:
    from apprise.logger import logger

    heard: list[str] = []
    listener = _Listener(heard)
    logger.addHandler(listener)
    try:
        done = service.notify(body=text, title=title)
    finally:
        logger.removeHandler(listener)
    if not done:
        found = _STATUS.search(" ".join(heard))
        raise LaterError(f"http_{found.group(1)}" if found else "not_taken")


class _Listener(logging.Handler):
    """What Apprise says of a failure: nowhere else does it tell the status."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.getMessage())

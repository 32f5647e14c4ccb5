"""Devices in one line of text, as a technician types them and as a file of answers has them; and the line that fits what was found.

``idcard=/dev/tongban/tty-…,baud=115200 printer=192.0.2.50:9100 rating=/dev/…,profile=framed a4=ipp://192.0.2.20/ipp/print``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from devices.printer.options import PORT
from devices.survey import SILENT, Certainty, Found, Kind
from kiosk.care.exercises import NAMES
from kiosk.setup.errors import AnswerError

_WHERE = {"idcard": "path", "rating": "path", "a4": "printer", "smartcard": "reader", "camera": "socket"}
NEEDED = ("idcard", "printer")
CAMERA = "/run/tongban-camera/camera"
CUPS = "/run/tongban-cups"
_NUMBERS = ("baud", "port", "photo_vendor")
Tables = dict[str, dict[str, Any]]


def read(text: str) -> Tables:
    """Tables of ``[devices]``; :class:`AnswerError`. Whether they can be used is the settings' to say."""
    found: Tables = {}
    for word in text.split():
        name, equals, rest = word.partition("=")
        name = name.lower()
        if name not in NAMES or not equals:
            raise AnswerError(f"“{word}”看不懂，写成 设备=地址，设备有：{'、'.join(f'{n}（{w}）' for n, w in NAMES.items())}")
        if name in found:
            raise AnswerError(f"{NAMES[name]}写了两次")
        address, *options = rest.split(",")
        table: dict[str, Any] = _printer(address) if name == "printer" else {_WHERE[name]: _blank(address)}
        for option in options:
            key, _, value = option.partition("=")
            if key.lower() in NAMES:
                raise AnswerError(f"“{option}”前面要空一格：逗号后面写的是前一个设备的项")
            if not key or not value:
                raise AnswerError(f"“{option}”看不懂，写成 项=值，如 baud=115200")
            number = key in _NUMBERS and value.isdecimal() and len(value) < 9
            table[key] = int(value) if number else _blank(value)
        found[name] = table
    for name in NEEDED:
        if name not in found:
            raise AnswerError(f"没有写{NAMES[name]}（{name}=地址），没有它不能收件")
    if "a4" in found:
        found["a4"].setdefault("cups", CUPS)
    if "rating" in found:
        found["rating"].setdefault("profile", "framed")
    found.setdefault("camera", {"socket": CAMERA})
    return found


def line(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """What :func:`read` reads as ``tables``; whatever it cannot say is left out."""
    return " ".join(f"{name}={_words(name, tables[name])}" for name in NAMES if name in tables)


def matched(found: Sequence[Found], before: Mapping[str, Mapping[str, Any]]) -> tuple[str, tuple[str, ...]]:
    """The line that fits, and what a person should look at. What is set stays; what answered as such a device does is taken."""
    tables: Tables = {name: dict(table) for name, table in before.items()}
    doubts: list[str] = []
    for name in ("idcard", "printer", "smartcard"):
        ones = [one for one in found if one.device == name]
        sure = [one for one in ones if one.certainty is Certainty.SURE]
        if name in tables:
            continue
        if sure:
            tables[name] = _table(sure[0])
            doubts += [f"{NAMES[name]}找到 {len(sure)} 台，用 {sure[0].address}"] if len(sure) > 1 else []
        elif ones:
            tables[name] = _table(ones[0])
            doubts.append(f"{ones[0].address} 多半是{NAMES[name]}{'：' + ones[0].note if ones[0].note else ''}")
        elif name in NEEDED:
            doubts.append(f"没有找到{NAMES[name]}")
    used = {table.get("path") or table.get("serial") for table in tables.values()}
    silent = [one for one in found if one.kind is Kind.SERIAL and one.note == SILENT and one.address not in used]
    if "rating" not in tables and len(silent) == 1:
        tables["rating"] = {"path": silent[0].address, "profile": "framed"}
        doubts.append(f"{silent[0].address} 没有应答，当作评价器；不是就去掉 rating=…")
    elif "rating" not in tables and silent:
        doubts.append(f"这些口没有应答，其中可能有评价器：{'、'.join(one.address for one in silent)}")
    return line(tables), tuple(doubts)


def stable(found: Iterable[Found], links: Mapping[str, str]) -> list[Found]:
    """``found`` by the names udev gives a socket (``links``: what is meant → name), each once."""
    named: dict[str, Found] = {}
    for one in found:
        address = links.get(one.address, one.address)
        named.setdefault(address, replace(one, address=address))
    return list(named.values())


def _table(one: Found) -> dict[str, Any]:
    if one.device == "smartcard":
        return {"reader": one.address}
    if one.kind is Kind.USB_PRINTER:
        return {"usb": one.address}
    if one.kind is Kind.TCP:
        return _printer(one.address)
    where = "serial" if one.device == "printer" else "path"
    return {where: one.address} | ({"baud": one.baud} if one.baud else {})


def _printer(address: str) -> dict[str, Any]:
    if address.startswith(("/dev/usb/", "/dev/tongban/printer-")):
        return {"usb": address}
    if address.startswith("/"):
        return {"serial": address}
    host, colon, port = address.rpartition(":")
    if not colon:
        return {"host": address, "port": PORT}
    if not port.isdecimal() or not 0 < int(port[:9]) < 65536:
        raise AnswerError(f"“{address}”应写成 主机:端口，如 192.0.2.50:{PORT}")
    return {"host": host, "port": int(port)}


def _words(name: str, table: Mapping[str, Any]) -> str:
    if name == "printer":
        address = table.get("usb") or table.get("serial") or f"{table.get('host', '')}:{table.get('port', PORT)}"
        told = {"usb", "serial", "host", "port"}
    else:
        address, told = str(table.get(_WHERE[name], "")), {_WHERE[name]}
    address = str(address).replace(" ", "␣")
    options = {key: value for key, value in table.items() if key not in told and not isinstance(value, dict)}
    rest = [f",{key}={str(value).replace(' ', '␣')}" for key, value in options.items()]
    return address + "".join(rest)


def _blank(text: str) -> str:
    """A name with blanks in it (PC/SC readers have them) is one word here."""
    return text.replace("␣", " ")

"""What a few bytes on a device's wire mean, in Chinese, for the bench. Told from their beginning; what is unknown is data.

Sources are those of each device's protocol (``devices/protocols``); the printer's are ESC/POS, the A4 printer's RFC 8011.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType

from devices.protocols import frames, sdt
from devices.protocols.sdt import Sw3
from devices.rating.profile import profiles

_UNKNOWN = "数据"
_SDT = {
    b"\x10\xff": "复位模块",
    b"\x11\xff": "问模块状态",
    b"\x12\xff": "问模块编号",
    b"\x20\x01": "找卡",
    b"\x20\x02": "选卡",
    b"\x30\x01": "读文字和照片",
    b"\x30\x03": "读最新住址",
    b"\x30\x05": "问卡体号（卡还在吗）",
}
_SW3 = {
    Sw3.DONE: "完成",
    Sw3.CARD_FOUND: "找到卡",
    Sw3.CHECKSUM_WRONG: "校验错",
    Sw3.LENGTH_WRONG: "长度错",
    Sw3.COMMAND_INVALID: "不认识命令",
    Sw3.CARD_TYPE_UNKNOWN: "不认识的卡",
    Sw3.READ_FAILED: "读卡失败",
    Sw3.SELF_TEST_FAILED: "自检不通过",
    Sw3.NOT_AUTHORISED: "未授权",
    Sw3.NO_CARD: "没有卡",
    Sw3.SELECT_FAILED: "选卡失败",
    Sw3.NO_SUCH_ITEM: "没有这一项",
}
_ESC_POS = {
    b"\x1b@": "初始化",
    b"\x1ba": "对齐",
    b"\x1bE": "加粗",
    b"\x1d!": "放大",
    b"\x1bJ": "走纸",
    b"\x1bd": "走纸",
    b"\x1dv": "图像",
    b"\x1dV": "切纸",
    b"\x1da": "要自动状态回传",
    b"\x1dr": "按顺序问纸状态",
    b"\x1dI": "问型号",
    b"\x1c&": "汉字方式",
    b"\x1d(": "要进程标识或二维码",
}
_ASKED = {1: "问是否联机", 2: "问为何脱机", 3: "问错误", 4: "问纸"}
_INS = {
    0x20: "VERIFY 验 PIN（内容不显示）",
    0x82: "EXTERNAL AUTHENTICATE",
    0x84: "GET CHALLENGE",
    0x87: "GENERAL AUTHENTICATE 签名",
    0x88: "INTERNAL AUTHENTICATE",
    0xA4: "SELECT 选应用或文件",
    0xB0: "READ BINARY",
    0xB2: "READ RECORD",
    0xC0: "GET RESPONSE",
    0xCA: "GET DATA",
    0xCB: "GET DATA",
}
_IPP = {
    0x0002: "Print-Job 打印",
    0x0004: "Validate-Job",
    0x0005: "Create-Job 建作业",
    0x0006: "Send-Document 送文件",
    0x0008: "Cancel-Job 取消",
    0x0009: "Get-Job-Attributes 问作业",
    0x000A: "Get-Jobs 问有哪些作业",
    0x000B: "Get-Printer-Attributes 问打印机",
}
_LEVELS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
_CAMERA = {frames.Ask.HELLO: "打招呼", frames.Ask.PREVIEW: "要一帧预览", frames.Ask.STILL: "要一张照片", frames.Ask.REST: "休息"}


def said(device: str, heard: bool, data: bytes) -> str:
    """``heard``: the device heard ``data``, else it said it. Never fails, whatever the bytes."""
    with suppress(IndexError, ValueError, struct.error):
        return _DEVICES.get(device, _nothing)(heard, data)
    return _UNKNOWN


def _nothing(heard: bool, data: bytes) -> str:
    return _UNKNOWN


def _idcard(heard: bool, data: bytes) -> str:
    at = data.find(sdt.PREAMBLE)
    if at < 0:
        return "不成帧的字节"
    body = data[at + sdt.HEAD :]
    if heard:
        return _SDT.get(body[:2], "不认识的命令")
    code = body[2]
    return f"{_SW3[Sw3(code)]}（SW3 {code:02X}）" if code in _SW3 else f"SW3 {code:02X}"


def _rating(heard: bool, data: bytes) -> str:
    if heard:
        return "命令"
    shape = profiles()["framed"].shape
    level = next((level for key, level in shape.keys.items() if shape.frame(key) in data), None)
    return "不成帧的字节" if level is None else f"按键：{_LEVELS[level]}"


def _printer(heard: bool, data: bytes) -> str:
    if not heard:
        return _printer_says(data)
    if data[:2] == b"\x10\x04":
        return f"{_ASKED.get(data[2], '问状态')}（DLE EOT {data[2]}）"
    known = _ESC_POS.get(data[:2])
    if data[:2] == b"\x1dv" and len(data) >= 8:
        return f"图像 {8 * int.from_bytes(data[4:6], 'little')} × {int.from_bytes(data[6:8], 'little')} 点"
    return known or "接着的图像或文字"


def _printer_says(data: bytes) -> str:
    first = data[0]
    if len(data) >= 4 and first & 0x93 == 0x10:
        told = [word for bit, word in ((0x08, "脱机"), (0x20, "开盖")) if first & bit]
        told += ["有错误"] if data[1] else []
        told += ["缺纸"] if data[2] & 0x0C else ["纸快完"] if data[2] & 0x03 else []
        return f"自动状态：{'、'.join(told) or '正常'}"
    if data[:2] == b"\x37\x22":
        return "进程标识：到这里都打完了"
    if first == 0x5F:
        return "型号"
    return f"状态 {first:02X}{'，正常' if first == 0x12 else ''}"


def _camera(heard: bool, data: bytes) -> str:
    magic, _, kind, code, _, width, height, _, _ = frames.HEADER.unpack(data[: frames.HEADER.size])
    if magic != frames.MAGIC:
        return "不成帧的字节"
    if heard:
        return _CAMERA[frames.Ask(kind)] if kind in list(frames.Ask) else "不认识的要求"
    return {129: "我是谁、多大画面", 130: f"画面 {width} × {height}", 255: f"没有画面（原因 {code}）"}.get(kind, _UNKNOWN)


def _smartcard(heard: bool, data: bytes) -> str:
    if heard:
        return _INS.get(data[1], f"INS {data[1]:02X}")
    status = data[-2:].hex().upper()
    return {"9000": "完成（9000）", "6A82": "没有这个应用或文件（6A82）", "6982": "条件不够（6982）"}.get(status, f"SW {status}")


def _a4(heard: bool, data: bytes) -> str:
    code = int.from_bytes(data[2:4], "big")
    return _IPP.get(code, f"操作 {code:04X}") if heard else "成功" if code < 0x0100 else f"不成（{code:04X}）"


_DEVICES: Mapping[str, Callable[[bool, bytes], str]] = MappingProxyType(
    {"idcard": _idcard, "rating": _rating, "printer": _printer, "camera": _camera, "smartcard": _smartcard, "a4": _a4}
)

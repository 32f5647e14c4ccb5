"""``tongban devices``: what is attached, what it says, and the settings that would fit, ready to be pasted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
import tomli_w

from devices import survey
from devices.printer.options import PORT
from devices.survey import Certainty, Found, Kind
from kiosk import settings as conf
from kiosk.care.exercises import NAMES

SURENESS = {Certainty.SURE: "确定", Certainty.LIKELY: "多半是", Certainty.UNKNOWN: "不清楚"}
KINDS = {
    Kind.SERIAL: "串口",
    Kind.USB_PRINTER: "USB 打印机",
    Kind.PCSC: "PC/SC 读卡器",
    Kind.CAMERA: "高拍仪套接字",
    Kind.TCP: "网络打印机",
    Kind.QUEUE: "打印队列",
}
PADS = "reversed 或 ascii，见 devices/rating/pads.toml"


@click.command()
@click.option("--settings", type=click.Path(dir_okay=False, path_type=Path), help="也看设置里写的打印机和高拍仪")
@click.option("--printer", metavar="主机[:端口]", multiple=True, help=f"也问这台网络打印机，端口不写就是 {PORT}")
@click.option("--camera", metavar="套接字", multiple=True, help="也问这个高拍仪进程")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), multiple=True, help="也看这个目录里的串口")
@click.option("--skip", metavar="路径", multiple=True, help="不碰这个口")
@click.option("--no-probe", is_flag=True, help="只列出，一个字节也不发")
@click.option("--json", "as_json", is_flag=True, help="按 JSON 输出")
def devices(
    settings: Path | None,
    printer: tuple[str, ...],
    camera: tuple[str, ...],
    folder: tuple[Path, ...],
    skip: tuple[str, ...],
    no_probe: bool,
    as_json: bool,
) -> None:
    """列出接着的设备，问一问是什么，给出可以粘贴的设置。

    会向没有被占用的口发几个字节，问是不是打印机、读卡器；不会打印，不会读卡。不想被问的口用 --skip。
    """
    try:
        wanted = conf.load(settings).devices if settings is not None else None
    except conf.SettingsError as error:
        raise click.ClickException(str(error)) from None
    named = _named(wanted) if wanted is not None else []
    chips = wanted.smartcard if wanted is not None else None
    found = [
        *survey.serial_ports(folder),
        *survey.usb_printers(),
        *survey.card_readers(chips.service if chips is not None else ""),
        *survey.queues(),
        *(Found(Kind.TCP, _with_port(address)) for address in printer),
        *(Found(Kind.CAMERA, path) for path in camera),
    ]
    found += [one for one in named if one.address not in {f.address for f in found}]
    found = survey.without(found, skip)
    if not no_probe:
        if not as_json:
            click.echo(f"正在询问没有被占用的口（{survey.ASKED}）……", err=True)
        found = [survey.probe(one) for one in found]
    click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2) if as_json else _told(found))


def _named(wanted: conf.DeviceSettings) -> list[Found]:
    """What the settings name and no list of ports shows."""
    printer = wanted.printer
    network = [Found(Kind.TCP, f"{printer.host}:{printer.port or PORT}", "设置里的打印机")] if printer.host is not None else []
    return [*network, Found(Kind.CAMERA, wanted.camera.socket, "设置里的高拍仪")]


def _with_port(address: str) -> str:
    host, colon, port = address.rpartition(":")
    if not colon:
        return f"{address}:{PORT}"
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise click.BadParameter(f"“{address}”应写成 主机:端口，如 192.168.1.50:{PORT}")
    return address


def _told(found: Sequence[Found]) -> str:
    if not found:
        return "没有找到任何设备。"
    lines = []
    for one in found:
        what = NAMES.get(one.device or "", "") or ("" if one.certainty is Certainty.UNKNOWN else one.about)
        lines.append(f"{KINDS[one.kind]}  {one.address}{'  ' + one.about if one.about else ''}")
        lines.append(f"    {SURENESS[one.certainty]}{'：' + what if what else ''}{'，' + one.identity if one.identity else ''}")
        if one.note:
            lines.append(f"    {one.note}")
    return "\n".join([*lines, "", "# ---- 可以粘贴进设置文件的一段 ----", suggestion(found)])


def suggestion(found: Sequence[Found]) -> str:
    """TOML with Chinese comments. Only what is sure stands there to be used; the rest is commented out."""
    parts = []
    for device in ("idcard", "printer", "camera", "smartcard"):
        matches = [one for one in found if one.device == device]
        if not matches:
            parts.append(f"# {NAMES[device]}：没有找到\n# [devices.{device}]")
        for index, one in enumerate(sorted(matches, key=lambda one: one.certainty is not Certainty.SURE)):
            usable = index == 0 and one.certainty is Certainty.SURE and one.kind is not Kind.USB_PRINTER
            comment = f"# {NAMES[device]}：{SURENESS[one.certainty]}{'' if index == 0 else '；又一台，选一台用'}"
            parts.append(comment + "\n" + _table(device, _options(one), usable, one.identity))
    for one in found:
        if one.note == survey.SILENT:
            options: dict[str, object] = {"path": one.address, "profile": "framed"}
            parts.append(f"# 评价器：不清楚，这个口没有应答，可能是它。帧格式可能是 {PADS}\n" + _table("rating", options, False))
    return "\n\n".join(parts)


def _options(one: Found) -> dict[str, object]:
    options: dict[str, object]
    if one.kind is Kind.TCP:
        host, _, port = one.address.rpartition(":")
        options = {"host": host, "port": int(port)}
    elif one.kind is Kind.CAMERA:
        options = {"socket": one.address}
    elif one.kind is Kind.PCSC:
        options = {"reader": one.address}
    elif one.kind is Kind.USB_PRINTER:
        options = {"usb": one.address}
    elif one.device == "printer":
        options = {"serial": one.address, "baud": one.baud}
    else:
        options = {"path": one.address} | ({"baud": one.baud} if one.baud else {})
    return options


def _table(device: str, options: dict[str, object], usable: bool, identity: str | None = None) -> str:
    text = tomli_w.dumps({"devices": {device: options}}).strip()
    if identity:
        text += f"\n# 去掉下一行的井号，就只认这一台：\n# {tomli_w.dumps({'identity': identity}).strip()}"
    return text if usable else "\n".join(f"# {line}" for line in text.splitlines())

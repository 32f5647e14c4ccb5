"""Programs that share no code with us, at both ends: receiptio prints to the virtual printer, zbar and Tesseract read its paper."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.printing import QUERY, Cable, printing

from devices.port import PrintOutcome
from devices.printer.model import models
from devices.virtual.paper import Piece
from devices.virtual.printer import VirtualPrinter

RECEIPTIO = Path(__file__).parents[2] / "node_modules" / "receiptio" / "bin" / "cli.js"
RECEIPT = "^^^收件凭证\n\n业务属地 | 四川省凉山州\n{code:https://example.invalid/q; option:qrcode,6,m}\n"
SENTENCE = "本凭证只证明收件地已收到上列材料，收件不等于受理"
PORT = 9100
"""receiptio knows no other; each test process has a loopback address of its own."""


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    own = os.getpid() % 60_000
    printer = VirtualPrinter(f"127.9.{own // 250}.{own % 250 + 1}", PORT, pace=1000)
    printer.start()
    yield printer
    printer.stop()


def receiptio(printer: VirtualPrinter, *options: str, text: str = RECEIPT) -> int:
    host = printer.address.partition(":")[0]
    done = subprocess.run(
        ["node", str(RECEIPTIO), "-d", host, "-l", "zh-hans", *options], input=text.encode(), timeout=60, check=False
    )
    return done.returncode


def read_by_tesseract(piece: Piece) -> str:
    """The Chinese on the paper, without spaces. Enlarged: Tesseract wants letters of about forty dots."""
    with Image.open(io.BytesIO(piece.png())) as picture:
        large = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    large.save(data, "PNG")
    command = ["tesseract", "-", "-", "-l", "chi_sim", "--psm", "6"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    text = subprocess.run(command, input=data.getvalue(), capture_output=True, timeout=100, check=True, env=environment).stdout
    return "".join(text.decode().split())


def read_by_zbar(piece: Piece, folder: Path) -> str:
    picture = folder / "paper.png"
    picture.write_bytes(piece.png())
    found = subprocess.run(["zbarimg", "-q", "--raw", "--nodbus", str(picture)], capture_output=True, timeout=60, check=True)
    return found.stdout.decode().strip()


def test_receiptio_prints_chinese_and_a_code_and_is_told_so(printer: VirtualPrinter, tmp_path: Path) -> None:
    assert receiptio(printer) == 0
    (piece,) = [paper for paper in printer.papers() if paper.cut]
    assert read_by_zbar(piece, tmp_path) == "https://example.invalid/q"
    assert "四川省凉山州" in read_by_tesseract(piece)


@pytest.mark.parametrize(("fault", "code"), [(None, 100), ("cover open", 101), ("paper out", 102)])
def test_receiptio_is_told_what_is_wrong(printer: VirtualPrinter, fault: str | None, code: int) -> None:
    if fault is not None:
        printer.inject(fault)
    assert receiptio(printer, "-q") == code
    if fault is not None:
        assert receiptio(printer) == code
        assert printer.papers() == []


@pytest.mark.parametrize("mode", ["image", "text"])
def test_zbar_reads_the_code_and_tesseract_the_chinese_of_our_receipt(mode: str, tmp_path: Path) -> None:
    cable, model = (Cable("serial", 19200), models()["generic-gbk"]) if mode == "text" else (Cable("usb"), None)
    with printing(cable=cable, model=model, mode=mode, pace=1000) as rig:  # type: ignore[arg-type]
        rig.usable()
        assert rig.print() == (PrintOutcome.PRINTED, None)
        piece = rig.last_cut()
    assert read_by_zbar(piece, tmp_path) == QUERY
    text = read_by_tesseract(piece)
    for words in ("省内通办", "业务属地", "企业职工基本养老保险关系转移接续申请", "成都市武侯区政务服务中心", SENTENCE):
        assert words in text, text

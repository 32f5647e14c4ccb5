"""Slips as text of a printer's own characters: every line fits, every character is looked up, and the paper says what was meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.printing import QUERY, TYPESETTER, Cable, codes, printing, receipt

from devices.port import Code, Heading, Pair, Paragraph, PrintOutcome, Rule, Slip
from devices.printer.lines import LineSetter
from devices.printer.model import Model, models
from devices.printer.session import WINDOW
from devices.printer.slip import UnprintableSlipError
from devices.protocols.escpos import FLUSH

GBK = models()["generic-gbk"]
SETTER = LineSetter(GBK, TYPESETTER)
ANY = st.text(st.sampled_from("收件凭证，。（）《“”—…·Az09-/ \n　é𠮷䶮￥?"), max_size=60)


def texts(slip: Slip) -> list[str]:
    """The lines a printer with that ROM reads."""
    found = [re.fullmatch(rb"\x1ba.\x1d!.\x1bE.\x1c&(.*)\n", strip.data, re.DOTALL) for strip in SETTER.set(slip)]
    return [match[1].decode("gbk") for match in found if match]


def test_a_receipt_says_what_the_slip_says_in_columns_that_agree() -> None:
    lines = texts(receipt())
    assert lines[0] == "省内通办 收件凭证"
    assert "业务属地  四川省凉山彝族自治州西昌市" in lines
    assert [line for line in lines if line.endswith("芯片读取 1份")] == ["居民身份证" + " " * 26 + "芯片读取 1份"]
    assert not any("?" in line for line in lines)


@settings(deadline=None, max_examples=150)
@given(ANY, ANY)
def test_no_line_is_wider_than_the_paper_and_no_character_gets_lost(label: str, value: str) -> None:
    slip = Slip((Pair(label, value), Paragraph(value), Heading(label)))
    for line in texts(slip):
        assert sum(1 if character <= "~" else 2 for character in line) <= 48
    if not set(label + value) & set("é𠮷䶮"):
        wanted = sorted("".join((label + value + value + label).split()))
        assert sorted("".join("".join(texts(slip)).split())) == wanted


@settings(deadline=None, max_examples=60)
@given(ANY)
def test_every_strip_is_over_within_the_clean_up_and_the_window(text: str) -> None:
    for strip in SETTER.set(Slip((Pair("事项", text), Code("https://example.invalid/" + "q" * 300, text), Rule()))):
        assert len(strip.data) <= len(FLUSH) + 3
        assert len(strip.data) <= WINDOW


def test_what_cannot_be_a_code_or_is_longer_than_a_metre_is_refused_by_name() -> None:
    with pytest.raises(UnprintableSlipError, match="QR code"):
        SETTER.set(Slip((Code("x" * 500, "扫码"),)))
    with pytest.raises(UnprintableSlipError, match="control"):
        SETTER.set(Slip((Code("x\x10\x04\x01", "扫码"),)))
    with pytest.raises(UnprintableSlipError, match="1000 mm"):
        SETTER.set(Slip((Paragraph("好" * 24 * 300),)))


def test_a_model_without_characters_of_its_own_cannot_be_set_in_text() -> None:
    with pytest.raises(ValueError, match="no text"):
        LineSetter(models()["generic"], TYPESETTER)


@pytest.mark.parametrize("model", [m for m in models().values() if m.text], ids=lambda m: m.name)
def test_at_9600_baud_a_receipt_is_out_in_seconds_proven_and_its_code_is_read(model: Model) -> None:
    with printing(cable=Cable("serial", 9600), model=model, mode="text", rom=model.text) as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert codes(rig.last_cut()) == [QUERY]
        assert rig.paper.overrun == 0


def test_paper_that_runs_out_is_told_while_the_job_waits_and_the_copy_is_whole() -> None:
    with printing(cable=Cable("serial", 19200), model=GBK, mode="text") as rig:
        rig.usable()
        rig.paper.inject("paper out mid-job")
        assert rig.print() == (PrintOutcome.SPOILT, "paper_out")
        rig.paper.clear("paper out")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert codes(rig.last_cut()) == [QUERY]


def test_a_byte_outside_the_rom_would_show_as_another_character_on_the_virtual_paper() -> None:
    """The virtual printer can show the mistake these tests look for: four bytes of GB 18030 for a two-byte ROM."""
    looks = []
    for name in ("䶮".encode("gb18030"), "龚".encode("gb18030")):
        with printing(cable=Cable("usb")) as rig:
            rig.usable()
            rig.driver.stop()
            link = Cable("usb").connect(rig.paper)()
            try:
                assert link.write(b"\x1b@\x1c&" + name + b"\n\x1dVB\x00") > 0
                rig.until(lambda: any(piece.cut for piece in rig.paper.papers()))
            finally:
                link.close()
            looks.append(bytes(rig.last_cut().rows))
    assert looks[0] != looks[1]

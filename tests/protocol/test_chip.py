"""What a chip's text says in each of its four layouts, by the shared vectors; and what no chip says is refused."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import events

from devices.protocols import chip, sdt
from devices.protocols.chip import CardKind, ChipText

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "idcard_vectors.json").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector for vector in DATA["vectors"]}
KINDS = {
    "resident": CardKind.RESIDENT,
    "hkmt": CardKind.HK_MACAU_TAIWAN,
    "foreign_2017": CardKind.FOREIGN_2017,
    "foreign_2023": CardKind.FOREIGN_2023,
}
DOCUMENTS = {name: v for name, v in VECTORS.items() if v["expect"].get("fields", {}).get("doc") in KINDS}
OURS = {
    "sex_code": "sex",
    "nation_code": "nation",
    "id_number": "number",
    "name_cn": "name",
    "name_en": "english_name",
    "permit_number": "permit",
    "issue_count": "issues",
    "renewal_count": "renewals",
    "old_assoc": "former",
    "authority_code": "office",
}
"""The vectors' names for fields that have other names here."""
LINES = {name for kind in chip.LAYOUTS.values() for name in kind}


def data(name: str) -> bytes:
    found = events(sdt.Receiver(), [bytes.fromhex(VECTORS[name]["stream"])])
    return next(event.data for event in found if isinstance(event, sdt.Frame))


def normal() -> bytes:
    return chip.split(data("resident_normal")).text


def said(text: ChipText) -> dict[str, str]:
    return {one.name: value for one in fields(text) if one.name != "kind" and (value := getattr(text, one.name))}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_as_the_vectors_have_it(name: str) -> None:
    want = DOCUMENTS[name]["expect"]["fields"]
    parts = chip.split(data(name))
    text = chip.parse(parts.text)
    assert text.kind is KINDS[want["doc"]]
    assert said(text) == {
        ours: value for key, value in want.items() if (ours := OURS.get(key, key)) in LINES and key not in ("sex", "nation")
    }
    assert (len(parts.photo), len(parts.fingerprint)) == (want["photo_len"], want.get("fingerprint_len", 0))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_was_read_is_built_again_as_it_was(name: str) -> None:
    text = chip.split(data(name)).text
    assert chip.build(chip.parse(text)) == text


@pytest.mark.parametrize("fingerprint", [0, 512, 1024])
@pytest.mark.parametrize("length", [220, 256])
def test_sections_are_cut_by_their_lengths_whatever_these_are(length: int, fingerprint: int) -> None:
    text, photo, print_ = normal()[:length], bytes(1024), bytes([67]) * fingerprint
    base = length.to_bytes(2, "big") + (1024).to_bytes(2, "big")
    whole = base + fingerprint.to_bytes(2, "big") + text + photo + print_
    assert chip.split(whole) == chip.Sections(text, photo, print_)
    assert chip.split(base + text + photo) == chip.Sections(text, photo)


def test_sections_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(chip.LayoutError):
        chip.split(data("section_lengths_wrong"))


def test_a_text_that_ends_with_the_validity_is_a_residents() -> None:
    assert chip.kind(normal()[:220]) is CardKind.RESIDENT
    assert chip.parse(normal()[:220]) == chip.parse(normal())


def test_an_english_name_whose_35th_character_is_a_space_keeps_it() -> None:
    english = "ABCDEFGHIJKLMNOPQRSTUVWXYZ, ABCDEF QRSTUVWXYZA"
    assert (english[34], len(english)) == (" ", 46)
    text = replace(chip.parse(chip.split(data("foreign_2023")).text), english_name=english)
    raw = chip.build(text)
    assert raw[120:122] == " ".encode("utf-16-le")
    assert chip.parse(raw).english_name == english


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_every_length_of_every_name_and_address_survives(doc: str, draw: st.DataObject) -> None:
    text = chip.parse(chip.split(data(next(n for n, v in DOCUMENTS.items() if v["expect"]["fields"]["doc"] == doc))).text)
    for name in ("name", "english_name", "address", "authority"):
        if (spans := chip.LAYOUTS[text.kind].get(name)) is not None:
            most = sum(size for _, size in spans) // 2
            text = replace(text, **{name: draw.draw(st.text("测试·A𠮷", min_size=1, max_size=most // 2))})
    assert chip.parse(chip.build(text)) == text


def test_a_newest_address_is_read_whole_and_a_blank_one_is_none() -> None:
    assert chip.new_address(data("new_address_blank")) == ""
    longest = "四川省甘孜藏族自治州康定市测试街道办事处测试社区居民委员会测试路一百二"
    assert len(longest) == 35
    for address in (longest, "四川省绵阳市测试路 7 号"):
        assert chip.new_address(chip.build_address(address)) == address
    with pytest.raises(chip.LayoutError):
        chip.new_address(bytes(69))


@pytest.mark.parametrize("flag", ["A", "?", "\0", "j"])
def test_a_text_with_another_flag_is_of_no_known_kind(flag: str) -> None:
    text = bytearray(normal())
    text[chip.TYPE_FLAG] = flag.encode("utf-16-le")
    assert chip.kind(bytes(text)) is CardKind.UNKNOWN
    with pytest.raises(chip.LayoutError):
        chip.parse(bytes(text))


@pytest.mark.parametrize(
    ("offset", "raw"),
    [
        (0, b"\x00\xdc"),
        (0, b"\x0a\x00"),
        (30, "X".encode("utf-16-le")),
        (36, "１".encode("utf-16-le")),
        (204, "期长".encode("utf-16-le")),
        (122, " ".encode("utf-16-le") * 18),
    ],
    ids=["lone surrogate", "control character", "letter as sex", "full-width digit", "not 长期", "no number"],
)
def test_text_no_card_holds_is_refused_without_being_quoted(offset: int, raw: bytes) -> None:
    text = bytearray(normal())
    text[offset : offset + len(raw)] = raw
    with pytest.raises(chip.LayoutError) as caught:
        chip.parse(bytes(text))
    assert "测试" not in str(caught.value)


@pytest.mark.parametrize(
    ("doc", "field"), [("taiwan_permit", "address"), ("foreign_2017", "english_name"), ("foreign_2023", "nationality")]
)
def test_a_document_without_what_it_must_have_is_refused(doc: str, field: str) -> None:
    text = chip.parse(chip.split(data(doc)).text)
    with pytest.raises(chip.LayoutError):
        chip.parse(chip.build(replace(text, **{field: ""})))


def test_a_foreigner_need_not_have_a_chinese_name() -> None:
    for doc in ("foreign_2017", "foreign_2023"):
        text = replace(chip.parse(chip.split(data(doc)).text), name="")
        assert chip.parse(chip.build(text)) == text


def test_what_a_card_says_shows_in_no_repr() -> None:
    parts = chip.split(data("taiwan_permit"))
    assert repr(chip.parse(parts.text)) == "ChipText(kind=<CardKind.HK_MACAU_TAIWAN: 'J'>)"
    assert repr(parts) == "Sections()"


@given(st.sampled_from(" JIY?"), st.binary(max_size=300))
def test_any_bytes_under_any_flag_are_a_text_or_refused(flag: str, raw: bytes) -> None:
    text = bytearray(raw.ljust(256, b"\x20"))
    text[chip.TYPE_FLAG] = flag.encode("utf-16-le")
    for candidate in (bytes(text), raw):
        try:
            chip.parse(candidate)
        except chip.LayoutError:
            continue


@given(st.binary(max_size=2600) | st.binary(min_size=6, max_size=6).map(lambda head: head + bytes(1284)))
def test_any_bytes_are_sections_or_refused(raw: bytes) -> None:
    try:
        parts = chip.split(raw)
    except chip.LayoutError:
        return
    assert len(parts.text) + len(parts.photo) + len(parts.fingerprint) in (len(raw) - 4, len(raw) - 6)


@given(st.binary(max_size=100) | st.binary(min_size=70, max_size=70))
def test_any_bytes_are_a_newest_address_or_refused(raw: bytes) -> None:
    try:
        chip.new_address(raw)
    except chip.LayoutError:
        return

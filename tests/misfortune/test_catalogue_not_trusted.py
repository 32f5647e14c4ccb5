"""A catalogue that is not the word of its owners: damaged, half there, mixed, of an old or another key; it is refused by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.packs import DAY, PINNED, Made, changed, entry, key_of, parts

from domain.catalogue import pack
from domain.catalogue.catalogue import CatalogueDamagedError, load
from domain.catalogue.pack import Pack
from domain.catalogue.trust import UntrustedError
from kiosk.orders.shelf import own
from kiosk.settings import CatalogueSettings

GOOD = Made().data
WITHOUT_YI = {name: body for name, body in parts().items() if name != "demo-yi"}


def refused(data: bytes, **known: Any) -> str:
    with pytest.raises(CatalogueDamagedError) as caught:
        pack.read(data, PINNED, **known)
    return str(caught.value)


def spliced(data: bytes, **more: Any) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(msgspec.json.decode(data, type=Pack), **more))


def test_a_pack_that_is_whole_is_the_catalogue_its_parts_are() -> None:
    found, own = pack.read(GOOD, PINNED, today=DAY, newest=3), load()
    assert (found.version, found.register) == ("demo-signed-1", 3)
    assert found.parties == own.parties
    assert dict(found._items) == dict(own._items)
    assert dict(found._openings) == dict(own._openings)
    assert found._not_open == tuple(sorted(own._not_open, key=lambda n: [p.party for p in own.parties].index(n.home)))


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (Made(root=key_of("somebody")), "密钥名册的签名不对"),
        (Made(keys={"demo-yi": None}), "不是用名册里的密钥签的"),  # type: ignore[dict-item]
        (Made(keys={"publisher": None}), "不是用名册里的密钥签的"),  # type: ignore[dict-item]
        (Made(signers={"publisher": "demo-jia"}), "总单不是用名册里的密钥签的"),
        (Made(signers={"demo-qi": "demo-jia"}), "demo-qi 的批准不是用名册里的密钥签的"),
        (Made(keys={"demo-qi": entry("demo-qi", public="0" * 64)}), "demo-qi 的批准"),
        (Made(keys={"demo-qi": entry("demo-qi", public=entry("demo-jia").public)}), "demo-qi 的批准的签名不对"),
        (Made(keys={"demo-qi": entry("demo-qi", use="seal")}), "不是用名册里的密钥签的"),
        (Made(keys={"demo-qi": entry("demo-qi", until=date(2026, 10, 31))}), "不在有效期内"),
        (Made(keys={"demo-qi": entry("demo-qi", since=date(2026, 11, 2))}), "不在有效期内"),
        (Made(keys={"publisher": entry("publisher", until=date(2026, 10, 31))}), "总单用的密钥 publisher-2026"),
        (Made(approved={"demo-qi": {"drafted_by": "王 批准"}}), "同一个人"),
        (Made(approved={"demo-qi": {"sha256": "0" * 64}}), "另一份内容"),
        (Made(approved={"demo-qi": {"part": "demo-jia"}}), "另一份内容"),
        (Made(approved={"demo-qi": {"day": date(2026, 11, 2)}}), "晚于总单"),
        (
            Made(bodies=WITHOUT_YI, listed=Made().but(bodies=parts()).listed or {n: pack.digest(b) for n, b in parts().items()}),
            "demo-yi",
        ),
        (Made(listed={n: pack.digest(b) for n, b in WITHOUT_YI.items()}), "demo-yi"),
        (Made(listed={**{n: pack.digest(b) for n, b in parts().items()}, "demo-yi": "0" * 64}), "和总单上的不一样"),
        (Made(bodies=changed("demo-yi", '"party":"demo-yi"', '"party":"demo-wu"')), "不是自己"),
        (
            Made(bodies=changed("demo-yi", '"home":"demo-yi","item":"BIRTH-REG"', '"home":"demo-qi","item":"BIRTH-REG"')),
            "替别的签约方",
        ),
        (Made(bodies={n: b for n, b in parts().items() if n != "joint"}), "没有事项目录"),
        (Made(bodies=WITHOUT_YI), "名单和各方的份对不上，缺或多：demo-yi"),
        (Made(bodies=changed("demo-yi", '"chip_read"', '"scan"')), "扫描不够"),
    ],
)
def test_what_is_not_its_owners_word_is_refused_by_name(made: Made, says: str) -> None:
    assert says in refused(made.data)


def test_nothing_unsigned_is_ever_a_catalogue() -> None:
    unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiZGVtby1xaS0yMDI2In0.e30."
    for where in ("register", "manifest"):
        assert "没有签名" in refused(spliced(GOOD, **{where: unsigned})) or "不是用名册里的密钥" in refused(
            spliced(GOOD, **{where: unsigned})
        )
        assert refused(spliced(GOOD, **{where: "x"}))
    assert refused(b"{}")
    assert refused(b"")
    assert refused(b"[" * 100_000)


def test_what_was_signed_for_one_purpose_is_worth_nothing_for_another() -> None:
    made = Made()
    register = made.but(keys={"publisher": entry("demo-jia", key_id="demo-jia-2026")}).register
    swapped = spliced(GOOD, register=register, manifest=made.approval("demo-jia"))
    assert "别的用途" in refused(swapped)


def test_a_part_of_another_version_between_the_others_is_found() -> None:
    newer = Made(bodies=changed("demo-qi", "示范七县", "示范柒县"), version="demo-signed-2")
    ours, theirs = (msgspec.json.decode(m.data, type=Pack) for m in (Made(), newer))
    mixed = tuple(other if one.part == "demo-qi" else one for one, other in zip(ours.parts, theirs.parts, strict=True))
    assert "和总单上的不一样" in refused(spliced(GOOD, parts=mixed))
    assert "有一份重复" in refused(spliced(GOOD, parts=(*ours.parts, theirs.parts[2])))


def test_an_older_register_is_never_believed_again() -> None:
    assert "旧" in refused(GOOD, newest=4)
    assert pack.read(GOOD, PINNED, newest=3).register == 3


def test_what_was_made_tomorrow_is_not_believed_today() -> None:
    assert "还没有到" in refused(GOOD, today=date(2026, 10, 31))


def test_a_new_key_is_good_beside_the_one_it_follows() -> None:
    """The owner's old part stays approved by the old key; a new one is by the new key."""
    old, new = entry("demo-qi", until=date(2026, 10, 31)), entry("demo-qi", key_id="demo-qi-next", since=date(2026, 11, 1))
    assert old.public == new.public  # the name tells them apart, not the key
    assert "不在有效期内" in refused(Made(keys={"demo-qi": old}).data)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_pack_that_was_cut_or_in_which_anything_flipped_never_becomes_another_catalogue(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    if data.draw(st.booleans()):
        spoilt = GOOD[:at]
    else:
        spoilt = GOOD[:at] + bytes([GOOD[at] ^ data.draw(st.integers(1, 255))]) + GOOD[at + 1 :]
    try:
        found = pack.read(spoilt, PINNED)
    except CatalogueDamagedError:
        return
    # Only what is no content may differ: unused bits at the end of a signature's letters.
    assert (found.version, dict(found._items), dict(found._openings)) == (
        "demo-signed-1",
        dict(load()._items),
        dict(load()._openings),
    )


def test_a_terminals_own_pack_is_read_by_its_pinned_root_and_by_no_other(tmp_path: Path) -> None:
    path = tmp_path / "own.pack"
    path.write_bytes(GOOD)
    assert own(CatalogueSettings(pack=path, root=PINNED)).version == "demo-signed-1"
    with pytest.raises(UntrustedError):
        own(CatalogueSettings(pack=path, root="0" * 64))
    with pytest.raises(CatalogueDamagedError, match=r"gone\.pack"):
        own(CatalogueSettings(pack=tmp_path / "gone.pack", root=PINNED))


@pytest.mark.parametrize("wrong", [{"items": "a"}, {"pack": "a"}, {"pack": "a", "root": "0" * 64, "items": "b", "openings": "c"}])
def test_settings_that_name_half_a_catalogue_are_none(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="pack 和 root"):
        CatalogueSettings(**{name: value if name == "root" else Path(value) for name, value in wrong.items()})  # type: ignore[arg-type]


def test_an_untrusted_catalogue_is_told_from_a_damaged_one() -> None:
    with pytest.raises(UntrustedError):
        pack.read(Made(signers={"demo-qi": "demo-jia"}).data, PINNED)

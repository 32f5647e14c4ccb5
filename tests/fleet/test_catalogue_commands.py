"""A party edits, lints, approves; the publisher packs; anybody verifies; the centre publishes: by commands, from nothing on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.fleet import centre_settings, write_settings
from support.packs import PINNED, Made

from domain.catalogue.catalogue import DATA
from fleet.catalogue_cli import catalogue
from fleet.cli import centre
from fleet.settings import BrokerSettings

PLAIN = (DATA / "catalogue_demo.json", DATA / "openings_demo.json")
OWNERS = ("joint", "demo-jia", "demo-qi", "demo-yi", "demo-ding", "demo-bing", "publisher")
DRAFTED = ("--drafted-by", "李起草", "--approved-by", "王批准", "--batch", "第一批")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(catalogue, [str(word) for word in words], catch_exceptions=False)


def done(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 1, result.output
    return result.output


class Office:
    """Everybody's keys and the parts in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = folder / "parts"
        self.public = {name: done("key", folder / f"{name}.key").split("公钥：")[1].split()[0] for name in ("root", *OWNERS)}
        done("split", *PLAIN, self.parts)
        self.register(1)

    def register(self, number: int, *without: str) -> None:
        listed = {
            name: [{"use": "approve", "key_id": f"{name}-1", "public": self.public[name], "since": "2026-01-01"}]
            for name in OWNERS
            if name not in without
        }
        (self.folder / "keys.json").write_text(json.dumps(listed), "utf-8")
        done(
            "register",
            self.folder / "keys.json",
            "--number",
            str(number),
            "--key",
            self.key("root"),
            "--out",
            self.folder / "register",
        )

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def approve(self, *names: str) -> None:
        for name in names:
            done("sign", self.parts / f"{name}.json", *DRAFTED, "--key", self.key(name), "--key-id", f"{name}-1")

    def pack(self) -> tuple[str | Path, ...]:
        signer = ("--key", self.key("publisher"), "--key-id", "publisher-1")
        more = ("--version", "2026-1", "--root", self.public["root"], "--out", self.folder / "out.pack")
        return ("pack", self.parts, "--register", self.folder / "register", *signer, *more)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.parts / f"{name}.json"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    one = Office(tmp_path_factory.mktemp("office"))
    one.approve(*OWNERS[:-1])
    return one


def test_from_drafts_to_a_pack_that_is_verified_and_published(office: Office, tmp_path: Path) -> None:
    assert "6 份" in done(*office.pack())
    told = done("verify", office.folder / "out.pack", "--root", office.public["root"])
    assert "起草 李起草  批准 王批准" in told
    assert "目录版本 2026-1，第 1 号名册，5 个签约方，可以用" in told
    settings = write_settings(tmp_path / "centre.toml", centre_settings(tmp_path / "centre", BrokerSettings()))
    settings.write_text(f'catalogue_root = "{office.public["root"]}"\n' + settings.read_text("utf-8"), "utf-8")
    why = ("--why", "第一批", "--by", "王工")
    published = CliRunner().invoke(centre, ["catalogue", "publish", str(settings), str(office.folder / "out.pack"), *why])
    assert "目录 2026-1" in published.output
    plain = CliRunner().invoke(centre, ["catalogue", "publish", str(settings), *map(str, PLAIN), *why])
    assert "只发布签名的目录包" in plain.output
    (tmp_path / "other.pack").write_bytes(Made().data)
    other = CliRunner().invoke(centre, ["catalogue", "publish", str(settings), str(tmp_path / "other.pack"), *why])
    assert "密钥名册的签名不对" in other.output


def test_what_was_changed_after_its_approval_is_not_packed(office: Office) -> None:
    office.edit("demo-yi", "示范乙镇老街 2 号", "示范乙镇新街 2 号")
    assert "demo-yi.json 批准以后又改过" in refused(*office.pack())
    office.approve("demo-yi")
    assert "6 份" in done(*office.pack())


def test_what_the_linter_calls_an_error_is_not_packed_though_it_is_approved(office: Office) -> None:
    part = office.parts / "demo-yi.json"
    kept = part.read_bytes()
    share = json.loads(kept)
    share["party"]["windows"].append({**share["party"]["windows"][0], "window": "second"})
    part.write_text(json.dumps(share), "utf-8")
    office.approve("demo-yi")
    assert "[home-desk] demo-yi" in refused(*office.pack())
    part.write_bytes(kept)
    office.approve("demo-yi")


def test_a_part_nobody_approved_is_not_packed(office: Office) -> None:
    approval = office.parts / "demo-qi.jws"
    kept = approval.read_bytes()
    approval.unlink()
    assert "demo-qi.json 还没有批准" in refused(*office.pack())
    approval.write_bytes(kept)


def test_who_drafted_cannot_approve(office: Office) -> None:
    alone = ("--drafted-by", "李 四", "--approved-by", "李四", "--batch", "第一批")
    part = office.parts / "demo-yi.json"
    assert "两个人" in refused("sign", part, *alone, "--key", office.key("demo-yi"), "--key-id", "demo-yi-1")


def test_a_key_that_was_taken_out_of_the_register_approves_nothing_more(office: Office) -> None:
    office.register(2, "demo-qi")
    assert "demo-qi 的批准不是用名册里的密钥签的" in refused(*office.pack())
    office.register(3)
    assert "第 3 号名册" in done("verify", _packed(office), "--root", office.public["root"])


def _packed(office: Office) -> Path:
    done(*office.pack())
    return office.folder / "out.pack"


def test_a_key_file_is_for_its_owner_alone_and_never_overwritten(office: Office) -> None:
    assert office.key("root").stat().st_mode & 0o777 == 0o600
    assert refused("key", office.key("root"))


def test_lint_says_what_is_wrong_and_how_to_mend_it_and_fails(office: Office, tmp_path: Path) -> None:
    told = done("lint", *PLAIN, "--today", "2026-11-26")
    assert "错误 0 条，警告 0 条" in told
    folder = tmp_path / "parts"
    done("split", *PLAIN, folder)
    part = json.loads((folder / "demo-jia.json").read_text("utf-8"))
    _opening(part, "MED-2")["proofs"]["M-ID"] = "scan"
    (folder / "demo-jia.json").write_text(json.dumps(part), "utf-8")
    said = refused("lint", folder)
    assert "[scan-for-original] demo-jia/MED-REMOTE/MED-2" in said
    assert "怎么改：" in said
    found = json.loads(refused("lint", folder, "--json"))
    assert {"rule": "scan-for-original", "severity": "error"}.items() <= found[0].items()
    assert "scan-for-original" in done("rules")
    assert refused("lint", tmp_path)


def test_diff_says_in_words_what_changed(office: Office, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        done("split", *PLAIN, folder)
    joint = json.loads((new / "joint.json").read_text("utf-8"))
    item = next(i for i in joint["items"] if i["item_id"] == "ROAD-CERT")
    item["promised_limit"]["value"] = 3
    item["situations"][0]["materials"].pop()
    (new / "joint.json").write_text(json.dumps(joint), "utf-8")
    share = json.loads((new / "demo-jia.json").read_text("utf-8"))
    _opening(share, "ROAD-1")["proofs"].pop("M-TRAIN")
    share["party"]["contacts"].append({"name": "新联络员", "duty": "专窗", "phone": "0800-1", "since": "2026-11-01"})
    (new / "demo-jia.json").write_text(json.dumps(share), "utf-8")
    told = done("diff", old, new)
    assert "承诺时限，数：“5” → “3”" in told
    assert "去掉：事项 ROAD-CERT 经营性道路运输驾驶员从业资格证换发、补发，情形，ROAD-1，材料，M-TRAIN" in told
    assert "开通 demo-jia/ROAD-CERT/ROAD-1，证明方式，M-TRAIN：“scan” → （无）" in told
    assert "新联络员" in told
    assert "没有不同" in done("diff", old, old)


def test_readings_are_filled_in_and_corrected_ones_kept(tmp_path: Path) -> None:
    done("split", *PLAIN, tmp_path)
    path = tmp_path / "joint.json"
    joint = json.loads(path.read_text("utf-8"))
    joint["items"][0]["pinyin"] = []
    joint["items"][1]["pinyin"][0] = "corrected by hand"
    path.write_text(json.dumps(joint), "utf-8")
    assert "SSC-APPLY" in done("pinyin", tmp_path)
    filled = json.loads(path.read_text("utf-8"))["items"]
    assert filled[0]["pinyin"][0] == "she hui bao zhang ka shen ling"
    assert filled[1]["pinyin"][0] == "corrected by hand"


def test_a_value_no_catalogue_knows_is_named_with_its_place(tmp_path: Path) -> None:
    done("split", *PLAIN, tmp_path)
    share = json.loads((tmp_path / "demo-jia.json").read_text("utf-8"))
    share["openings"][2]["way"] = "by carrier pigeon"
    (tmp_path / "demo-jia.json").write_text(json.dumps(share), "utf-8")
    said = refused("lint", tmp_path)
    assert "第 3 条开通（示范甲市那一份）已损坏" in said
    assert "by carrier pigeon" in said


def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.pack").write_bytes(b"\xff{")
    for words in (("lint", tmp_path / "x.pack"), ("verify", tmp_path / "x.pack", "--root", PINNED)):
        assert "已损坏" in refused(*words)


def _opening(share: Any, situation: str) -> Any:
    return next(o for o in share["openings"] if o["situation"] == situation)

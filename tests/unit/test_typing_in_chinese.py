"""What can be written on the glass: places, services, names and rare characters, each with how far down it may stand."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.typing_by import engine, typed

from domain.division import prefectures
from domain.spelling.characters import Characters, names, standard, surnames, table
from domain.spelling.port import LETTERS, PAGE, Way
from kiosk.typing import dictionary
from kiosk.typing.typist import Typist

# word, letters, rank it may have at most
WORDS = """
泸定县 ludingxian 1 · 泸定 luding 1 · 凉山彝族自治州 liangshanyizuzizhizhou 1 · 甘孜藏族自治州 ganzizangzuzizhizhou 1
阿坝藏族羌族自治州 abazangzuqiangzuzizhizhou 1 · 西昌市 xichangshi 1 · 昭觉 zhaojue 1 · 凉山 liangshan 1 · 炉霍 luhuo 1
甘孜 ganzi 1 · 卓玛 zhuoma 1 · 扎西卓玛 zhaxizhuoma 1 · 泸桥镇 luqiaozhen 1 · 冷碛镇 lengqizhen 1 · 冷碛 lengqi 1
磨西镇 moxizhen 1 · 得妥镇 detuozhen 1 · 康定市 kangdingshi 1 · 犍为县 qianweixian 1 · 荥经县 yingjingxian 1
欧阳 ouyang 1 · 社会保障卡 shehuibaozhangka 1 · 异地就医备案 yidijiuyibeian 1 · 营业执照 yingyezhizhao 1
户口迁移 hukouqianyi 1 · 住房公积金 zhufanggongjijin 1 · 居住证 juzhuzheng 1 · 无犯罪记录证明 wufanzuijiluzhengming 1
残疾人 canjiren 1 · 四川省凉山彝族自治州西昌市 sichuanshengliangshanyizuzizhizhouxichangshi 1 · 西安 xi'an 1
绿色 lvse 1 · 绿色 lyuse 1 · 女儿 nver 1 · 战略 zhanlve 1 · 战略 zhanlue 1 · 泸定县 ldx 1 · 皇后 huanghou 1 · 头发 toufa 1
著名 zhuming 1 · 台湾 taiwan 1 · 成都 cengdu 2 · 南充 lanchong 2 · 乾龙镇 qianlongzhen 1
"""
# first character of a name, then the others
SURNAMES = """
张 zhang 1 · 欧 ou 1 · 区 ou 2 · 仇 qiu 3 · 单 shan 1 · 闫 yan 2 · 曾 zeng 1 · 覃 qin 2 · 覃 tan 3 · 欧阳 ouyang 1 · 尉迟 yuchi 1
解 xie 2 · 查 zha 1 · 盖 gai 1 · 缪 miao 2 · 朴 piao 1 · 冼 xian 1 · 甯 ning 2 · 万俟 moqi 1 · 吉克 jike 1 · 吕 lv 1
吕 lyu 1 · 逯 lu 6
"""
NAMES = """
晓 xiao 1 · 燕 yan 2 · 建 jian 1 · 国 guo 1 · 秀 xiu 1 · 英 ying 1 · 双 shuang 1 · 全 quan 1 · 曌 zhao 10 · 翀 chong 3 · 喆 zhe 2
堃 kun 5 · 婳 hua 12 · 祎 yi 40 · 昇 sheng 8 · 頔 di 60 · 淼 miao 2 · 旸 yang 8 · 玥 yue 6 · 翾 xuan 20 · 赟 yun 9 · 䶮 yan 70
㛃 jie 50 · 𬭎 hong 30 · 𬱟 wei 80 · 𫖯 fu 100 · 卓玛 zhuoma 1 · 绿 lv 1 · 女 nyu 5
"""


def targets(table: str) -> list[tuple[str, str, int]]:
    found = (one.split() for one in re.split(r"[·\n]", table) if one.strip())
    return [(word, letters, int(rank)) for word, letters, rank in found]


def rank(typist: Typist, way: Way, word: str, letters: str) -> int:
    """From 1; 0: not among the first four hundred."""
    for first in range(0, 400, PAGE):
        found = typist.spell("visit", way, letters, first)
        if word in found.words:
            return first + found.words.index(word) + 1
        if not found.more:
            break
    return 0


@pytest.fixture(scope="module")
def typist() -> Iterator[Typist]:
    with engine() as one:
        yield one


@pytest.mark.parametrize(
    ("way", "wanted"), [("words", WORDS), ("surname", SURNAMES), ("name", NAMES)], ids=["words", "surnames", "names"]
)
def test_every_target_stands_where_it_is_looked_for(typist: Typist, way: Way, wanted: str) -> None:
    missed = {}
    for word, letters, most in targets(wanted):
        found = rank(typist, way, word, letters)
        if not 1 <= found <= most:
            missed[f"{word} {letters}"] = found
    assert missed == {}


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张晓燕", "zhangxiaoyan"),
        ("李建国", "lijianguo"),
        ("王秀英", "wangxiuying"),
        ("邓双全", "dengshuangquan"),
        ("仇䶮", "qiuyan"),
        ("欧阳喆", "ouyangzhe"),
    ],
)
def test_a_name_is_written_a_syllable_at_a_time(typist: Typist, name: str, letters: str) -> None:
    left, way, written = letters, "surname", ""
    while left:
        rest = name.removeprefix(written)
        part = rest[:2] if rest.startswith("欧阳") else rest[0]
        assert rank(typist, way, part, left) > 0
        left, way, written = typist.rest("visit", way, left, part), "name", written + part
    assert written == name


def test_a_sentence_is_written_in_parts(typist: Typist) -> None:
    assert typist.rest("visit", "words", "liangshanluhuoxian", "凉山") == "luhuoxian"
    assert typist.rest("visit", "words", "liangshanluhuoxian", "凉") == "shanluhuoxian"
    assert typist.rest("visit", "words", "luhuoxian", "炉霍县") == ""
    assert typist.rest("visit", "words", "xi'anshi", "西") == "anshi"
    assert typist.rest("visit", "words", "luhuo", "从来没有") == ""


def test_every_prefecture_and_county_is_written_by_its_name(typist: Typist) -> None:
    """As the deployer read them, but for the readings of ``readings.txt``: found by some reading of their characters."""
    by_character: dict[str, list[str]] = {}
    for syllable, characters in sorted(table().items(), key=lambda row: -len(row[1])):
        for one in characters[:150]:
            by_character.setdefault(one, []).append(syllable)
    places = [name for one in list(prefectures().values())[::3] for name in (one.name, *list(one.counties.values())[::3])]
    for name in places:
        assert any(name in typed(typist, spelt) for spelt in spellings(name, by_character)), name


def spellings(name: str, by_character: dict[str, list[str]]) -> Iterator[str]:
    heads = [""]
    for one in name:
        heads = [f"{head}'{syllable}".lstrip("'") for head in heads for syllable in by_character[one][:3]][:200]
    yield from (head[:LETTERS] for head in heads if len(head) <= LETTERS)


def test_nothing_learned_the_same_letters_give_the_same_words(typist: Typist) -> None:
    before = typed(typist, "liangshanluhuo", visit="one")
    for word in ("良善", "梁山", "凉"):
        typist.rest("one", "words", "liangshanluhuo", word)
    assert typed(typist, "liangshanluhuo", visit="one") == before
    typist.forget("one")
    assert typed(typist, "liangshanluhuo", visit="another") == before


def test_nothing_that_was_typed_lies_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its process can write no file at all; what it has open is its line, /dev/null and the dictionary, for reading."""
    for name in ("HOME", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    before = sorted((path, path.stat().st_mtime_ns) for path in dictionary.PLACE.rglob("*"))
    with engine() as typist:
        assert typed(typist, "liangshan")
        process = Path(f"/proc/{typist.pid}")
        assert re.search(r"Max file size +0 +0 ", (process / "limits").read_text())
        opened = {str(one.readlink()) for one in (process / "fd").iterdir()}
        assert {one for one in opened if not one.startswith(("socket:", "/dev/null", str(dictionary.PLACE)))} == set()
        typist.forget("visit")
        assert not process.exists()
        assert not typist.holds
    assert list(tmp_path.rglob("*")) == []
    assert sorted((path, path.stat().st_mtime_ns) for path in dictionary.PLACE.rglob("*")) == before
    assert "liangshan" not in caplog.text


def test_memory_that_can_be_written_is_never_run(typist: Typist) -> None:
    """``MemoryDenyWriteExecute`` is what units call it: the engine asks the kernel for it itself."""
    typed(typist, "liangshan")
    mapped = Path(f"/proc/{typist.pid}/maps").read_text().splitlines()
    assert [line for line in mapped if "wx" in line.split()[1]] == []
    program = "import ctypes, json, sys; from kiosk.typing import child; child._confine(); import mmap\n" + (
        "try: mmap.mmap(-1, 4096, prot=7)\nexcept PermissionError: sys.exit(7)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 7


def test_many_threads_type_at_once(typist: Typist) -> None:
    wrong: list[object] = []

    def one(letters: str, word: str) -> None:
        for _ in range(10):
            found = typed(typist, letters)
            if found[:1] != (word,):
                wrong.append(found)

    pairs = [("luhuo", "炉霍"), ("ganzi", "甘孜"), ("xichangshi", "西昌市"), ("zhuoma", "卓玛")] * 2
    threads = [threading.Thread(target=one, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "letters", ["z" * LETTERS, "a" * LETTERS, "'" * LETTERS, "a'" * (LETTERS // 2), "zhuang" * 7, "v", "ii", "q'"]
)
def test_whatever_is_typed_gets_an_answer(typist: Typist, letters: str) -> None:
    for way in ("words", "surname", "name"):
        found = typist.spell("visit", way, letters, 0)
        assert len(found.words) <= PAGE
        for word in found.words[:2]:
            assert letters.endswith(typist.rest("visit", way, letters, word))
    assert typist.fault is None


def test_the_dictionary_is_built_once(tmp_path: Path) -> None:
    before = (dictionary.PLACE / dictionary.STAMP).stat().st_mtime_ns
    assert not dictionary.build()
    assert (dictionary.PLACE / dictionary.STAMP).stat().st_mtime_ns == before


def test_the_tables_know_every_standard_character_and_every_surname() -> None:
    known = set("".join(table().values()))
    assert standard() <= known
    listed = [one for some in surnames().values() for one in some]
    assert set("".join(listed)) <= known
    assert surnames().keys() <= table().keys()
    assert all(part in table() for _, reading in names() for part in reading.split())


def test_typing_by_the_tables_alone_is_a_syllable_at_a_time() -> None:
    tables = Characters()
    assert "凉" in tables.spell("", "words", "liangshan", 0).words
    assert tables.rest("", "words", "liangshan", "凉") == "shan"
    assert tables.spell("", "words", "", 0).words == ()
    assert tables.spell("", "surname", "zh", 0).words[:3] == ("查", "翟", "詹")
    assert "张" in tables.spell("", "surname", "zan", 0).words + tables.spell("", "surname", "zan", 10).words

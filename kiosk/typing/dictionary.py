"""Builds what the engine reads: ``python -m kiosk.typing.dictionary [FOLDER]``. At installation, or when a package is made, never
on a terminal that serves: it takes a few seconds and some 300 MB. Nothing is done when nothing changed, and the same words make the
same bytes.

Words are Debian's (rime-data-luna-pinyin, rime-essay, LGPL-3), made simplified here once, and ours: places, what is applied for,
names. Made simplified while somebody types, as the stock schemas do it, 乾龙镇 would be 干龙镇 and 昇 not there at all.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from domain.division import prefectures
from domain.spelling.characters import NAMES, names, standard

_PACKED = Path(__file__).parent / "pinyin"
PLACE = _PACKED if _PACKED.is_dir() else Path(sys.prefix) / "share" / "tongban" / "pinyin"
"""Where it lies: in a package's program, or beside the environment; read-only for who runs."""
RIME = Path("/usr/share/rime-data")
WORDS = Path(__file__).parent / "words"
SCHEMAS = Path(__file__).parent / "schemas"
DEPLOYER = "rime_deployer"
BUILT = ("tongban.schema.yaml", "tongban.prism.bin", "near.prism.bin", "tongban.table.bin")
STAMP = "built"
_ENDING = re.compile("(?:街道|自治州|自治县|自治区|地区|林区|矿区|[省市县区镇乡盟旗州])$")
_OURS, _HERE, _TOWN, _ELSEWHERE, _SHORT = 200_000, 200_000, 100_000, 20_000, 1_000
"""Weights beside those of the essay, where 凉山 has 735: places of Sichuan first, then what is applied for, then places elsewhere.
A town without its 镇 is written like many an ordinary word, which may come first."""
_HEAD = """---
name: tongban
version: "1"
sort: by_weight
use_preset_vocabulary: true
...
"""
_DEFAULT = "schema_list: [{schema: tongban}, {schema: near}]\n"


def build(place: Path = PLACE) -> bool:
    """Whether anything was done. ``OSError``, ``subprocess.CalledProcessError``: it could not be."""
    stamp = _stamp()
    if (place / STAMP).is_file() and (place / STAMP).read_text() == stamp:
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        source, made = Path(folder) / "source", Path(folder) / "made"
        source.mkdir()
        made.mkdir()
        (source / "default.yaml").write_text(_DEFAULT)
        for schema in _schemas():
            shutil.copy(schema, source)
        (source / "essay.txt").write_text("".join(f"{word}\t{uses}\n" for word, uses in _essay().items()), "utf-8")
        (source / "tongban.dict.yaml").write_text("\n".join((_HEAD, *_luna(), *_ours())) + "\n", "utf-8")
        for path in source.iterdir():
            os.utime(path, (0, 0))  # the deployer writes it down: the same words make the same bytes
        # ``source`` is also its user folder: it leaves a file there which goes with it. What it says is of no use to anybody.
        command = [DEPLOYER, "--build", str(source), str(source), str(made)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if missing := [name for name in BUILT if not (made / name).is_file()]:
            raise OSError(f"{DEPLOYER} left out {', '.join(missing)}")
        (made / STAMP).write_text(stamp)
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)
    return True


def _essay() -> Counter[str]:
    """Words and how often they are used; what was written in two ways is one word now."""
    uses: Counter[str] = Counter()
    for line in _simplified((RIME / "essay.txt").read_text("utf-8")).splitlines():
        word, _, times = line.partition("\t")
        uses[word] += int(times)
    return uses


def _luna() -> Iterator[str]:
    """Debian's readings. A character that is one of the simplified ones stays what it is, whatever it may also stand for."""
    _, _, table = (RIME / "luna_pinyin.dict.yaml").read_text("utf-8").partition("\n...\n")
    rows = [row.split("\t") for row in table.splitlines() if row and not row.startswith("#")]
    simple = _simplified("\n".join(row[0] for row in rows)).split("\n")
    shares: dict[tuple[str, str], float] = {}
    for (text, reading, *share), other in zip(rows, simple, strict=True):
        key = (text if text in standard() else other, reading)
        # 業 is read ye, and 业 of old times qiu: of 业 as it is now both are there.
        shares[key] = max(shares.get(key, 0.0), float(share[0].removesuffix("%")) if share else 100.0)
    return (f"{text}\t{reading}\t{share}%" for (text, reading), share in shares.items())


def _ours() -> Iterator[str]:
    """Without a reading the deployer takes every one its characters have."""
    readings = dict(line.split("\t") for line in _lines(WORDS / "readings.txt"))
    # In their order: the engine's files hold a sum over ours.
    here = dict.fromkeys(place for one in prefectures().values() for place in (one.name, *one.counties.values()))
    weights: dict[str, int] = {}
    towns = False
    for place in _lines(WORDS / "places.txt"):
        towns = towns or place == "锦官驿街道"  # the first of Sichuan's towns, which stand last
        weights[place] = _HERE if place in here else _TOWN if towns else _ELSEWHERE
        short = _ENDING.sub("", place)
        if len(short) > 1:
            weights.setdefault(short, _HERE if place in here else _SHORT)
    weights |= dict.fromkeys((short for name in here if len(short := _nation_off(name)) > 1), _HERE)
    weights |= dict.fromkeys(_lines(WORDS / "services.txt"), _TOWN) | dict.fromkeys(readings, _OURS)
    for word, weight in weights.items():
        yield f"{word}\t{readings.get(word, '')}\t{weight}"
    for name, reading in names():
        yield f"{name}\t{reading}\t{_SHORT * 2}"


def _nation_off(name: str) -> str:
    """凉山 of 凉山彝族自治州."""
    return re.sub("(?:藏族|羌族|彝族|土家族|回族)", "", _ENDING.sub("", name))


def _simplified(text: str) -> str:
    library = _opencc()
    opened = library.opencc_open(b"t2s.json")
    if opened in (None, ctypes.c_void_p(-1).value):
        raise OSError("OpenCC's t2s.json is not there")
    made = library.opencc_convert_utf8(opened, text.encode(), ctypes.c_size_t(-1))
    try:
        return str(ctypes.string_at(made).decode())
    finally:
        library.opencc_convert_utf8_free(made)
        library.opencc_close(opened)


@cache
def _opencc() -> ctypes.CDLL:
    library = ctypes.CDLL("libopencc.so.1.1")
    library.opencc_open.restype = library.opencc_convert_utf8.restype = ctypes.c_void_p
    library.opencc_convert_utf8.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)
    library.opencc_convert_utf8_free.argtypes = library.opencc_close.argtypes = (ctypes.c_void_p,)
    return library


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def _stamp() -> str:
    """Of everything it is made of; Debian's files by size and date, as a rule they change together with the program."""
    hashed = hashlib.sha256()
    for path in _sources():
        hashed.update(path.read_bytes())
    for path in (RIME / "essay.txt", RIME / "luna_pinyin.dict.yaml"):
        hashed.update(f"{path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return hashed.hexdigest()


def _schemas() -> list[Path]:
    return sorted(SCHEMAS.glob("*.schema.yaml"))


def _sources() -> Iterable[Path]:
    return (Path(__file__), NAMES, *_schemas(), *sorted(WORDS.glob("*.txt")))


def main(arguments: list[str]) -> int:
    """A folder for it may be named, for a package's."""
    try:
        build(Path(arguments[0]) if arguments else PLACE)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"拼音词库没有建成：{error}。屏幕键盘只能逐字输入，其余照常。\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

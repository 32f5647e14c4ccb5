"""A value of the catalogue as what stands in a form, and back: nothing is lost on the way, and each thing that is wrong is said in
Chinese at its field.

What is typed is a table: name of the field → texts, as a browser sends it. Names follow the value: ``promised_limit.unit``,
``fees.0.name``, ``proofs.M-ID``; ``express.+`` says that what may be left out is there, ``fees.0.-`` takes a line away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from domain.catalogue.english import sentences
from domain.catalogue.part import Joint
from domain.catalogue.party import PartyKey
from fleet.items.elements import About, Tree
from fleet.items.shape import Group, Shape, annotation, groups, shapes

Typed = Mapping[str, Sequence[str]]
Choices = Mapping[str, Sequence[tuple[str, str]]]
"""Whose ids → (id, what it is called)."""

HERE, AWAY = "+", "-"
SPARE = 2
"""Empty lines under those there are."""
MOST_ROWS = 400
MOST_ENGLISH = 400
"""Characters, as any text of the catalogue."""
_SHORT = 30
"""Characters up to which a sentence's English has one line to be written on."""
_SECRET = re.compile(r"AGE-SECRET-KEY-|AGE-PLUGIN-|PRIVATE KEY")
_AGE = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_ED25519 = re.compile(r"[0-9a-f]{64}")
_PATTERNS = {
    r"^[A-Za-z0-9-]{1,40}$": "只用字母、数字和连字符，最多 40 个",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "写成 09:00 这样",
    r"^https://[^\s]{1,200}$": "写以 https:// 开头的网址，不带空格",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it is drawn. ``name``: in the form; ``text`` and ``ticked``: what stands in it; ``inner``: a group's fields;
    ``rows``: each line's; ``options``: (code, words)."""

    shape: Shape
    name: str
    text: str = ""
    ticked: frozenset[str] = frozenset()
    error: str = ""
    here: bool = True
    options: tuple[tuple[str, str], ...] = ()
    inner: tuple[Shown, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Read:
    """What was typed, as a tree; ``errors``: field → what is wrong, then ``tree`` is worth nothing."""

    tree: Tree
    errors: Mapping[str, str] = field(default_factory=dict)


def typed(kind: type[Struct], tree: Tree, prefix: str = "") -> dict[str, list[str]]:
    """What stands in the form of ``tree``; what has pages of its own is left out."""
    told: dict[str, list[str]] = {}
    for shape in shapes(kind).values():
        told |= _typed(shape, tree.get(shape.name, _plain(shape.default)), prefix + shape.name)
    return told


def _typed(shape: Shape, value: Any, name: str) -> dict[str, list[str]]:
    match shape.manner:
        case "pages" | "fixed":
            return {}
        case "group":
            assert shape.one is not None
            inside = typed(shape.one, value, f"{name}.") if value is not None else {}
            return inside | ({f"{name}.{HERE}": ["on"]} if shape.none and value is not None else {})
        case "rows":
            assert shape.one is not None
            return {k: v for at, row in enumerate(value or ()) for k, v in typed(shape.one, row, f"{name}.{at}.").items()}
        case "map":
            return {f"{name}.{key}": [str(found)] for key, found in (value or {}).items()}
        case "english":
            return {f"{name}.{_key_of(chinese)}": [english] for chinese, english in (value or {}).items()}
        case "ticks":
            return {name: [str(one) for one in value or ()]}
        case "lines":
            return {name: ["\n".join(str(one) for one in value or ())]}
        case "flag":
            return {name: ["on"] if value else []}
        case _:
            return {name: ["" if value is None else str(value)]}


def read(kind: type[Struct], given: Typed, old: Tree, prefix: str = "") -> Read:
    """``given`` as a tree; what the form does not hold is taken from ``old``."""
    tree, errors = dict(old), dict[str, str]()
    for shape in shapes(kind).values():
        name = prefix + shape.name
        if shape.manner in ("pages", "fixed"):
            continue
        if shape.manner == "english":
            found = _read_english(kind, given, old, tree, name)  # last in its form: what it translates is read already
        else:
            found = _secret(shape, given, name) or _read(kind, shape, given, old.get(shape.name), name)
        errors |= found.errors
        if not found.errors:
            tree[shape.name] = found.tree[shape.name]
    if kind is PartyKey and not errors and (wrong := _key(tree)):
        errors[f"{prefix}public"] = wrong
    return Read(tree, errors)


def shown(
    kind: type[Struct], given: Typed, tree: Tree, choices: Choices, errors: Mapping[str, str]
) -> list[tuple[Group, list[Shown]]]:
    """The form, drawn. ``tree``: for what is shown and not changed."""
    drawn = []
    for group in groups(kind):
        fields = [
            _shown_english(kind, one, given, tree, errors)
            if one.manner == "english"
            else _shown(one, one.name, given, tree, choices, errors)
            for one in group.fields
        ]
        drawn.append((group, fields))
    return drawn


def _shown(shape: Shape, name: str, given: Typed, tree: Tree, choices: Choices, errors: Mapping[str, str]) -> Shown:
    error, texts = errors.get(name, ""), [text for text in given.get(name, ()) if not _SECRET.search(text)]
    text = texts[0] if texts else ""
    if shape.manner == "fixed":
        code = str(tree.get(shape.name) or "")
        text = dict(choices.get(shape.refers or "", ())).get(code, "")
        return Shown(shape, name, f"{text}（{code}）" if text else code)
    if shape.manner == "group":
        assert shape.one is not None
        inside = tuple(_shown(one, f"{name}.{one.name}", given, {}, choices, errors) for one in shapes(shape.one).values())
        return Shown(shape, name, error=error, here=not shape.none or f"{name}.{HERE}" in given, inner=inside)
    if shape.manner == "rows":
        assert shape.one is not None
        count = rows_of(name, given) + SPARE
        fields = shapes(shape.one).values()
        rows = [tuple(_shown(one, f"{name}.{at}.{one.name}", given, {}, choices, errors) for one in fields) for at in range(count)]
        return Shown(shape, name, error=error, rows=tuple(rows))
    if shape.manner == "map":
        listed = dict(choices.get("materials", ()))
        extra = [k.removeprefix(f"{name}.") for k in given if k.startswith(f"{name}.") and k.removeprefix(f"{name}.") not in listed]
        inside = tuple(
            Shown(_one_of(shape, key, words), f"{name}.{key}", next(iter(given.get(f"{name}.{key}", ())), ""),
                  error=errors.get(f"{name}.{key}", ""), options=_options(shape, (), "请选"))
            for key, words in (*listed.items(), *((key, f"{key}（这个情形没有这份材料）") for key in extra))
        )  # fmt: skip
        return Shown(shape, name, error=error, inner=inside)
    known = tuple(choices.get(shape.refers or "", ()))
    if shape.manner == "choice":
        options = _options(shape, known, "（不选）" if shape.none else "请选" if text == "" else "")
        if text and text not in dict(options):
            options = (*options, (text, text if shape.refers is None else f"{text}（没有）"))
        return Shown(shape, name, text, error=error, options=options)
    if shape.manner == "ticks":
        words = {**shape.words, **dict(known)}
        order = dict.fromkeys((*(one for one in texts if one), *words))
        return Shown(shape, name, ticked=frozenset(texts), error=error, options=tuple((one, words.get(one, one)) for one in order))
    return Shown(shape, name, text, frozenset(texts), error)


def _shown_english(kind: type[Struct], shape: Shape, given: Typed, tree: Tree, errors: Mapping[str, str]) -> Shown:
    """A line for each sentence that stands there now, with its English."""
    lines = []
    for text in _sentences(kind, tree):
        name = f"{shape.name}.{_key_of(text)}"
        one = replace(shape, name=name, label=text, help="", manner="long" if len(text) > _SHORT else "text")
        lines.append(Shown(one, name, next(iter(given.get(name, ())), ""), error=errors.get(name, "")))
    return Shown(shape, shape.name, error=errors.get(shape.name, ""), inner=tuple(lines))


def rows_of(name: str, given: Typed) -> int:
    """How many lines were typed under ``name``."""
    seen = [int(m[1]) for one in given if (m := re.match(re.escape(name) + r"\.([0-9]{1,3})\.", one))]
    return min(max(seen, default=-1) + 1, MOST_ROWS)


def _options(shape: Shape, known: Sequence[tuple[str, str]], first: str) -> tuple[tuple[str, str], ...]:
    listed = tuple(shape.words.items()) or tuple(known)
    return (("", first), *listed) if first else listed


def _one_of(shape: Shape, key: str, words: str) -> Shape:
    """One line of a map, as a choice."""
    return Shape(key, words, "", "choice", shape.kind, True, None, shape.words, True, None, None)


def _secret(shape: Shape, given: Typed, name: str) -> Read | None:
    if any(_SECRET.search(text) for text in given.get(name, ())):
        return Read({}, {name: "这像是一把私钥。私钥不写在这里；它已经离开了原来的地方，请作废，另换一把"})
    return None


def _read(kind: type[Struct], shape: Shape, given: Typed, old: Any, name: str) -> Read:
    if shape.manner == "group":
        assert shape.one is not None
        if shape.none and f"{name}.{HERE}" not in given:
            return Read({shape.name: None})
        found = read(shape.one, given, old or {}, f"{name}.")
        return Read({shape.name: found.tree}, found.errors)
    if shape.manner == "rows":
        return _read_rows(shape, given, name)
    if shape.manner == "map":
        inside = {k.removeprefix(f"{name}."): v[0] for k, v in given.items() if k.startswith(f"{name}.") and v and v[0]}
        return _converted(kind, shape, inside, name)
    texts = [_clean(text) for text in given.get(name, ())]
    if shape.manner == "flag":
        return Read({shape.name: bool(texts)})
    if shape.manner in ("lines", "ticks"):
        split = [line for text in texts for line in text.split("\n")] if shape.manner == "lines" else texts
        several = [one.strip() for one in split if one.strip()]
        if not several and shape.none:
            return Read({shape.name: None})
        return _converted(kind, shape, several, name)
    text = texts[0] if texts else ""
    if not text and (shape.none or shape.default == ""):
        return Read({shape.name: None if shape.none else ""})
    return _converted(kind, shape, text, name)


def _read_english(kind: type[Struct], given: Typed, old: Tree, tree: Tree, name: str) -> Read:
    """What is not typed stays as it was; the English of a sentence that is no longer there goes with it."""
    told: dict[str, str] = {}
    errors: dict[str, str] = {}
    for chinese in _sentences(kind, tree):
        line = f"{name}.{_key_of(chinese)}"
        text = _clean(given[line][0]) if given.get(line) else old.get(name, {}).get(chinese, "")
        if len(text) > MOST_ENGLISH:
            errors[line] = f"有 {len(text)} 个字符，最多 {MOST_ENGLISH} 个"
        elif text:
            told[chinese] = text
    return Read({name: told}, errors)


def _sentences(kind: type[Struct], tree: Tree) -> tuple[str, ...]:
    return sentences(Joint if kind is About else kind, tree, also=True)


def _key_of(chinese: str) -> str:
    """A sentence as part of a field's name."""
    return hashlib.blake2b(chinese.encode(), digest_size=6).hexdigest()


def _read_rows(shape: Shape, given: Typed, name: str) -> Read:
    assert shape.one is not None
    rows, errors = [], dict[str, str]()
    for at in range(rows_of(name, given)):
        line = f"{name}.{at}."
        inside = {k: v for k, v in given.items() if k.startswith(line)}
        flags = {line + one.name for one in shapes(shape.one).values() if one.manner == "flag"}
        filled = any(text.strip() for k, texts in inside.items() if k not in flags for text in texts)
        if not filled or line + AWAY in inside:
            continue
        found = read(shape.one, inside, {}, line)
        rows.append(found.tree)
        errors |= found.errors
    if not errors and (wrong := _wrong(shape, rows)):
        errors[name] = wrong
    return Read({shape.name: rows}, errors)


def _converted(kind: type[Struct], shape: Shape, value: Any, name: str) -> Read:
    if wrong := _wrong(shape, value):
        return Read({}, {name: wrong})
    try:
        found = msgspec.convert(value, annotation(kind, shape.name), strict=False)
    except msgspec.ValidationError:
        return Read({}, {name: "不合格式"})
    return Read({shape.name: msgspec.to_builtins(found)})


def _wrong(shape: Shape, value: Any) -> str:
    """What is wrong with it in words; empty: nothing that is seen here."""
    kind = shape.kind
    if isinstance(kind, inspect.VarTupleType):
        if len(value) < (kind.min_length or 0):
            return f"至少要有 {kind.min_length} 个"
        if kind.max_length is not None and len(value) > kind.max_length:
            return f"最多 {kind.max_length} 个"
        if shape.manner == "rows":
            return ""
        for place, one in enumerate(value, 1):
            if wrong := _of_one(kind.item_type, str(one)):
                return f"第 {place} 个{wrong}" if len(value) > 1 else wrong
        return ""
    if isinstance(kind, inspect.DictType):
        return ""
    return _of_one(kind, value)


def _of_one(kind: inspect.Type, text: str) -> str:
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    if not text:
        return "要填"
    if isinstance(kind, inspect.StrType):
        if kind.pattern is not None and re.search(kind.pattern, text) is None:
            return _PATTERNS[kind.pattern]
        if kind.max_length is not None and len(text) > kind.max_length:
            return f"有 {len(text)} 个字，最多 {kind.max_length} 个"
        return f"至少 {kind.min_length} 个字" if len(text) < (kind.min_length or 0) else ""
    if isinstance(kind, inspect.IntType):
        if re.fullmatch(r"-?[0-9]{1,15}", text) is None:
            return "要写整数"
        least, most = kind.ge, kind.le
        if (least is not None and int(text) < least) or (most is not None and int(text) > most):
            return f"应在 {least} 到 {most} 之间" if most is not None else f"不能小于 {least}"
    if isinstance(kind, inspect.DateType) and not _day(text):
        return "日期写成 2026-12-01 这样"
    return ""


def _day(text: str) -> bool:
    try:
        msgspec.convert(text, date)
    except msgspec.ValidationError:
        return False
    return True


def _key(tree: Tree) -> str:
    good = (_AGE if tree["use"] == "seal" else _ED25519).fullmatch(tree["public"])
    return "" if good else "封存用的公钥以 age1 开头，共 62 个字" if tree["use"] == "seal" else "批准用的公钥是 64 位小写十六进制"


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _plain(default: Any) -> Any:
    return None if default is NODEFAULT else msgspec.to_builtins(default)

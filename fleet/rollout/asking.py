"""How staff want something rolled out, from the fields of a form or a request: waves, their rules, how long."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from fleet.rollout.book import NoRolloutError
from fleet.rollout.engine import Rules
from fleet.rollout.waves import MOST, SHARES, Waves, at_once, by_ring, by_share
from mqtt.commands import LONGEST

DEFAULTS: dict[str, str] = {
    "waves": "once",
    "shares": " ".join(map(str, SHARES)),
    "rings": "",
    "within": "30",
    "failed": "10",
    "soak": "0",
    "begins": "",
    "ends": "",
    "life": "60",
}
"""Field → what stands in it first; ``within``, ``soak`` and ``life`` in minutes, ``failed`` in percent, ``begins`` and ``ends`` as
``HH:MM``."""


def waves(
    fields: Mapping[str, str], terminals: Collection[str], here: Collection[str], groups: Mapping[str, Collection[str]], salt: str
) -> Waves:
    """:class:`NoRolloutError`."""
    match fields.get("waves", "once"):
        case "once":
            return at_once(terminals)
        case "shares":
            shares = _shares(fields.get("shares", "") or DEFAULTS["shares"])
            return by_share(terminals, here, shares, salt)
        case "rings":
            rings = [ring.lstrip("@") for ring in re.split(r"[\s,，、]+", fields.get("rings", "").strip()) if ring]
            known = {group for of in groups.values() for group in of}
            strange = [ring for ring in rings if ring not in known]
            if strange or not rings or len(rings) >= MOST:
                raise NoRolloutError(f"没有组 {strange[0]}" if strange else f"要写 1 至 {MOST - 1} 个组，按先后")
            return by_ring(terminals, groups, rings)
    raise NoRolloutError("不认识的分批办法")


def rules(fields: Mapping[str, str], now: float, *, command: bool) -> Rules:
    """:class:`NoRolloutError`."""
    once = fields.get("waves", "once") == "once"
    failed = 1.0 if once else _number(fields, "failed", "没有成功的限度", 0, 50) / 100
    soak = 0.0 if once else _number(fields, "soak", "批与批之间再看", 0, 7 * 24 * 60) * 60
    hours = _hours(fields.get("begins", "").strip(), fields.get("ends", "").strip())
    if command:
        life = _number(fields, "life", "有效期", 1, LONGEST // 60) * 60
        return Rules(life, failed, soak, hours, now + life, once=True)
    return Rules(_number(fields, "within", "每台限时", 1, 7 * 24 * 60) * 60, failed, soak, hours)


def _shares(text: str) -> tuple[int, ...]:
    parts = [part.rstrip("%") for part in re.split(r"[\s,，、]+", text.strip()) if part]
    if not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
        raise NoRolloutError("每批写到百分之几，例如 1 10 50 100")
    found = tuple(int(part) for part in parts)
    if not found or list(found) != sorted(set(found)) or found[0] < 1 or found[-1] != 100 or len(found) > MOST:
        raise NoRolloutError(f"各批要一批比一批大，最后是 100，最多 {MOST} 批")
    return found


def _number(fields: Mapping[str, str], name: str, said: str, least: float, most: float) -> float:
    text = fields.get(name, "").strip() or DEFAULTS[name]
    value = float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text) else -1.0
    if not least <= value <= most:
        raise NoRolloutError(f"{said}要在 {least:g} 到 {most:g} 之间")
    return value


def _hours(begins: str, ends: str) -> tuple[int, int] | None:
    if not begins and not ends:
        return None
    found = [re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text) for text in (begins, ends)]
    if not all(found):
        raise NoRolloutError("时段从几点到几点，两个都要写，如 22:00 和 06:00")
    first, second = (int(one[1]) * 60 + int(one[2]) for one in found if one)
    if first == second:
        raise NoRolloutError("时段的两头不能相同")
    return first, second

"""What is said to whoever does it elsewhere: on the platform, at a window, or where it is open. One answer for screen and slip."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from domain.catalogue import words
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Material
from domain.catalogue.opening import Opening
from kiosk.visit import path
from kiosk.visit.state import Visit

ELSEWHERE = "业务属地没有在这里开通这件事。"
ASK = "请到“省内通办”窗口问一问，或拨业务属地的电话，工作人员告诉您在哪里办。"


class Advice(Struct, frozen=True):
    """``why`` it is done there, and ``where``. ``prepare`` before, ``at_hand`` while doing it. ``address`` may be none."""

    kind: Literal["online", "window", "elsewhere"]
    why: str
    where: str
    prepare: tuple[str, ...] = ()
    at_hand: tuple[str, ...] = ()
    address: str | None = None


def advice(visit: Visit, catalogue: Catalogue) -> Advice:
    """For a visit that ends with advice. Cannot fail for one that stands in this catalogue."""
    opened = path.opening(visit, catalogue)
    if opened is None:
        said = catalogue.not_open(visit.home or "", visit.item or "", visit.situation)
        party = catalogue.party(visit.home or "")
        phone = f"业务属地专窗电话 {party.phone}" if party else ""
        return Advice("elsewhere", said.why if said else ELSEWHERE, said.where if said else ASK, at_hand=(phone,) if phone else ())
    if visit.channel == "online" and opened.online is not None:
        online = opened.online
        return Advice(
            "online",
            "在网上申请、交材料、查进度、拿结果，不用来大厅。",
            "四川省一体化政务服务平台（四川政务服务网、“天府通办”），用您自己的账号登录。",
            online.prepare or bring(opened, catalogue),
            online.at_hand,
            online.address,
        )
    return Advice("window", opened.reason, _window(opened), bring(opened, catalogue), address=_address(opened))


def bring(opened: Opening, catalogue: Catalogue) -> tuple[str, ...]:
    """What to take along to a window, in the order of the materials."""
    wanted = [m for m in catalogue.materials(opened) if opened.proofs.get(m.material_id) != "signed_form"]
    return tuple(f"{m.name}{_note(m)}" for m in wanted)


def _note(material: Material) -> str:
    tag = words.NECESSITY[material.necessity]
    return f"（{tag}）" if tag else ""


def _address(opened: Opening) -> str | None:
    return opened.online.address if opened.online is not None else None


def _window(opened: Opening) -> str:
    if opened.way == "query_print":
        return "本机暂不能打印这份证明。请到“省内通办”窗口打印，或在网上下载。"
    if opened.online is not None:
        return "请到“省内通办”窗口，工作人员陪您一起在网上办。没有智能手机也能办。"
    return "请到“省内通办”窗口办理。"

"""Openings against their items: ways, deliveries, forms, codes, reasons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from domain import uscc
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.finding import Finding
from domain.catalogue.form import Field
from domain.catalogue.item import Item, Material
from domain.catalogue.linting.rules import found
from domain.catalogue.opening import Opening

_CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}[1-6][0-9]{12}(?:[0-9]{2})?")
_LONGEST_LABEL = 34
_ON_THE_CARD = re.compile(r"^(?:本人|申请人)?的?(?:姓名|身份证(?:件)?号码?|性别|民族|出生日期)$")


def of(o: Opening, item: Item, catalogue: Catalogue, today: date) -> Iterator[Finding]:
    """``o`` with its form, of a version of ``item`` that has its situation."""
    where = f"{o.home}/{o.item}/{o.situation}"
    yield from _codes(where, o, item, catalogue)
    yield from _ways(where, o, item)
    yield from _form(where, o)
    situation = item.situation(o.situation)
    for material in situation.materials if situation else ():
        yield from _sample(where, material, o.proofs.get(material.material_id, ""))
    if o.department is None:
        yield found("department", where, "没有写由哪个部门办")
    if o.batch is None:
        yield found("batch", where, "没有写是哪一批开通的")
    if o.until is not None and o.until < today:
        yield found("over", where, f"{o.until} 已过期")


def unopened(versions: Sequence[Item], opened: Sequence[Opening], homes: Sequence[str], catalogue: Catalogue) -> Iterator[Finding]:
    """Situations no home place has opened, and those one of ``homes`` has not opened without saying why."""
    here = {(o.home, o.situation) for o in opened}
    for item in versions[-1:]:
        for situation in item.situations:
            where = f"{item.item_id}/{situation.situation_id}"
            if not any(opened_one == situation.situation_id for _, opened_one in here):
                yield found("unopened", where, "没有一个地方开通这个情形", "请一个签约方开通，或从目录里拿掉")
            for home in homes:
                if (home, situation.situation_id) not in here and not catalogue.not_open(
                    home, item.item_id, situation.situation_id
                ):
                    yield found("unopened", f"{home}/{where}", "没有开通，也没有说明为什么、到哪里办", "在 not_open 里写一条")


def _codes(where: str, o: Opening, item: Item, catalogue: Catalogue) -> Iterator[Finding]:
    code, party = o.implementing_code, catalogue.party(o.home)
    if code is None:
        return
    if not _CODE.fullmatch(code):
        yield found("implementing-code", where, f"实施编码 {code} 的形式不对")
        return
    if not uscc.valid(code[:18]):
        yield found("credit-code", where, f"实施编码里的信用代码 {code[:18]} 校验位不对")
    if party is not None and code[18] != party.level:
        yield found("implementing-code", where, f"实施编码里的行使层级是 {code[18]}，{party.name}是 {party.level}")
    if code[19:31] != item.basic_code_demo:
        yield found("implementing-code", where, f"实施编码里的基本编码是 {code[19:31]}，事项的是 {item.basic_code_demo}")


def _ways(where: str, o: Opening, item: Item) -> Iterator[Finding]:
    situation = item.situation(o.situation)
    modes = (situation.handling_modes_override if situation else None) or item.handling_modes
    for way in o.delivery:
        if item.delivery_ways and way not in item.delivery_ways:
            yield found(
                "delivery-way", where, f"送达方式 {way} 不在事项的送达方式里", "改开通的 delivery，或改事项的 delivery_ways"
            )
    if item.express is not None and not item.express.result and "post_applicant" in o.delivery:
        yield found("express", where, "事项说结果不寄，开通却可以寄给申请人")
    if item.express is not None and not item.express.materials and "posted" in o.proofs.values():
        yield found("express", where, "事项说材料不寄，开通却要寄原件")
    if o.way == "full_intake" and tuple(modes) == ("online",) and {"original_shown", "posted"} & set(o.proofs.values()):
        yield found(
            "online-with-paper", where, "事项只能全程网办，开通却要窗口核验或寄原件", "改为 online_only，或改事项的办理方式"
        )


def _form(where: str, o: Opening) -> Iterator[Finding]:
    signs = "signed_form" in o.proofs.values()
    if o.way == "full_intake" and signs and not o.form:
        yield found("form-signature", where, "材料凭本机签名的表单，却没有表单", "写 form 或 form_of")
    if o.way == "full_intake" and o.form and not signs:
        yield found(
            "form-signature", where, "有表单，却没有一份材料是凭签名的表单", "把申请表的 proofs 写成 signed_form，或去掉表单"
        )
    if o.way == "full_intake" and o.form and o.form[-1].kind != "promise":
        yield found("promise", where, "表单最后没有真实性承诺")
    for label, times in Counter(f.label for f in o.form).items():
        if times > 1:
            yield found("asked-twice", where, f"表单里“{label}”问了 {times} 遍")
    for field in o.form:
        yield from _field(where, field)


def _field(where: str, field: Field) -> Iterator[Finding]:
    if len(field.label) > _LONGEST_LABEL:
        yield found("long", where, f"栏目“{field.label}”有 {len(field.label)} 个字")
    if field.autofill is None and _ON_THE_CARD.match(field.label):
        yield found("known-already", where, f"“{field.label}”证件上有", "写 autofill，或去掉这一栏")


def _sample(where: str, material: Material, proof: str) -> Iterator[Finding]:
    brought = proof in ("scan", "original_shown", "posted")
    identity = material.material_id.endswith("-ID") or material.material_id == "M-ID"
    if brought and not identity and material.sample is None:
        yield found("sample", f"{where}/{material.material_id}", f"《{material.name}》要带来，却没有样张", "给材料写 sample")

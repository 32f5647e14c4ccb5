"""The catalogue in the words a citizen reads, on screen and on paper alike."""

from __future__ import annotations

from domain.catalogue.item import Item, KioskRole, Limit, Situation
from domain.catalogue.opening import Assurance, DeliveryWay, Proof

HOW: dict[Proof, str] = {
    "chip_read": "带上居民身份证（或港澳台居民居住证、外国人永久居留身份证），机器读芯片，不用复印件",
    "scan": "带上原件，放在拍摄台上拍照",
    "signed_form": "不用带，在屏幕上填写、签字",
    "original_shown": "带上原件，先拍照，再到窗口给工作人员看一眼",
    "posted": "带上原件，交给窗口寄往业务属地，邮费不用您出",
}
"""What to bring for a material, and what is done with it here."""

PROVEN: dict[Proof, str] = {
    "chip_read": "读芯片",
    "scan": "影像即可",
    "signed_form": "本机签名",
    "original_shown": "窗口核验原件",
    "posted": "邮寄原件",
}
"""What proves a material, in a word or two."""

NECESSITY = {"1": "", "2": "没带也能办", "3": "可以以后补交"}

DELIVERY: dict[DeliveryWay, str] = {
    "pickup_intake": "到本大厅取",
    "post_applicant": "免费寄给您",
    "e_licence": "网上领电子证照",
    "terminal_print": "在本机打印",
    "pickup_home": "到业务属地窗口取",
}

WAY: dict[KioskRole, str] = {
    "full_intake": "可以在这里办：本机收下材料，转交业务属地办理",
    "pre_fill": "在这里先填好，再到窗口交：不用在窗口重新填",
    "query_print": "可以在这里查询、打印",
    "online_only": "在网上办：这里告诉您怎么办、准备什么",
    "none": "这里办不了",
}

ASSURANCE: dict[Assurance, str] = {
    "1": "读证件芯片就可以，不用核对本人",
    "2": "须窗口工作人员核对本人和证件",
    "3": "须本人到场采集指纹或人像",
}


def limit(told: Limit) -> str:
    """How long it takes after acceptance."""
    if told.unit == "immediate":
        return "受理后当场办结"
    if told.unit == "workday" and told.value:
        return f"受理后 {told.value} 个工作日内办结"
    if told.unit == "calendar_day" and told.value:
        return f"受理后 {told.value} 日内办结"
    return "时限以业务属地告知为准"


def fee(item: Item, situation: Situation | None = None) -> str:
    """What is charged in this situation."""
    if situation is not None and situation.fee_override is not None:
        return f"{situation.fee_override} 元" if situation.fee_override else "不收费"
    if not item.is_charged:
        return "不收费"
    told = [f for f in item.fees if situation is None or not f.when or situation.situation_id in f.when]
    return "；".join(f"{f.name} {f.amount_yuan} 元" for f in told) or "按规定收费"

"""个人信息请求答复书: what the home department answers to whoever asks for their own information, in official Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.case.content import INKED, Applicant, CaseContent
from domain.casepapers.paper import Issuer, Matter, Paper, Par, Rows, Table, day_words
from domain.protection.groups import GROUPS, Group
from domain.protection.rights import ARTICLES, KINDS, LAW, Kind

TITLE = "个人信息请求答复书"
_MOST_READ = 12
"""Readings of the case that the paper names, the newest."""


def answer(
    issuer: Issuer,
    matter: Matter,
    number: str,
    day: date,
    kind: Kind,
    asked: date,
    *,
    granted: bool,
    said: str,
    shown: Sequence[tuple[str, str]] = (),
    readings: Sequence[tuple[str, str]] = (),
) -> Paper:
    """``said``: what was done, or why it cannot be. ``shown``: what is kept, label by label; ``readings``: (day, why).
    ``asked``: when it was."""
    words = KINDS[kind]
    blocks: list[Par | Rows | Table] = [
        Par(
            f"{matter.you}于{day_words(asked)}就“{matter.item}”办件（办件编号{matter.case}）提出{words}个人信息的请求。"
            f"根据{LAW}{ARTICLES[kind]}、第五十条的规定，现答复如下："
        ),
        Par(("同意。" if granted else "不同意。") + _ended(said)),
    ]
    if granted and shown:
        blocks += [Par(f"本机关通过“省内通办”保存的{matter.you}的信息："), Rows(tuple(shown))]
    if granted and readings:
        table = Table(("日期", "查阅的事由"), (22, 78), tuple(readings[:_MOST_READ]))
        blocks += [Par("业务属地专窗查阅这件办件的记录（最近的在前）："), table]
    if not granted:
        blocks.append(
            Par(f"{matter.you}对本答复有异议的，可以向本机关提出；仍有异议的，可以依法向人民法院提起诉讼，或者向网信部门投诉。")
        )
    return Paper(TITLE, number, issuer, matter, day, tuple(blocks), receipt=True)


def all_kept(content: CaseContent, groups: Sequence[Group] = ()) -> list[tuple[str, str]]:
    """What a case holds of a person, as the paper lists it; ``groups``: of these alone, where some were named."""
    found: list[tuple[Group, str, str]] = [("identity", label, text) for label, text in _person(content.applicant)]
    if content.body is not None:
        found.append(("identity", "单位", f"{content.body.name}　{content.body.code}"))
    if content.acting is not None:
        found += [("identity", f"到场人{label}", text) for label, text in _person(content.acting.person)]
    found += [("form", one.label, one.text) for one in content.form]
    found += [("contact", "邮寄地址", content.delivery.address or ""), ("contact", "电话", content.delivery.phone or "")]
    found += [("materials", f"材料：{m.name}", f"{len(m.pages)} 页" if m.pages else m.copy) for m in content.materials]
    if content.inked is None:
        found.append(("signature", GROUPS["signature"], f"{len(content.signature.strokes)} 笔"))
    else:
        found.append(("signature", "纸上签字", INKED[content.inked.how]))
        found.append(("signature", "代签人", "　".join(filter(None, (content.inked.name, content.inked.number)))))
    found += [("papers", "用途", content.purpose), ("papers", "告知书版本", content.notice)]
    return [(label, text) for group, label, text in found if text and (not groups or group in groups)]


def _person(one: Applicant) -> list[tuple[str, str]]:
    return [
        ("姓名", "　".join(dict.fromkeys(name for name in (one.name, one.english_name) if name))),
        ("证件号码", one.number),
        ("出生日期", one.birth),
        ("住址", one.address),
        ("签发机关", one.authority),
        ("有效期限", f"{one.valid_from} 至 {one.valid_to or '长期'}" if one.valid_from else ""),
    ]


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "；")) else f"{text.rstrip('.，, ')}。"

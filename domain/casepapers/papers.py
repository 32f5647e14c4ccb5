"""The home department's papers, in official Chinese; each function says what stands on one of them.

The 行政许可法 binds licences; for other kinds of items the same rules are applied by analogy (参照), and the paper says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from domain.casepapers.paper import Issuer, Matter, Paper, Par, Rows, Table, day_words

LAW = "《中华人民共和国行政许可法》"


class NoRemedyError(ValueError):
    """A refusal must say where to appeal (行政许可法 38(2)), and the issuer names no body or no court."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point to be put right: the material's name, what is wrong with it, what to do."""

    material: str
    wrong: str = field(repr=False)
    remedy: str = field(repr=False)


class Terms(Struct, frozen=True):
    """When it will be decided, in words: the legal and the promised last day."""

    legal: str
    promised: str


def correction(
    issuer: Issuer, matter: Matter, number: str, day: date, points: Sequence[Point], due: date, where: str, again: str = ""
) -> Paper:
    """一次性告知书. ``where``: where it is put right, in words. ``again``: why it is told a second time, where it is."""
    table = Table(
        ("序号", "材料名称", "存在的问题", "补正要求"),
        (9, 25, 33, 33),
        tuple((str(n), one.material, one.wrong, one.remedy) for n, one in enumerate(points, start=1)),
    )
    blocks: list[Par | Rows | Table] = [
        Par(
            f"{_asked(matter)}经审查，申请材料不齐全或者不符合法定形式。{_by(matter, '第三十二条第一款第四项')}，"
            f"现将{matter.you}需要补正的全部内容一次性告知如下："
        ),
        table,
        Par(f"请于{day_words(due)}前，{where}。只需补正上表所列内容，其他材料不必重新提交。"),
        Par("补正后的材料符合要求的，本机关依法受理；逾期未补正的，本机关根据已有材料依法作出是否受理的决定。"),
    ]
    if again:
        blocks.append(Par(f"本告知书为再次告知。再次告知的理由：{_ended(again)}"))
    else:
        blocks.append(Par("本次告知时已经存在而本告知书未列明的问题，本机关不再另行要求补正。"))
    return Paper("申请材料补正一次性告知书", number, issuer, matter, day, tuple(blocks), receipt=True)


def acceptance(issuer: Issuer, matter: Matter, number: str, day: date, terms: Terms, delivery: str) -> Paper:
    """受理通知书. ``day``: of the acceptance."""
    return Paper(
        "受理通知书",
        number,
        issuer,
        matter,
        day,
        (
            Par(
                f"{_asked(matter)}经审查，该申请属于本机关职权范围，申请材料齐全、符合法定形式。"
                f"{_by(matter, '第三十二条第一款第五项')}，本机关决定予以受理。"
            ),
            Rows(
                (
                    ("受理日期", day_words(day)),
                    ("法定办结期限", terms.legal),
                    ("承诺办结期限", terms.promised),
                    ("结果送达方式", delivery),
                )
            ),
            Par(
                "依法需要听证、招标、拍卖、检验、检测、检疫、鉴定或者专家评审的，所需时间不计算在上述期限内，本机关将另行书面告知。"
            ),
            Par("办理进度可以凭收件凭证上的二维码或者办件编号查询。"),
        ),
        receipt=True,
    )


def not_acceptance(issuer: Issuer, matter: Matter, number: str, day: date, why: str, reason: str, competent: str = "") -> Paper:
    """不予受理通知书. ``why``: ``not_needed`` 依法不需要取得许可, ``not_competent`` 不属于本机关职权 (``competent``: who is),
    ``not_corrected`` 没有按告知补正. :class:`NoRemedyError`."""
    article, words = {
        "not_needed": ("第三十二条第一款第一项", f"该事项依法不需要{'取得行政许可' if matter.licence else '申请办理'}"),
        "not_competent": ("第三十二条第一款第二项", "该申请依法不属于本机关职权范围"),
        "not_corrected": (
            "第三十二条",
            f"本机关已经一次性告知需要补正的全部内容，{matter.you}逾期未补正，或者补正后申请材料仍不齐全、不符合法定形式",
        ),
    }[why]
    blocks = [
        Par(f"{_asked(matter)}经审查，{words}。{_by(matter, article)}，本机关决定不予受理。"),
        Par(f"不予受理的理由：{_ended(reason)}"),
    ]
    if competent:
        blocks.append(Par(f"请{matter.you}向{competent}申请。"))
    blocks.append(Par(_remedy(issuer, matter, "本通知书")))
    return Paper("不予受理通知书", number, issuer, matter, day, tuple(blocks), receipt=True)


def extension(issuer: Issuer, matter: Matter, number: str, day: date, days: int, reason: str, due: str) -> Paper:
    """延长办理期限告知书. ``days``: working days more; ``due``: the new last day, in words."""
    return Paper(
        "延长办理期限告知书",
        number,
        issuer,
        matter,
        day,
        (
            Par(f"{_asked(matter)}本机关已经受理，因下列原因不能在原定期限内作出决定：{_ended(reason)}"),
            Par(f"{_by(matter, '第四十二条第一款')}，经本机关负责人批准，办理期限延长{days}个工作日。延长后的办理期限至{due}。"),
        ),
        receipt=True,
    )


def suspension(issuer: Issuer, matter: Matter, number: str, day: date, procedure: str, days: int, reason: str) -> Paper:
    """特别程序告知书. ``procedure``: 听证, 鉴定, 专家评审 …; ``days``: working days it will take."""
    return Paper(
        "特别程序告知书",
        number,
        issuer,
        matter,
        day,
        (
            Par(f"{_asked(matter)}本机关已经受理。在审查过程中，依法需要进行{procedure}：{_ended(reason)}"),
            Par(
                f"{_by(matter, '第四十五条')}，自{day_words(day)}起进行{procedure}，所需时间预计{days}个工作日，"
                "不计算在办理期限内。特别程序结束后，本机关继续办理，并按实际所用时间顺延办理期限。"
            ),
        ),
        receipt=True,
    )


def resumption(issuer: Issuer, matter: Matter, number: str, day: date, procedure: str, terms: Terms) -> Paper:
    """恢复办理通知书: a special procedure is over; ``terms``: the new last days."""
    return Paper(
        "恢复办理通知书",
        number,
        issuer,
        matter,
        day,
        (
            Par(
                f"{_asked(matter)}本机关已经受理，并依法进行了{procedure}。该程序已于{day_words(day)}结束，本机关自次日起继续办理。"
            ),
            Rows((("法定办结期限", terms.legal), ("承诺办结期限", terms.promised))),
        ),
        receipt=True,
    )


def transfer(issuer: Issuer, matter: Matter, number: str, day: date, to: str, reason: str) -> Paper:
    """移送通知书. ``to``: the competent body, and how it is reached."""
    return Paper(
        "移送通知书",
        number,
        issuer,
        matter,
        day,
        (
            Par(f"{_asked(matter)}经审查，该申请不属于本机关办理：{_ended(reason)}"),
            Par(f"本机关已将全部申请材料移送{to}，{matter.you}不必重新提交。办理情况请向该单位查询。"),
        ),
        receipt=True,
    )


def granted(issuer: Issuer, matter: Matter, number: str, day: date, content: str) -> Paper:
    """准予决定书. ``content``: what is granted."""
    title = "准予行政许可决定书" if matter.licence else "准予办理决定书"
    return Paper(
        title,
        number,
        issuer,
        matter,
        day,
        (
            Par(
                f"{_asked(matter)}经审查，该申请符合法定条件、标准。{_by(matter, '第三十八条第一款')}，本机关决定"
                f"{'准予行政许可' if matter.licence else '准予办理'}。"
            ),
            Par(f"决定内容：{_ended(content)}"),
        ),
        receipt=True,
    )


def refused(issuer: Issuer, matter: Matter, number: str, day: date, facts: str, basis: str) -> Paper:
    """不予决定书. ``facts``: findings and reasons; ``basis``: the provision the decision rests on. :class:`NoRemedyError`."""
    kind = "行政许可" if matter.licence else "办理"
    return Paper(
        f"不予{kind}决定书",
        number,
        issuer,
        matter,
        day,
        (
            Par(f"{_asked(matter)}本机关受理后依法进行了审查。"),
            Par(f"查明的事实和理由：{_ended(facts)}"),
            Par(f"依据{basis}和{LAW}第三十八条第二款的规定，本机关决定不予{kind}。"),
            Par(_remedy(issuer, matter, "本决定书")),
        ),
        receipt=True,
    )


def done(issuer: Issuer, matter: Matter, number: str, day: date, result: str, way: str, parcel: str = "") -> Paper:
    """办结通知书. ``result``: what was decided and what is handed over; ``way``: how, in words; ``parcel``: carrier and waybill."""
    rows = [("办理结果", result), ("送达方式", way)]
    if parcel:
        rows.append(("寄递单号", parcel))
    rows.append(("办结日期", day_words(day)))
    return Paper(
        "办结通知书",
        number,
        issuer,
        matter,
        day,
        (
            Par(f"{_asked(matter)}该申请已经办结，现将办理结果通知如下："),
            Rows(tuple(rows)),
            Par(
                "领取结果时请出示本人有效身份证件；委托他人领取的，由代理人出示授权委托书和双方有效身份证件。"
                if not parcel
                else "结果以邮寄方式送达的，邮费由本机关承担，不向申请人收取。"
            ),
        ),
    )


def service(issuer: Issuer, matter: Matter, number: str, day: date, papers: Sequence[str], way: str) -> Paper:
    """送达回证. ``papers``: titles and numbers of what is served."""
    return Paper(
        "送达回证",
        number,
        issuer,
        matter,
        day,
        (
            Rows(
                (
                    ("送达事项", f"{matter.item}（{matter.situation}）"),
                    ("送达文书名称及文号", "\n".join(papers)),
                    ("受送达人", matter.applicant),
                    ("送达方式", way),
                    ("送达地点", ""),
                    ("收到日期", "　　　　年　　月　　日　　时　　分"),
                    ("受送达人签名或者盖章", ""),
                    ("代收人签名、与受送达人的关系、证件号码", ""),
                    ("送达人", ""),
                    ("备注", ""),
                ),
                high=True,
            ),
        ),
        addressed=False,
    )


def _asked(matter: Matter) -> str:
    came = f"，纸质材料于{day_words(matter.arrived)}送达本机关" if matter.arrived else ""
    return (
        f"{matter.you}于{day_words(matter.taken)}提出“{matter.item}”（{matter.situation}）申请（办件编号{matter.case}），"
        f"由{matter.intake}收件并转送本机关{came}。"
    )


def _by(matter: Matter, article: str) -> str:
    return f"{'根据' if matter.licence else '参照'}{LAW}{article}的规定"


def _remedy(issuer: Issuer, matter: Matter, paper: str) -> str:
    if not issuer.review or not issuer.court:
        raise NoRemedyError("no body to appeal to, or no court")
    return (
        f"{matter.you}如不服本机关的上述决定，可以自收到{paper}之日起六十日内，依法向{issuer.review}申请行政复议；"
        f"也可以自收到{paper}之日起六个月内，依法向{issuer.court}提起行政诉讼。"
    )


def _ended(text: str) -> str:
    """A sentence of somebody's own, with its full stop."""
    return text if text.endswith(("。", "！", "？", "；")) else f"{text.rstrip('.，, ')}。"

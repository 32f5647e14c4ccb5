"""What stands on the home department's papers: what the law asks of each, and what was said, word for word."""

from __future__ import annotations

import subprocess
from datetime import date

import pytest

from domain.casepapers import papers
from domain.casepapers.paper import TEMPLATE, Issuer, Matter, Paper, Par, Rows, Table, encode
from domain.press.press import Press

DAY, DUE = date(2026, 11, 26), date(2026, 12, 10)
ISSUER = Issuer("示范甲市医保局", "示甲医保", "示范大道 1 号", "0800-000-0001", "12345", "示范甲市人民政府", "示范甲市人民法院")
MATTER = Matter("测试甲", False, "C-1", "异地就医备案", "长期居住", "20", "示范丙区", date(2026, 11, 20))
POINTS = (papers.Point("居住证明", "没有盖章", "补盖公章"), papers.Point("备案表", "日期已过", "改日期，重新签名"))


def licence() -> Matter:
    return Matter("测试公司", True, "C-2", "资格证补发", "遗失", "01", "示范丙区", date(2026, 11, 20), date(2026, 11, 24))


def every(matter: Matter) -> list[Paper]:
    return [
        papers.correction(ISSUER, matter, "补告〔2026〕1号", DAY, POINTS, DUE, "到自助终端补交"),
        papers.acceptance(ISSUER, matter, "受〔2026〕1号", DAY, papers.Terms("20 个工作日", "10 个工作日"), "到窗口领取"),
        papers.not_acceptance(ISSUER, matter, "不受〔2026〕1号", DAY, "not_competent", "不由本机关核发", "示范七县交通局"),
        papers.extension(ISSUER, matter, "延〔2026〕1号", DAY, 10, "等待复函", "2027年1月8日"),
        papers.suspension(ISSUER, matter, "特〔2026〕1号", DAY, "专家评审", 15, "情况复杂"),
        papers.granted(ISSUER, matter, "准〔2026〕1号", DAY, "准予备案"),
        papers.refused(ISSUER, matter, "不准〔2026〕1号", DAY, "不符合条件", "《办法》第三条"),
        papers.resumption(ISSUER, matter, "恢〔2026〕1号", DAY, "专家评审", papers.Terms("2027年1月8日", "无")),
        papers.transfer(ISSUER, matter, "移〔2026〕1号", DAY, "示范七县交通局", "由核发地办理"),
        papers.done(ISSUER, matter, "办结〔2026〕1号", DAY, "准予", "到窗口领取"),
        papers.service(ISSUER, matter, "送〔2026〕1号", DAY, ["准予办理决定书　准〔2026〕1号"], "到窗口领取"),
    ]


def text(paper: Paper) -> str:
    said = []
    for block in paper.blocks:
        match block:
            case Par(text=words):
                said.append(words)
            case Rows(rows=rows):
                said += [cell for row in rows for cell in row]
            case Table(rows=rows):
                said += [cell for row in rows for cell in row]
    return "\n".join(said)


@pytest.mark.parametrize("matter", [MATTER, licence()], ids=["service", "licence"])
def test_every_paper_says_which_case_it_is_about_and_when_it_was_taken_in(matter: Matter) -> None:
    for paper in every(matter)[:-1]:
        for part in (matter.case, matter.item, matter.situation, "2026年11月20日", matter.you):
            assert part in text(paper), paper.title


def test_a_licence_rests_on_the_law_and_anything_else_is_treated_by_analogy() -> None:
    for mine, theirs in zip(every(MATTER)[:6], every(licence())[:6], strict=True):
        assert f"参照{papers.LAW}" in text(mine)
        assert f"根据{papers.LAW}" in text(theirs)
    assert every(licence())[6].title == "不予行政许可决定书"


def test_a_notice_lists_every_point_once_in_order_with_the_last_day_and_where() -> None:
    said = text(every(MATTER)[0])
    assert [said.count(one.wrong) for one in POINTS] == [1, 1]
    assert said.index("没有盖章") < said.index("日期已过")
    for part in ("第三十二条第一款第四项", "全部内容一次性告知", "2026年12月10日", "到自助终端补交", "不再另行要求补正"):
        assert part in said


def test_a_notice_that_is_not_the_first_says_so_and_why_and_promises_nothing_it_broke() -> None:
    said = text(papers.correction(ISSUER, MATTER, "n", DAY, POINTS, DUE, "到窗口", again="首次告知后才发现证明系伪造"))
    assert "再次告知的理由：首次告知后才发现证明系伪造。" in said
    assert "不再另行要求补正" not in said


def test_what_refuses_says_where_and_until_when_one_can_appeal_and_is_not_made_without() -> None:
    for paper in (every(MATTER)[2], every(MATTER)[6]):
        for part in ("六十日内", "示范甲市人民政府申请行政复议", "六个月内", "示范甲市人民法院提起行政诉讼"):
            assert part in text(paper)
    silent = Issuer("局", "局", "", "", "")
    with pytest.raises(papers.NoRemedyError):
        papers.refused(silent, MATTER, "n", DAY, "不符合", "《办法》")
    with pytest.raises(papers.NoRemedyError):
        papers.not_acceptance(silent, MATTER, "n", DAY, "not_needed", "不需要", "")


def test_whoever_is_not_competent_says_who_is() -> None:
    assert "向示范七县交通局申请" in text(every(MATTER)[2])


def test_what_was_not_corrected_says_that_it_was_noticed() -> None:
    assert "已经一次性告知" in text(papers.not_acceptance(ISSUER, MATTER, "n", DAY, "not_corrected", "至今没有补交"))


def test_what_the_citizen_gets_has_a_line_for_the_signature_and_the_time_of_delivery() -> None:
    assert [paper.title for paper in every(MATTER) if not paper.receipt] == ["办结通知书", "送达回证"]


def test_nothing_of_the_applicant_stands_in_a_repr() -> None:
    for paper in every(MATTER):
        assert "测试甲" not in repr(paper)
        assert "没有盖章" not in repr(paper)


def test_what_is_set_says_it_word_for_word_reads_nothing_as_markup_and_is_the_same_twice() -> None:
    hostile = papers.Point("#set page(width: 1pt)", "*粗* $x$ \u202e反", "<script>")
    paper = papers.correction(ISSUER, MATTER, "示甲医保补告〔2026〕1号", DAY, (*POINTS, hostile), DUE, "到自助终端补交")
    press = Press()
    made = press.pdf(TEMPLATE, encode(paper))
    assert press.pdf(TEMPLATE, encode(paper)) == made
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=made, capture_output=True, check=True).stdout.decode()
    plain = "".join(found.split())
    told = (
        "申请材料补正一次性告知书",
        "示甲医保补告〔2026〕1号",
        "测试甲",
        "没有盖章",
        "2026年11月26日",
        "签收时间",
        "办件编号C-1",
    )
    for part in (*told, "办件编号C-1", "#setpage(width:1pt)", "*粗*$x$U+202E反", "<script>", "监督投诉：12345"):
        assert part in plain, part

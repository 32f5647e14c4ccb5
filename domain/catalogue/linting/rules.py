"""The rules by name: how bad it is, and what it is about. The linter's findings carry these names; nothing is found by another."""

from __future__ import annotations

from typing import NamedTuple

from domain.catalogue.finding import Finding, Severity


class Rule(NamedTuple):
    severity: Severity
    about: str


RULES: dict[str, Rule] = {
    # what makes it unusable: found by contradictions.py
    "two-versions": Rule("error", "一个事项在同一天只能有一版有效"),
    "dates": Rule("error", "有效期的起止日期不能颠倒"),
    "situation-twice": Rule("error", "一个事项里情形编号不能重复"),
    "material-twice": Rule("error", "一个情形里材料编号不能重复"),
    "question-twice": Rule("error", "一个事项里问题编号不能重复"),
    "dead-end": Rule("error", "每个答案都要通向一个问题或一个情形"),
    "circle": Rule("error", "问题不能绕回自己"),
    "unreachable": Rule("error", "每个情形、每个问题都要问得到"),
    "party-twice": Rule("error", "签约方编号不能重复"),
    "parent-unknown": Rule("error", "上级签约方要在名单里"),
    "home-unknown": Rule("error", "开通要写明是哪个签约方"),
    "situation-unknown": Rule("error", "开通的情形要在目录里，有效期要对得上"),
    "opened-twice": Rule("error", "同一情形同一天只能开通一次"),
    "form-unknown": Rule("error", "开通用的表单要写在表单里"),
    "no-proof": Rule("error", "每份材料都要写明凭什么证明"),
    "scan-for-original": Rule("error", "要核验原件的，扫描不够"),
    "chip-for-paper": Rule("error", "要交原件的，读芯片不够"),
    "post-electronic": Rule("error", "电子材料没有纸可寄"),
    "nobody-known": Rule("error", "收件和查询都要先知道是谁"),
    "two-chips": Rule("error", "一次办理只读一张证件"),
    "way": Rule("error", "办理方式要和事项、送达方式对得上"),
    "delivery": Rule("error", "结果怎么送达要写一遍，且只写一遍"),
    "field-twice": Rule("error", "表单里栏目编号不能重复"),
    "no-options": Rule("error", "选择题要有选项"),
    "option-twice": Rule("error", "选项不能重复"),
    "condition": Rule("error", "栏目的条件要问前面的栏目，且有可能成立"),
    "reason-unknown": Rule("error", "不开通的说明要对着目录里有的事项"),
    "open-and-not": Rule("error", "不能既开通又说没有开通"),
    "bundle-twice": Rule("error", "一件事的编号不能重复"),
    "bundle-unknown": Rule("error", "一件事里的事项要在目录里"),
    # codes
    "basic-code": Rule("warning", "基本编码 12 位：2 位来源地、2 位事项类型、5 位主项、3 位子项"),
    "implementing-code": Rule("warning", "实施编码 31 位、业务办理项编码 33 位：信用代码、行使层级、基本编码"),
    "credit-code": Rule("warning", "统一社会信用代码 18 位，两个校验位都要对"),
    "division": Rule("warning", "行政区划代码 6 位（乡镇 9 位、村 12 位）；开发区没有"),
    # items
    "deadline": Rule("error", "承诺时限不能比法定时限长"),
    "project-type": Rule("warning", "即办件当场办结，承诺件有承诺时限"),
    "charge": Rule("warning", "收不收费，和收费项目要一致"),
    "batch": Rule("warning", "每个事项、每条开通都要写明是哪一批（规程第四条）"),
    "changed": Rule("warning", "新的一版要写明改了什么"),
    "told": Rule("hint", "受理条件、办理结果、办理依据要告诉办事人（规程第六条）"),
    "reading": Rule("warning", "名称怎么读（拼音）要写全，不然拼音搜不到"),
    "long": Rule("hint", "屏幕上一行放不下的话要改短"),
    "asked-twice": Rule("warning", "同一个问题不要问两遍"),
    "no-fork": Rule("warning", "只有一个答案的问题不用问"),
    "no-tree": Rule("hint", "情形多的，用问题一步步问"),
    "agent": Rule("error", "不许代办的事项不能有代办的情形"),
    # materials
    "accept-points": Rule("warning", "每份材料要写审查要点，窗口预审用"),
    "sample": Rule("warning", "要带来的材料要有样张"),
    "put-off": Rule("warning", "容缺后补的要写明什么时候补"),
    # openings
    "delivery-way": Rule("warning", "送达方式要在事项的送达方式里"),
    "express": Rule("warning", "事项说不寄的，开通不能寄"),
    "online-with-paper": Rule("warning", "只能网上办的事项，不该到窗口核验或寄原件"),
    "department": Rule("warning", "要写明由哪个部门办"),
    "form-signature": Rule("warning", "有表单就要签名，要签名就要有表单"),
    "promise": Rule("hint", "表单最后要有真实性承诺"),
    "known-already": Rule("warning", "证件上有的不要再问"),
    "unopened": Rule("warning", "没有开通的，要说明原因和到哪里办"),
    "over": Rule("hint", "已经过期的可以删掉"),
    # parties
    "no-window": Rule("warning", "每个签约方要有窗口"),
    "window-twice": Rule("error", "窗口编号不能重复"),
    "home-desk": Rule("error", "每个业务属地有且只有一个专窗"),
    "hours": Rule("warning", "窗口要写开放时间，起止不颠倒、不重叠"),
    "contact": Rule("warning", "每个签约方要有在任的联络人（规程第五条第四项）"),
    "contact-ends": Rule("hint", "联络人快到期了，要更新联络表"),
    "public-contact": Rule("hint", "要有一个对公众公开的电话"),
    "english": Rule("hint", "办事人读的每句中文要有英文，没有的，英文界面上显示中文"),
    "english-left": Rule("warning", "改了中文，英文要跟着改"),
    "bundle-unopened": Rule("warning", "一件事里的事项要有地方开通"),
}


def found(rule: str, where: str, what: str, mend: str = "") -> Finding:
    return Finding(rule, RULES[rule].severity, where, what, mend)

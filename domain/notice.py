"""The privacy notice shown before the card is read (个人信息保护法 17, 35; 规程 9(2)): who, why, what, how long, rights, contact.

The words are versioned: a case records the version its applicant agreed to. Change a word, change the version.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-11-26"


@dataclass(frozen=True, slots=True)
class Paragraph:
    heading: str
    text: str


_TEXT = (
    Paragraph("谁在用", "收件地（{intake}）收下您的材料，转交业务属地（{home}）。办不办、怎么办，由业务属地的办理单位决定。"),
    Paragraph(
        "做什么用",
        "只用来办您这次选的事。按照“省内通办”工作规程第九条第二项，没有业务属地办理单位的书面同意，"
        "谁也不能拿去做别的；除法律另有规定，不向任何第三方提供。",
    ),
    Paragraph(
        "用哪些",
        "证件芯片里的文字（没有芯片的，是您填写的姓名和号码），您拍摄的材料、填写的内容和签名。替别人办的，还有他的。"
        "选邮寄时，还有邮寄地址和电话。"
        "芯片里的照片最多在屏幕上给您看一眼，不保存。不拍人脸，不按指纹。",
    ),
    Paragraph(
        "存多久",
        "材料当场加密，只有业务属地和收件窗口能打开；另有一把应急钥匙由签约方离线封存。"
        "中心收齐以后，本机随即删除。没有提交就离开，本次内容立刻全部清除；"
        "您点了“存到窗口”的，加密存在中心 7 天，只有本大厅窗口凭单子上的号码能打开。",
    ),
    Paragraph("您的权利", "您可以随时停下不办，也可以查询、更正自己的信息。不同意也没关系，请到窗口由工作人员办理。"),
    Paragraph("找谁问", "大厅电话 {phone}，或直接问大厅工作人员。"),
)


def paragraphs(intake: str, home: str, phone: str) -> tuple[Paragraph, ...]:
    """The notice of this version, with the two places and the hall's telephone filled in."""
    return tuple(Paragraph(p.heading, p.text.format(intake=intake, home=home, phone=phone)) for p in _TEXT)

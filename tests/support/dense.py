"""Dense pages of Chinese print, as forms and decisions are set, drawn from a seed; and how far a reading of one is off."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from devices.virtual.sheets import FONTS, SIMPLIFIED
from domain import idnumber, uscc

LINES, ACROSS = 19, 34
POINT = 11.0
DPI = 200
A4 = (1654, 2339)

SENTENCES = (
    "申请人应当如实提交有关材料和反映真实情况，并对其申请材料实质内容的真实性负责。",
    "业务属地受理部门收到材料后五个工作日内作出是否受理的决定，并书面告知申请人。",
    "省内通办实行收受分离，收件地负责收件和形式审查，业务属地负责受理和审批。",
    "参保人员跨统筹地区长期居住的，可以向参保地经办机构申请办理异地就医备案。",
    "因材料不齐全需要补正的，应当一次性告知需要补正的全部内容，逾期不补正的视为撤回。",
    "用人单位与劳动者解除或者终止劳动合同，应当出具解除或者终止劳动合同的证明。",
    "本人自愿承诺上述信息真实有效，如有不实，愿意承担由此产生的一切法律责任。",
    "居民户口簿登记事项发生变更的，户主或者本人应当向户口登记机关申报变更登记。",
    "领取养老金的人员每年应当进行一次资格认证，可以通过自助终端或者手机应用办理。",
    "办件结果可以到收件窗口领取，也可以选择邮寄送达，邮寄费用由业务属地承担。",
)


@dataclass(frozen=True, slots=True)
class Printed:
    """``lines`` top to bottom, and the page that shows them: B, G, R at :data:`DPI`."""

    lines: tuple[str, ...]
    page: NDArray[np.uint8] = field(repr=False)

    @property
    def text(self) -> str:
        return "".join(self.lines)


def dense(seed: int, face: str = "Serif", points: float = POINT) -> Printed:
    """A4, 19 lines of 34: sentences, with numbers, dates and codes between them. Nobody's, and every check character right."""
    rng = np.random.default_rng((19, seed))
    text = ""
    while len(text) < LINES * ACROSS:
        text += str(rng.choice(SENTENCES)) + _fact(rng)
    lines = tuple(text[at : at + ACROSS] for at in range(0, LINES * ACROSS, ACROSS))
    scale = DPI / 72
    page = Image.new("RGB", A4, "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(FONTS / f"Noto{face}CJK-Regular.ttc", round(points * scale), index=SIMPLIFIED)
    for at, line in enumerate(lines):
        pen.text((round(57 * scale), round((72 + at * points * 2.2) * scale)), line, (20, 20, 22), font)
    return Printed(lines, np.ascontiguousarray(np.asarray(page)[:, :, ::-1]))


def as_a_camera_sees(page: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The light falls to half across the page, the lens blurs a little, the sensor is noisy."""
    rng = np.random.default_rng((23, seed))
    light = np.linspace(1.0, 0.5, page.shape[1], dtype=np.float32)[None, :, None]
    seen = cv2.GaussianBlur(page.astype(np.float32) * light, (0, 0), 0.8) + rng.normal(0, 4, page.shape)
    return np.clip(seen, 0, 255).astype(np.uint8)


def character_error(read: str, true: str) -> float:
    """Edits (Levenshtein) between the two, without spaces and whatever the width of punctuation, per character of ``true``."""
    one, other = _folded(read), _folded(true)
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1] / max(len(other), 1)


def _folded(text: str) -> str:
    return "".join(text.split()).translate(str.maketrans("，：；（）！？", ",:;()!?"))


def _fact(rng: np.random.Generator) -> str:
    year, month, day = rng.integers(1950, 2005), rng.integers(1, 13), rng.integers(1, 29)
    seventeen = f"510100{year}{month:02d}{day:02d}{rng.integers(0, 1000):03d}"
    inner = "MA" + "".join(rng.choice(list("0123456789ABCDEFGHJKLMNPQRTUWXY"), 6))
    code = f"91510100{inner}{uscc.inner_check(inner)}"
    facts = (
        f"公民身份号码{seventeen}{idnumber.check_character(seventeen)}，",
        f"统一社会信用代码{code}{uscc.check_character(code)}，",
        f"联系电话1{rng.integers(30, 99)}0000{rng.integers(0, 10000):04d}，",
        f"{rng.integers(2020, 2027)}年{month}月{day}日，",
        f"金额{rng.integers(1, 99999)}.{rng.integers(0, 100):02d}元，",
    )
    return str(rng.choice(facts))

"""What the bench calls things, and which of the faults lie at hand. The faults themselves, and their help, are the devices'."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "idcard": "身份证读卡器",
        "smartcard": "芯片读卡器",
        "camera": "高拍仪",
        "printer": "凭证打印机",
        "a4": "A4 打印机",
        "rating": "评价器",
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "resident": "居民身份证",
        "hk_macau_taiwan": "居住证",
        "foreign_2017": "永久居留",
        "foreign_2023": "永久居留",
        "other": "别的卡",
        "social": "社保卡",
        "badge": "工作证",
        "chip": "芯片卡",
    }
)
LEVELS: Mapping[int, str] = MappingProxyType({5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"})
AT_HAND: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "idcard": {"unplug": "拔线", "mute": "不应答"},
        "smartcard": {"unplug": "拔线", "mute card": "插反"},
        "camera": {"hand": "手压着", "glare": "反光", "dark": "太暗", "blurred": "模糊", "shaking": "在晃", "frozen": "卡死"},
        "printer": {
            "paper out": "缺纸",
            "paper near end": "纸快完",
            "cover open": "开盖",
            "cutter jam": "切刀卡",
            "unplug": "拔线",
        },
        "a4": {"paper out": "缺纸", "jam": "卡纸", "unplug": "断电"},
        "rating": {"unplug": "拔线", "stuck key": "键卡住"},
    }
)
"""Device → fault → the word on its switch, of those one reaches for most."""
PUSHES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "←": {"right": -15},
        "→": {"right": 15},
        "↑": {"down": -15},
        "↓": {"down": 15},
        "↺": {"turn": -10},
        "↻": {"turn": 10},
        "翘起": {"tilt": 0.5},
        "压平": {"tilt": -1},
    }
)


class Scene(NamedTuple):
    """Something that happens in halls: one fault, and what to look at then."""

    title: str
    device: str
    fault: str
    look: str


SCENES = (
    Scene(
        "凭证打到一半没纸了",
        "printer",
        "paper out mid-job",
        "先打开它，再在终端上提交：打出 4 厘米就没纸。换上新纸卷（关上“缺纸”），看终端怎样补打。",
    ),
    Scene(
        "凭证打到一半停电",
        "printer",
        "power blip mid-job",
        "先打开它，再提交：打出 4 厘米时断电 0.3 秒。终端不会把半张当成打好了。",
    ),
    Scene("读到一半把卡拿走", "idcard", "card pulled away", "先打开它，再放身份证：终端请办事人再放一次。"),
    Scene("读卡器拔了线", "idcard", "unplug", "终端说读卡器用不了，插上后自己恢复；中心看得到。"),
    Scene("一只手压在材料上", "camera", "hand", "拍材料时：画面上指出手在哪里。"),
    Scene("材料反光", "camera", "glare", "拍材料时：画面上圈出反光的地方。"),
    Scene("高拍仪卡死", "camera", "frozen", "拍材料时：终端说出来，办事人可以改为带到窗口。"),
    Scene("A4 打印机卡纸", "a4", "jam", "打申请表时：取出卡纸（关上它）才接着打，下一个人拿不到前一个人的纸。"),
    Scene("社保卡读到一半拔走", "smartcard", "card pulled away", "先打开它，再插卡。"),
    Scene("评价器的键卡住", "rating", "stuck key", "评价时按一下：只算一次。"),
)

"""Why a program waits or is not taken: by code, what it is and what staff do. The same words at the terminal and at the centre."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "program_fetching": ("正在后台下载", "不用管：慢慢取，不影响办事；断了会接着取。"),
    "program_unpacking": ("正在解开、核对", "不用管：几分钟。"),
    "program_waits": ("等没有人的时候换", "不用管：一分钟没有人用就换。急的话在终端上点“现在就换”。"),
    "program_trial": ("换上了，正在检查", "不用管：两三分钟。起不来会自己换回原来的。"),
    "staff_inside": ("有工作人员在维护", "维护的人退出以后换；也可以请他点“现在就换”。"),
    "help_wanted": ("有人在求助", "先去看求助的人；之后自己换。"),
    "settings_on_trial": ("刚改的设置还在试", "不用管：二十秒以后换。"),
    "program_fixed": ("这台终端不是由启动器运行的，不能换程序", "用安装包装的终端才能换；开发和演示用的不能。"),
    "program_untrusted": (
        "不是本机认可的发布者签的",
        "核对终端设置 [program] publisher 和发布者的公钥。对不上就不要换，查清程序从哪里来。",
    ),
    "program_other_machine": ("没有给这种机器、这种 Python 做的", "请发布者为这种机器也打一份，一起收下再发布。"),
    "program_same_version": ("同一个版本号，内容却不同", "请发布者换一个版本号重新打包。"),
    "program_older": ("比现在的旧", "要退回，选上一次用过的版本；再早的请发布者打一份写明可退回的（--back）。"),
    "program_older_data": ("读不了现在的数据", "数据已经由新程序升级过，退不回去；请发布者出一个更新的版本。"),
    "program_damaged": ("程序包坏了，或和清单不一样", "重试一次；仍不行就请发布者重新打包，换一个版本号。"),
    "program_no_room": ("盘上放不下", "腾出数据分区的空间，或换大一点的卡，再重试。"),
    "program_disk": ("盘写不进去", "取支持包看盘有没有坏；坏了就换卡。"),
    "program_part_dead": ("换上以后程序有一部分没有动静", "已换回原来的程序。取支持包交给发布者。"),
    "program_lost_device": (
        "换上以后有设备不能用了（原来能用）",
        "已换回原来的程序。看是哪个设备：碰巧没电、没插好的，弄好以后重试。",
    ),
    "program_no_glass": ("换上以后屏幕不亮（原来亮）", "已换回原来的程序。取支持包交给发布者。"),
    "program_no_link": ("换上以后连不上中心（原来连着）", "已换回原来的程序。碰巧断网的，网好以后重试。"),
    "program_unwell": (
        "换上以后机器自检变差了（内存、硬盘空间或读写，原来是好的）",
        "已换回原来的程序。取支持包交给发布者；硬盘本来就快满的，先腾出空间再重试。",
    ),
    "program_falls": ("换上以后时好时坏", "已换回原来的程序。取支持包交给发布者。"),
    "program_not_up": ("换上以后启动了三次都没有立住", "已换回原来的程序。取支持包交给发布者；当时连着断过电的，重试。"),
    "program_not_started": ("换上以后启动不了", "已换回原来的程序。按说明改设置，或取支持包交给发布者。"),
    "program_other": ("运行的是别的版本：在终端上换回去了，或重装过", "问清是谁、为什么；要再换，重试。"),
    "program_none_before": ("没有可以换回的", "这台终端没有换过程序。"),
}

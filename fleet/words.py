"""Staff's words for the codes terminals report. The codes are those of the terminal's table of faults; a test compares them."""

from __future__ import annotations

import re

from domain.program.reasons import REASONS as PROGRAM_REASONS
from fleet.authority.authority import Identity
from mqtt.messages import Backlog
from mqtt.wire import MAX_PAYLOAD

PARTS: dict[str, str] = {
    "conditions": "什么人能办",
    "materials": "材料",
    "limit": "时限",
    "fee": "费用",
    "flow": "怎么办的",
    "delivery": "怎么拿到结果",
    "contact": "电话、地址",
    "online": "网上怎么办",
    "other": "别的",
}
"""Where in a guide an error stands (``mqtt.events.ItemPart``)."""
FAULTS: dict[str, str] = {
    "absent": "没有接上，或断电",
    "mute": "接着，但不应答",
    "device_error": "设备报告其他错误",
    "device_hung": "驱动卡住，等不到返回",
    "unproven": "超过时限没有应答，不能确定",
    "other_device": "不是登记的那一台",
    "device_unidentified": "不说明自己是哪一台",
    "reader_self_test_failed": "读卡器安全模块自检不通过",
    "reader_not_authorised": "读卡器安全模块未授权",
    "card_removed": "读卡中途卡被拿开",
    "card_unreadable": "卡片读取失败",
    "card_not_supported": "卡型不认识，不是能读的身份证件",
    "card_left_lying": "读卡处有没拿走的证件",
    "card_data_damaged": "卡内信息损坏",
    "card_refuses_reader": "卡不认可读卡器",
    "card_not_authentic": "不能确认卡的真伪",
    "reader_line_damaged": "读卡器的应答总是坏的（线路或波特率）",
    "reader_babbles": "读卡器说个不停",
    "reader_refuses_command": "读卡器不认识读卡命令",
    "reader_unrecognised_error": "读卡器报告不明错误",
    "reader_random_failed": "读卡器取随机数失败",
    "photo_library_failed": "证件照片解不开（不影响办理）",
    "card_bad_number": "卡内号码核对不上",
    "card_expired": "证件不在有效期内",
    "card_minor": "未满 16 周岁",
    "card_child_first": "先放了孩子的证件",
    "card_too_young": "代办人未满 18 周岁",
    "card_same_person": "两次放的是同一张证件",
    "card_not_a_minor": "第二张证件上的人已成年",
    "draft_offline": "连不上中心，草稿没有存",
    "draft_refused": "中心没有收下草稿",
    "draft_too_large": "草稿太大",
    "draft_mistyped": "取件号码打错",
    "draft_not_found": "没有这份草稿",
    "draft_too_many_tries": "取草稿试错太多次",
    "draft_not_ours": "草稿不是密封给本窗口的",
    "draft_damaged": "草稿打不开",
    "draft_other_catalogue": "草稿的事项不在目录里",
    "tasks_offline": "连不上中心，查不到办件",
    "receipt_unknown": "凭证上的码查不到",
    "case_number_mistyped": "办件编号打错",
    "case_unknown": "没有这个编号的办件",
    "case_too_many_tries": "按编号试错太多次",
    "task_damaged": "给本大厅的补正或结果打不开",
    "right_not_here": "个人信息请求不能在这台终端提出",
    "task_answered_before": "这件已经交过",
    "clerk_certificate_missing": "窗口页面的证书读不出来，窗口关着",
    "clerk_certificate_foreign": "窗口页面的证书不是本系统的，窗口关着",
    "clerk_certificate_expired": "窗口页面的证书过期，窗口关着",
    "clerk_port_taken": "窗口页面的端口打不开",
    "card_social": "放的是社会保障卡，不能代替身份证",
    "card_mute": "芯片卡没有应答（插反或没有芯片）",
    "smartcard_held": "芯片读卡器被别的程序占用",
    "smartcard_refused": "pcscd 不允许使用读卡器",
    "security_module_missing": "没有安全模块，读不出第三代社保卡的持卡人",
    "security_module_unreachable": "联系不上社保卡的安全模块",
    "security_module_refused": "安全模块不认这张社保卡",
    "paper_out": "缺纸",
    "paper_near_end": "纸将用尽",
    "cover_open": "上盖打开",
    "head_hot": "打印头过热",
    "cutter_jam": "切刀卡住",
    "printer_error": "打印机报告其他错误",
    "printer_model_wrong": "打印机与设置的型号不符",
    "printer_babbles": "打印机不停发送数据",
    "ticket_retracted": "凭证没人取，已收回",
    "print_poor": "打印不清楚或没有切开",
    "printer_busy": "等候打印的凭证过多",
    "printer_unfit": "打印机不回报打印结果，无法确认凭证",
    "print_interrupted": "打印中程序停止，凭证可能没有打完",
    "slip_unprintable": "凭证里有打不出的字，或过长",
    "terminal_restarted": "打印时程序重启或断电",
    "a4_paper_out": "A4 打印机缺纸",
    "a4_paper_low": "A4 打印机纸将用尽",
    "a4_jam": "A4 打印机卡纸",
    "a4_cover_open": "A4 打印机盖板打开",
    "a4_toner_out": "A4 打印机墨粉用完",
    "a4_toner_low": "A4 打印机墨粉不足",
    "a4_output_full": "A4 打印机出纸盘已满，或没有装",
    "a4_error": "A4 打印机报告其他错误，或不接收作业",
    "a4_unfit": "A4 打印机不按 IPP 应答，看不出状态",
    "a4_queue_down": "本机打印队列没有运行，或不接收作业",
    "a4_not_empty": "旧作业取消不掉，为防止打给下一个人，不再打印",
    "a4_job_dropped": "A4 打印机自己中止了作业",
    "a4_too_slow": "A4 打印超过时限，作业已取消",
    "a4_unproven": "A4 打印机没有报告打出的页数，不能确认",
    "page_not_found": "没有找到纸张",
    "page_cut_off": "纸的边角在画面外",
    "page_blurred": "画面模糊",
    "page_dark": "画面太暗",
    "page_blank": "空白页",
    "page_glare": "纸面反光",
    "page_too_small": "画面里的纸太小",
    "two_pages": "画面里不止一页纸",
    "hand_over_page": "有东西遮住了纸",
    "page_coarse": "分辨率不足",
    "page_again": "重复拍摄",
    "camera_frozen": "画面不再更新",
    "camera_in_use": "摄像头被占用",
    "camera_stuck": "卡死，需重启机器",
    "voice_missing": "没有语音程序，不能念屏幕",
    "voice_failed": "语音没有念出来",
    "typing_missing": "没有拼音引擎或词库，只能逐字输入",
    "typing_failed": "拼音引擎中途退出，改为逐字输入",
    "reading_missing": "没有装识读程序，材料只拍不读",
    "reading_failed": "识读程序出错，材料未识读",
    "reading_slow": "识读超过时限，材料未识读",
    "reading_crowded": "等候识读的页太多，有一页未识读",
    "reading_no_picture": "交来识读的不是完好的图片",
    "reading_too_large": "交来识读的图片太大",
    "reading_too_small": "交来识读的图片太小",
    "reading_memory": "识读占用内存过多，材料未识读",
    "pad_key_stuck": "评价键卡住",
    "pad_silent": "评价器按键没有收到",
    "pad_wrong_key": "评价器按键和等级对不上",
    "catalogue_damaged": "事项目录损坏，暂停服务",
    "catalogue_untrusted": "事项目录的签名不对，暂停服务",
    "glass_silent": "屏幕没有动静",
    "glass_frozen": "屏幕画面停住或黑屏",
    "glass_blank": "屏幕上没有内容",
    "glass_behind": "屏幕内容没有更新",
    "glass_covered": "屏幕被别的窗口盖住",
    "bus_overloaded": "设备事件过多",
    "form_unmade": "有签名表格没有排成 PDF",
    "store_failed": "写本机数据库失败，暂停服务",
    "store_full": "存储空间不足，暂停收件，积压的仍在上传",
    "outbox_unreadable": "有待送出的记录读不懂，已放到一边",
    "document_damaged": "有材料影像损坏，未送达",
    "upload_refused": "中心不认本机的证书",
    "certificate_revoked": "证书已被中心吊销",
    "certificate_expired": "证书已过期，需要重新登记",
    "certificate_expiring": "证书快到期，还没有续上",
    "certificate_damaged": "证书或私钥文件损坏",
    "identity_cloned": "有两台机器在用这台终端的名字",
    "centre_untrusted": "对方不是本机登记的中心",
    "clock_wrong": "本机时钟不对",
    "power_sagged": "供电电压曾经过低",
    "machine_hot": "主机过热",
    "memory_short": "内存快用完了",
    "memory_killed": "内存不够，有程序被系统结束",
    "storage_failing": "存储卡读写不一致",
    "storage_errors": "文件系统记录过错误",
    "storage_worn": "存储芯片寿命将尽",
    "data_disk_absent": "数据盘没有挂上",
    "data_disk_read_only": "数据盘只能读",
    "data_disk_unreadable": "数据盘读写出错",
    "root_unlocked": "系统盘没有锁上",
    "power_cut_often": "经常直接断电",
    "clock_unkept": "时钟没有校准",
    "network_unplugged": "网线没有插好",
    "out_of_service": "中心下令暂停服务",
    "maintenance": "工作人员正在维护",
    "updating": "刚换了新程序，正在检查",
}

LIFE: dict[str, str] = {
    "absent": "未接",
    "opening": "连接中",
    "identifying": "识别中",
    "ready": "就绪",
    "busy": "工作中",
    "faulted": "故障",
    "back_off": "等待重连",
    "unknown": "不明",
}

DEVICES: dict[str, str] = {
    "idcard": "读卡器",
    "printer": "凭证打印机",
    "camera": "高拍仪",
    "rating": "评价器",
    "a4": "A4 打印机",
    "smartcard": "芯片读卡器",
}

PRESENCE: dict[str, str] = {"online": "在线", "lost": "失联", "left": "已退出", "unknown": "不明"}

LEAVING: dict[str, str] = {"shutdown": "正常关机", "update": "升级中", "night": "夜间关机"}

AWAITED: dict[str, str] = {"person": "核对本人", "original": "核验原件", "paper": "收纸质原件"}
"""待窗口核验: what a case still awaits at the intake window."""

WAYS: dict[str, str] = {
    "online": "线上全程网办",
    "window": "到窗口办",
    "pre_fill": "预填",
    "query_print": "查询打印",
    "elsewhere": "不在本地开通",
}
"""Services without a case, by their way."""

RATINGS: dict[int, str] = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}

OUTCOMES: dict[str, str] = {"printed": "已打印", "refused": "没有打印", "spoilt": "打坏", "uncertain": "不能确定"}

COMMAND_STATES: dict[str, str] = {
    "queued": "待发",
    "sent": "已发出，终端还没有应答",
    "accepted": "终端已接受",
    "running": "正在做",
    "succeeded": "做完了",
    "failed": "没有做成",
    "rejected": "终端拒绝",
    "expired": "过期没有做",
    "canceled": "已取消",
}

OPERATIONS: dict[str, str] = {
    "restart-device": "重新打开设备",
    "restart-service": "重启终端程序",
    "out-of-service": "暂停服务",
    "back-in-service": "恢复服务",
    "refresh-catalogue": "重取目录",
    "refresh-settings": "重取设置和公告",
    "self-test": "自检",
    "test-print": "打印测试",
    "support-bundle": "取支持包",
    "reboot": "重启机器",
    "update": "更新程序",
    "help-coming": "应答求助",
}

STEPS: dict[str, str] = {
    "welcome": "首页",
    "place": "选业务属地",
    "item": "选事项",
    "situation": "选情形",
    "channel": "选办法",
    "guide": "看办法",
    "prepare": "看要带什么",
    "notice": "看告知书",
    "card": "放证件",
    "document": "选证件种类",
    "identity": "核对本人",
    "ward": "放孩子的证件",
    "behalf": "填替谁办",
    "waive": "看能不能免交",
    "scan": "拍材料",
    "page": "看拍好的页",
    "delivery": "选怎么拿结果",
    "postal": "填邮寄地址",
    "form": "填表",
    "sign": "签名",
    "review": "最后核对",
    "filled": "拿单子去窗口",
    "query": "查询打印",
    "submitting": "提交",
    "keeping": "存草稿",
    "noting": "记服务",
    "receipt": "拿凭证",
    "leaflet": "拿单子",
    "rating": "评价",
    "reason": "说原因",
    "farewell": "结束",
    "return": "找办过的事",
    "show": "扫收件凭证",
    "number": "输办件编号",
    "cases": "看查到的办件",
    "points": "看要补什么",
    "collect": "领结果",
    "undo": "撤回",
    "answer": "最后核对要补的",
    "handing": "打印结果",
    "draft": "打开草稿",
    "check": "窗口核对",
}
"""Where somebody stands who asks for help (``mqtt.messages.HelpWanted``)."""

REASONS: dict[str, str] = {
    "visit_running": "现在不行，有人在办事；办完就做",
    "not_its_time": "还没到启用时间",
    "no_answer": "有效期内没有应答",
    "no_result": "接受以后一直没有结果",
    "expired": "送到时已经过期",
    "clock_wrong": "终端时钟不可信，不能判断命令是否过期",
    "unknown_operation": "终端不认识这个命令，请升级终端程序",
    "bad_arguments": "命令的参数不对",
    "no_such_device": "没有这个设备",
    "device_not_back": "设备没有恢复",
    "not_supported": "这台终端不支持",
    "help_over": "那次求助已经结束",
    "not_rebooted": "重启命令没有起作用",
    "nothing_wanted": "中心没有要它用的",
    "not_fetched": "没有取到",
    "damaged": "取到的内容与摘要不符",
    "not_of_contract": "内容不合约定",
    "catalogue_damaged": "目录通不过终端的检查",
    "catalogue_untrusted": "目录的签名不对、不全或密钥名册过时",
    "settings_refused": "设置通不过终端的检查",
    "accounts_refused": "工作人员账号不是中心签的、已损坏，或是发给别处的",
    "not_uploaded": "没有传到中心",
    "interrupted": "做到一半程序停了",
    **{code: said for code, (said, _) in PROGRAM_REASONS.items()},
    "internal": "程序出错，见终端日志",
}

WANTED: dict[str, str] = {
    "catalogue": "事项目录",
    "settings": "设置",
    "notices": "公告",
    "accounts": "工作人员账号",
    "program": "程序",
}
WANTED_STATES: dict[str, str] = {"applied": "已启用", "waiting": "等待启用", "refused": "终端没有采用"}

REFUSALS: dict[str, str] = {
    "topic names no terminal": "主题里没有终端编号",
    "terminal is not registered here": "这台终端没有登记，或证书已吊销",
    "topic is not of the contract": "主题不在约定之内",
    "event names another terminal as its source": "事件自称来自另一台终端",
    "event type not known here": "事件类型不认识",
    "event version not known here": "事件版本不认识（终端比中心新）",
    "event id is not its epoch and sequence": "事件编号与其序号不符",
    "content type is not of the contract": "消息的内容类型不在约定之内",
    "state report of an earlier connect": "上一次连接的状态报告",
    "state report was heard already": "状态报告重复",
    "state report names a whole one that is still to come": "状态报告的序号自相矛盾",
    "state report calls itself whole and is not": "状态报告自称完整，却有缺项",
    "another event stands under this sequence": "同一序号下已有另一事件（疑似存储卡被复制）",
    "a case of this number was taken in already": "同一办件编号已经收过",
    "of a case another terminal took in": "所指办件是别的终端收的",
    "this attempt at a receipt has ended already": "这次打印已经有过结果",
    "answer to a command this terminal was not given": "应答了一条没有给它的命令",
    "result of a command this terminal was not given": "报告了一条没有给它的命令",
    "answer without a command's id": "应答没有命令编号",
    "not signed": "命令没有签名",
    "signature cannot be read": "命令的签名读不懂",
    "signature does not match": "命令的签名不对",
    "signed for another purpose": "签名是作别的用途的",
    "signed with a key that is not the centre's": "不是中心的密钥签的",
    "signed with a key that was replaced": "是换下来的旧密钥签的",
    "signed with a key out of date": "签名的密钥过期了",
    "order for another terminal": "命令是给另一台终端的",
    "revision is older than the one held": "比现有的修订号旧（疑似重放）",
    "command with a life that is none": "命令的有效期不对",
    "nested too deeply": "内容嵌套过深",
    "version not known here": "版本不认识（终端比中心新）",
    f"larger than {MAX_PAYLOAD} bytes": "消息过大",
    "JSON is malformed: invalid character": "不是有效的 JSON",
    "Input data was truncated": "消息不完整",
    "no_length": "上传没有说明长度",
    "too_large": "上传的材料过大",
    "wrong_content": "上传的内容与其摘要不符",
    "not_found": "上传的名称不是摘要",
    "wrong_draft": "草稿的名称不对，或已有另一份草稿用了它",
    "too_many": "草稿太多，或用不对的号码取草稿太多次",
}
_PATTERNS = (
    (re.compile(r"Object missing required field `(\w+)`(?: - at `([^`]*)`)?"), "缺少 {0}"),
    (re.compile(r"Expected `([^`]+)`(?:, got `[^`]+`)?(?: - at `([^`]*)`)?"), "应为 {0}"),
)


def fault(code: str | None) -> str:
    """Words for a fault's code; an unknown one is shown as it is, so that nothing is hidden."""
    return "" if code is None else FAULTS.get(code, code)


def proof(age: float | None) -> str:
    """When a device last proved itself, ``age`` seconds before the report; of a device nobody can vouch for."""
    if age is None:
        return "没有应答过"
    return f"上次应答在 {age:.0f} 秒前" if age < 120 else f"上次应答在 {age / 60:.0f} 分钟前"


def reason(code: str | None) -> str:
    """Words for why a command or a publication stands as it does; staff's own words and unknown codes as they are."""
    return "" if code is None else REASONS.get(code) or FAULTS.get(code, code)


def refusal(reason: str) -> str:
    """Words for why a message was refused; the parser's own rule where it is one of the rarer ones."""
    if reason in REFUSALS:
        return REFUSALS[reason]
    for pattern, said in _PATTERNS:
        if found := pattern.match(reason):
            where = f"（{found[2]}）" if found[2] else ""
            return f"不合约定：{said.format(found[1])}{where}"
    return f"不合约定：{reason}"


def backlog(found: Backlog) -> tuple[str, ...]:
    """How long a terminal can go on taking cases in while nothing leaves it, and what to look after."""
    if found.days is None:
        said = ["还能收多久：不明"]
    elif found.days >= 365:
        said = ["断网还能收一年以上"]
    else:
        said = [f"断网还能收约 {found.days:.0f} 天" if found.days >= 1 else "断网还能收不到一天"]
    if found.set_aside:
        said.append(f"{found.set_aside} 条读不懂，已放到一边")
    if found.dropped:
        said.append(f"设备记录舍弃 {found.dropped} 条")
    return tuple(said)


def identity(found: Identity, now: float) -> str:
    """What is wrong with a terminal's certificate; empty when nothing is."""
    if found.cloned:
        return "疑似被复制：两台机器在用这个名字"
    if found.revoked:
        return "证书已吊销"
    if found.until is None:
        return "还没有登记证书"
    if found.until <= now:
        return "证书已过期，需要重新登记"
    days = int((found.until - now) // 86400)
    return f"证书还有 {days} 天到期，没有续上" if days < 7 else ""

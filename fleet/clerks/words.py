"""What a clerk who cannot sign in, or is signed out, is told at a desk; codes of ``domain/staff/sign_in.py``."""

from __future__ import annotations

from domain.staff.sign_in import Refused

SAID: dict[str, str] = {
    "accounts_missing": "这里还没有工作人员账号。请签约方管理员在中心建账号；建了几分钟还没有的，看看连不连得上中心。",
    "accounts_stale": "离开中心太久，这里的账号已过有效期，恢复网络后自动更新。急办的请用别的能连上中心的窗口。",
    "staff_clock_untrusted": "这台机器的时间不对，请先校时。",
    "staff_locked": "登录失败次数太多，请稍候再试。",
    "sign_in_wrong": "工号、密码或动态验证码不对。连续五次不对会暂时锁定。",
    "sign_in_code_used": "这个动态验证码已经用过，请等下一个。",
    "sign_in_over": "登录已到时间，请重新登录。",
    "account_withdrawn": "您的账号已锁定、停用或重设，请找签约方管理员。",
    "idle": "太久没有操作，已退出，请重新登录。",
}


def said(refused: Refused) -> str:
    wait = f"还要等 {int(refused.wait.total_seconds()) + 1} 秒。" if refused.wait is not None else ""
    return SAID.get(refused.fault, refused.fault) + wait

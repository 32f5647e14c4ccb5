"""The window of a running terminal, when things end under it: the process, its certificate, the accounts' time."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from support.citizen import Citizen
from support.clerk_browser import ClerkBrowser
from support.hall import Hall, command, hall, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


def chosen(wang: ClerkBrowser) -> ClerkBrowser:
    wang.do("begin").do("choose-place", party="demo-jia").do("choose-item", item="MED-REMOTE")
    return wang.do("choose-situation", situation="MED-2").do("choose-channel", channel="here")


def test_killed_while_a_clerk_holds_the_visit_it_is_still_theirs_and_nothing_has_to_be_done_again(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one, ClerkBrowser(one) as wang, ClerkBrowser(one, "C901") as leader:
        chosen(wang.sign_in())
        for _ in range(2):
            one.kill("terminal")
            one.start("terminal")
            glass = one.glass().see("prepare")
            assert "暂时不在" in glass.html
            assert 'hx-post="/act/go-alone"' in glass.html
            until(lambda: "登录窗口" in wang.look_whole(), "every sign-in ended with the process")
            assert "是您自己先前的登录" in wang.sign_in().page
            assert wang.do("attend").title == "材料都带了吗？"
            assert "暂时不在" not in one.glass().see("prepare").html
        assert "程收件（C101）在办这一件" in leader.sign_in().page
        assert wang.do("next").title == "告知书"


def test_killed_while_the_citizen_signs_the_signature_is_asked_for_again_and_the_clerk_takes_it_up(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one, ClerkBrowser(one) as wang:
        Citizen(one).reviewed()
        wang.sign_in().do("attend")
        one.kill("terminal")
        one.start("terminal")
        until(lambda: "登录窗口" in wang.look_whole(), "it is there again")
        wang.sign_in().do("attend").at("请办事人最后看一遍，提交")
        one.glass().see("review").do("submit")
        wang.at("打好了，请交给办事人")


def shown(one: Hall) -> str:
    return ssl.get_server_certificate(("127.0.0.1", one.layout.ports.clerk))


def test_a_new_certificate_is_shown_within_two_minutes_and_nobody_is_signed_out(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one, ClerkBrowser(one) as wang:
        wang.sign_in()
        old = shown(one)
        command("centre", "window-certificate", str(one.layout.base / "centre.toml"), "127.0.0.1", str(one.layout.window))
        until(lambda: shown(one) != old, "the new one is shown", 120)
        assert wang.at("现在没有人在办").do("begin").title == "办给哪个地方（业务属地）？"
        one.layout.window.joinpath("window.pem").write_text(old)
        until(lambda: "the clerks' pages are closed: clerk_certificate_missing" in one.log("terminal"), "not its key's", 120)


def test_three_days_without_the_centre_nobody_signs_in_the_page_says_so_and_citizens_go_on_alone(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one, ClerkBrowser(one) as wang:
        chosen(wang.sign_in())
        for name in ("terminal", "centre", "broker"):
            one.stop(name)
        spec = one.specs["terminal"]
        # faketime runs it as a child of its own, which is to end with it.
        fake = ("env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1", "faketime", "-f", "+73h")
        later = (*fake, "setpriv", "--pdeathsig", "KILL", "--")
        one.specs["terminal"] = replace(spec, command=(*later, *spec.command))
        one.start("terminal")
        until(lambda: "登录窗口" in wang.look_whole(), "it is there again")
        refused = wang.try_sign_in()
        assert refused.status_code == 403
        assert "离开中心太久，本机的工作人员账号已过有效期" in refused.text
        assert "恢复网络后几分钟自动更新" in refused.text
        one.glass().see("prepare").do("go-alone").do("next").see("notice")

"""The screens of who applies: every one is rendered, and none shows a full name or number that was read or stated before."""

from __future__ import annotations

import pytest
from screens_glass import PERSON, ScreenGlass
from screens_who import CHILD, OWN, who

from ui.app import create_app

SECRETS = (PERSON.name, PERSON.number, CHILD.name, CHILD.number, *OWN.values())


@pytest.fixture(scope="module")
def screens() -> dict[str, str]:
    glass = ScreenGlass()
    client = create_app(glass).test_client()
    return {name: client.get("/screen").get_data(as_text=True) for name in who(glass)}


def test_none_of_them_shows_anybody_in_full(screens: dict[str, str]) -> None:
    assert len(screens) == 25
    for name, html in screens.items():
        assert not [secret for secret in SECRETS if secret in html], name
        assert "省内通办" in html, name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("who-prepare", "我替孩子办"),
        ("who-minor", "监护人在，替孩子办"),
        ("who-minor", "到窗口办"),
        ("who-card-guardian", "第 1 张，共 2 张"),
        ("who-child-first", "先放监护人的证件"),
        ("who-ward", "第 2 张，共 2 张"),
        ("who-same-person", "还是您自己的证件"),
        ("who-guardian", "未满 14 周岁"),
        ("who-not-by-agent", "别人不能代办"),
        ("who-card", "没有这几种证件"),
        ("who-document-offline", "存不下来"),
        ("who-filled", "护照原件"),
        ("who-filled", "没有芯片"),
        ("who-filled-offline", "现在网络不通"),
        ("who-not-kept", "没有存下来"),
        ("who-window", "窗口：打开草稿"),
        ("who-draft-mistyped", "号码不对"),
        ("who-check", "E*****678"),
    ],
)
def test_what_each_says(screens: dict[str, str], name: str, said: str) -> None:
    assert said in screens[name]


def test_a_hall_s_terminal_offers_no_drafts_to_open(screens: dict[str, str]) -> None:
    assert "打开草稿" not in create_app(ScreenGlass()).test_client().get("/screen").get_data(as_text=True)
    assert "打开草稿" in screens["who-window"]

"""A terminal that cannot start says so on its screen, and tries again by itself."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from support.hall import until
from support.manager import Heard

from domain import placard
from domain.notify import Manager
from domain.placard import Placard
from kiosk import waiting
from kiosk.clock import Clock
from kiosk.glass_watch import GlassJudge
from kiosk.screen.browser import PORT
from kiosk.visit.pulse import GlassState
from ui.waiting import EDITION, create_waiting

WHY = "设置文件 terminal.toml 第 7 行：`prot` 不认识"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = tmp_path / "terminal.toml"
    path.write_text(f"[glass]\nport = {port}\nprot = 1\n")
    return path


class Waiting:
    """``waiting.wait`` on a thread, with a browser's requests from here."""

    def __init__(self, settings: Path, heard: Heard, again: float) -> None:
        self.url = f"http://127.0.0.1:{waiting.port(settings)}"
        self.thread = threading.Thread(
            target=waiting.wait, args=(settings, WHY, Manager(heard.address)), kwargs={"again": again}, daemon=True
        )
        self.thread.start()
        heard.until("READY=1")

    def beat(self) -> dict[str, object]:
        told = {"frames": "8", "shown": "", "whole": "yes"}
        answer: dict[str, object] = httpx.post(f"{self.url}/beat", data=told, headers={"Origin": self.url}).json()
        return answer


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    with closing(Heard(tmp_path / "notify")) as one:
        yield one


def test_the_reason_stands_on_the_screen_whatever_page_was_open(settings: Path, heard: Heard) -> None:
    on = Waiting(settings, heard, again=600)
    for path in ("/", "/open/index", "/screen"):
        page = httpx.get(on.url + path)
        assert page.status_code == 200
        assert "本机暂停服务" in page.text
        assert WHY in page.text
    assert "起不来" in heard.said[-1]
    assert WHY in heard.said[-1]
    settings.write_text("changed")
    on.thread.join(10)
    assert not on.thread.is_alive()


def test_the_page_proves_itself_and_gives_way_to_the_citizens(settings: Path, heard: Heard) -> None:
    """Its edition is nobody else's: a page of another loads itself anew (``beat.js``), in either direction."""
    on = Waiting(settings, heard, again=600)
    page = httpx.get(on.url).text
    edition = re.search(r'data-edition="(\w+)"', page)[1]  # type: ignore[index]
    assert edition == on.beat()["edition"]
    assert edition.startswith(EDITION)
    until(lambda: httpx.get(f"{on.url}/pulse").json()["state"] == GlassState.ALIVE, "the glass is alive")
    settings.write_text("changed")
    on.thread.join(10)


def test_another_reason_takes_the_place_of_the_one_that_stands_there() -> None:
    editions = set()
    for why in ("数据盘没有挂上", "数据盘读写出错"):
        page = create_waiting(why, GlassJudge(Clock(), lambda: None)).test_client().get("/", headers={"Host": "127.0.0.1"})
        assert why in page.text
        editions.add(re.search(r'data-edition="(\w+)"', page.text)[1])  # type: ignore[index]
    assert len(editions) == 2


@pytest.mark.parametrize("who", [Placard("bing-k01", "示范丙区大厅", "0800-000-0003"), Placard()])
def test_without_the_datas_disk_nobody_is_told_that_what_was_handed_in_is_safe_or_lost(who: Placard) -> None:
    """And whom to call, as far as the system's disk knows."""
    page = (
        create_waiting("数据盘没有挂上", GlassJudge(Clock(), lambda: None), who)
        .test_client()
        .get("/", headers={"Host": "127.0.0.1"})
    )
    for words in ("本机暂停服务", "有没有受影响，现在还不知道", "数据盘没有挂上", who.id, who.hall, who.phone):
        assert words in page.text
    assert ("大厅电话" in page.text) is bool(who.phone)
    assert "改好以后" not in page.text


def test_who_this_terminal_is_is_read_from_the_systems_disk(tmp_path: Path) -> None:
    assert placard.read(tmp_path) == Placard()
    one = Placard("bing-k01", "示范丙区大厅", "0800-000-0003")
    (tmp_path / placard.PLACE).parent.mkdir(parents=True)
    for written, found in ((placard.written(one), one), ("{", Placard()), ("\0", Placard())):
        (tmp_path / placard.PLACE).write_text(written, "utf-8")
        assert placard.read(tmp_path) == found


def test_it_is_tried_again_by_itself_and_the_port_is_free_by_then(settings: Path, heard: Heard) -> None:
    on = Waiting(settings, heard, again=1.0)
    on.beat()
    on.thread.join(20)
    assert not on.thread.is_alive()
    assert "WATCHDOG=1" in heard.until("WATCHDOG=1")
    with socket.socket() as next_one:
        next_one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        next_one.bind(("127.0.0.1", waiting.port(settings)))


def test_a_page_of_another_site_is_not_served(settings: Path, heard: Heard) -> None:
    on = Waiting(settings, heard, again=600)
    assert httpx.get(on.url, headers={"Host": "evil.example"}).status_code == 403
    settings.write_text("changed")
    on.thread.join(10)


@pytest.mark.parametrize(
    "text", ["", "[glass", "[glass]\nport = true\n", "[glass]\nport = 70000\n", "glass = 1", "[glass]\nport = '8600'\n", "\0"]
)
def test_settings_that_say_no_port_leave_the_installed_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(text)
    assert waiting.port(path) == PORT
    assert waiting.port(tmp_path / "none") == PORT

"""The bench's page, part by part, over the interface of real virtual devices; no browser."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageStat

from devices.virtual import a4, camera, idcard, printer, rating, smartcard
from devices.virtual.a4 import VirtualPagePrinter
from devices.virtual.camera import VirtualCamera
from devices.virtual.http import create_api, papers_of, state, wire
from devices.virtual.idcard import VirtualReader
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad
from devices.virtual.rig import Rig
from devices.virtual.smartcard import VirtualPcsc
from devices.virtual.social import cards
from kiosk.demo.hardware import MOST_SHOWN, messages
from ui.bench import parts, words
from ui.bench.live import MOST, Live
from ui.bench.page import create_bench
from ui.bench.sources import Sources
from ui.bench.speaker import heard, played

FAULTS = {
    "idcard": idcard.FAULTS,
    "smartcard": smartcard.FAULTS,
    "camera": camera.FAULTS,
    "printer": printer.FAULTS,
    "a4": a4.FAULTS,
    "rating": rating.FAULTS,
}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    """Never started: what is laid, pressed and broken needs no line."""
    folder = tmp_path_factory.mktemp("bench")
    paper, pads = (VirtualPrinter(), VirtualPagePrinter()), VirtualPad(folder / "rating")
    readers = VirtualReader(folder / "idcard"), VirtualPcsc(folder / "pcsc", cards=cards())
    return Rig([*readers, VirtualCamera(folder / "camera"), *paper, pads])


@pytest.fixture
def sources(rig: Rig, tmp_path: Path) -> Iterator[Sources]:
    yield Sources(
        state=lambda: state(rig),
        wire=lambda: wire(rig),
        papers=lambda name: papers_of(rig.printer(name)),
        heard=tmp_path / "loudspeaker",
        phone=lambda: messages(tmp_path / "sms"),
        screen="http://127.0.0.1:9713",
        links={"中心": "http://127.0.0.1:9702/"},
    )
    rig.clear()
    rig.reader().lift()


@pytest.fixture
def client(rig: Rig, sources: Sources) -> FlaskClient:
    app = create_api(rig)
    app.register_blueprint(create_bench(sources))
    return app.test_client()


def shown(client: FlaskClient, name: str) -> str:
    answer = client.get(f"/bench/part/{name}")
    assert answer.status_code == 200
    return answer.text


def test_the_page_has_every_part_and_says_what_it_is(client: FlaskClient) -> None:
    text = client.get("/").text
    assert "仅开发演示" in text
    assert set(re.findall(r'id="part-(\w+)"', text)) == set(parts.names())
    assert client.get("/bench/part/nothing").status_code == 404


def test_every_fault_has_its_switch_and_its_help_and_what_is_on_is_seen_at_a_glance(client: FlaskClient, rig: Rig) -> None:
    board = unescape(shown(client, "faults"))
    for device, faults in FAULTS.items():
        for fault, help_text in faults.items():
            assert f'data-fault="{device}" data-name="{fault}"' in board
            assert help_text in board
    assert "一切正常" in shown(client, "now")
    rig.device("printer").inject("cover open")
    rig.device("rating").inject("noise")
    assert ["凭证打印机：cover open" in shown(client, "now"), "评价器：noise" in shown(client, "now")] == [True, True]
    assert shown(client, "faults").count('aria-checked="true"') == 2
    assert "1 个故障" in shown(client, "printer")


def test_a_card_that_lies_on_the_reader_is_seen_there_and_is_taken_away_by_the_same_button(client: FlaskClient) -> None:
    assert 'data-do="idcard/lay"' in shown(client, "cards")
    assert client.post("/api/idcard/lay", json={"card": "liu"}).status_code == 200
    assert "刘试安" in shown(client, "idcard")
    assert 'data-do="idcard/lift"' in shown(client, "idcard")
    (lying,) = re.findall(r'<button[^>]*aria-pressed="true"[^>]*>', shown(client, "cards"))
    assert 'data-do="idcard/lift"' in lying


def test_what_one_reaches_for_and_every_scene_is_a_fault_there_is() -> None:
    wanted = [(device, fault) for device, faults in words.AT_HAND.items() for fault in faults]
    wanted += [(scene.device, scene.fault) for scene in words.SCENES]
    assert [(device, fault) for device, fault in wanted if fault not in FAULTS[device]] == []
    assert set(words.NAMES) == set(FAULTS)


def test_a_page_is_told_which_parts_have_changed_and_no_others(sources: Sources, rig: Rig) -> None:
    stream = Live(sources, wait=lambda seconds: None).words()
    assert set(re.findall("data: (.*)", next(stream))) == set(parts.names())
    assert next(stream) == "event: still\ndata: 1\n\n"
    rig.reader().lay("chen")
    assert re.findall("data: (.*)", next(stream)) == ["cards", "idcard"]
    rig.device("rating").inject("mute")
    assert re.findall("data: (.*)", next(stream)) == ["now", "rating", "faults"]


def test_only_so_many_pages_are_told_and_the_oldest_is_told_that_it_is_over(sources: Sources) -> None:
    live = Live(sources, wait=lambda seconds: None)
    streams = [live.words() for _ in range(MOST + 1)]
    for stream in streams:
        next(stream)
    assert "evicted" in next(streams[0])
    assert all("evicted" not in next(stream) for stream in streams[1:])


def test_the_page_may_load_only_its_own_and_frame_only_the_terminal_s_screen(client: FlaskClient, rig: Rig) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-src http://127.0.0.1:9713;" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", client.get("/").text)
    assert "<iframe" in client.get("/").text
    assert "<iframe" not in client.get("/?alone").text


def test_what_the_camera_sees_is_shown_as_the_citizen_sees_it(client: FlaskClient, rig: Rig) -> None:
    import cv2
    import numpy as np

    client.post("/api/camera/lay", json={"page": "waybill"})
    picture = cv2.imdecode(np.frombuffer(client.get("/api/camera/seen.jpg").data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture.shape == (1152, 648)
    outline = np.array(rig.camera().outline()) * picture.shape[::-1]
    mask = cv2.fillConvexPoly(np.zeros_like(picture), outline.round().astype(np.int32), 255)
    assert cv2.mean(picture, mask)[0] > 140 > 60 > cv2.mean(picture, 255 - mask)[0]
    assert "快递面单" in shown(client, "camera")
    assert "<polygon" in shown(client, "camera")
    assert client.get("/api/camera/pages/waybill.png").data.startswith(b"\x89PNG")
    assert client.get("/api/camera/pages/empty.png").status_code == 404


def test_paper_is_shown_as_long_as_it_is(client: FlaskClient, rig: Rig) -> None:
    device = rig.device("printer")
    assert isinstance(device, VirtualPrinter)
    with device._changed:
        for _ in range(400):
            device._mechanism.paper.burn(b"\xff" * 72)
    assert "50 毫米，还连着" in shown(client, "printer")
    with device._changed:
        device._mechanism.paper.cut()
    assert "已切断" in shown(client, "printer")
    client.post("/api/printer/tear", json={})
    assert "第 1 张纸" not in shown(client, "printer")


def test_a_sheet_out_of_the_printer_goes_under_the_camera_signed_or_as_it_came(client: FlaskClient, rig: Rig) -> None:
    device, pdf = rig.device("a4"), io.BytesIO()
    assert isinstance(device, VirtualPagePrinter)
    Image.new("L", (827, 1169), 255).save(pdf, "PDF", resolution=100)
    with device._changed:
        device._sheets = [a4.Sheet(1, "表", pdf.getvalue())]
    assert "签好去拍" in shown(client, "a4")
    ink = []
    for signed in (False, True):
        assert client.post("/api/a4/under-camera", json={"paper": 1, "signed": signed}).status_code == 200
        assert rig.camera().lying() == "printed"
        ink.append(ImageStat.Stat(Image.open(io.BytesIO(client.get("/api/camera/seen.jpg").data)).convert("L")).sum[0])
    assert ink[0] > ink[1], "a signature is dark"
    assert client.post("/api/a4/under-camera", json={"paper": 2, "signed": True}).status_code == 404
    client.post("/api/a4/tear", json={})
    client.post("/api/camera/clear", json={})


def test_the_wire_is_shown_of_all_or_of_one(client: FlaskClient, rig: Rig) -> None:
    rig.wire.tell("rating", False, b"\xaa\x55\x05\xfa")
    assert "按键：非常满意" in shown(client, "wire")
    assert "按键" in shown(client, "wire?of=rating")
    assert "按键" not in shown(client, "wire?of=printer")


def test_what_the_loudspeaker_said_is_heard(client: FlaskClient, sources: Sources) -> None:
    folder = sources.heard
    assert folder is not None
    assert heard(folder) == []
    folder.mkdir()
    for n in (9, 10):
        (folder / f"{n}.wav").write_bytes(b"RIFF" + bytes(24) + (8000).to_bytes(4, "little") + bytes(12) + bytes(4000 * n))
    assert heard(folder) == [{"n": 10, "seconds": 5.0}, {"n": 9, "seconds": 4.5}]
    assert 'data-newest="10"' in shown(client, "speaker")
    assert b"".join(islice(played(folder / "9.wav"), 6)) == (folder / "9.wav").read_bytes()
    assert client.get("/bench/heard/3.wav").status_code == 404


def test_messages_are_shown_newest_first_and_what_is_none_is_left_out(client: FlaskClient, tmp_path: Path) -> None:
    folder = tmp_path / "sms"
    folder.mkdir()
    for at, name in enumerate(("a", "b")):
        (folder / f"{name}.json").write_text(f'{{"id": "{name}", "to": "13800138000", "text": "text {name}"}}')
        os.utime(folder / f"{name}.json", (at, at))
    (folder / "c.json").write_text("{")
    (folder / "d.json.part").write_text("half")
    assert client.get("/bench/phone").json == [
        {"to": "13800138000", "text": "text b"},
        {"to": "13800138000", "text": "text a"},
    ]
    assert "申请人的手机" in shown(client, "people")
    assert "http://127.0.0.1:9702/" in shown(client, "people")


def test_an_old_drop_does_not_fill_the_page(tmp_path: Path) -> None:
    for at in range(MOST_SHOWN + 5):
        (tmp_path / f"{at}.json").write_text('{"id": "x", "to": "1", "text": "x"}')
    assert len(messages(tmp_path)) == MOST_SHOWN
    assert messages(tmp_path / "nowhere") == []

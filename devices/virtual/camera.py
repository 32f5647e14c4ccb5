"""A virtual document camera: a process's end of the frame link, with a desk under it on which pages are laid.

Speaks the real framing on a real Unix socket. The desk is rendered when a page is laid, not when a frame is asked for.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from devices.protocols.frames import (
    Ask,
    FrameError,
    Receiver,
    Request,
    Why,
    camera,
    frame_header,
    refusal,
)
from devices.virtual.desk import PREVIEW, STILL, Scene, Small, render, swinging
from devices.virtual.pages import PAGES, Lie, PageModel, page
from devices.virtual.port import UnknownFaultError
from devices.virtual.sheets import SCRAWL, Code, Printed, Sheet, small_png
from devices.virtual.wire import Tap, nobody

log = logging.getLogger(__name__)

MODEL = "Tongban virtual camera"

UNPLUG = "unplug"
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "frozen": "不再给出画面（打招呼仍应答），像 libcamera 卡死；取消后恢复",
        "mute": "接受连接，但什么都不应答",
        UNPLUG: "高拍仪进程退出，套接字消失；取消后重新出现",
        "no camera": "进程还在，但说没有摄像头（排线松脱）",
        "half a frame": "画面只发一半就停",
        "nonsense": "应答的字节不合帧格式",
        "huge frame": "应答声称一帧有 4 GB",
        "blurred": "镜头没有对上焦，画面模糊",
        "dark": "补光灯灭了，画面很暗",
        "hand": "一只手压在纸上",
        "glare": "灯光照在纸上反光，白了一块",
        "shaking": "纸没有放稳，一直在动",
    }
)
BLUR = 5.0
DARK = 0.12
LOOKS: Mapping[str, Callable[[Scene], Scene]] = MappingProxyType(
    {
        "hand": Scene.under_a_hand,
        "glare": Scene.glaring,
        "shaking": Scene.smeared,
        "blurred": lambda scene: scene.blurred(BLUR),
        "dark": lambda scene: scene.darkened(DARK),
    }
)
"""Faults that change what the desk looks like, in the order light goes through them."""
BACKLOG = 4
PATIENCE = 0.25
"""Seconds after which an answer held back looks whether anybody still waits for it."""


class VirtualCamera:
    """:class:`devices.virtual.port.VirtualDevice` listening at ``socket_path``."""

    def __init__(self, socket_path: str | Path, *, name: str = "camera") -> None:
        self._name = name
        self._path = Path(socket_path)
        self._changed = threading.Condition()
        self._laying = threading.Lock()
        self._active: dict[str, None] = {}
        self._page: PageModel | None = None
        self._scene: Scene | None = None
        self._small: Small | None = None
        self._tick = self._looks = 0
        self._pictures: dict[str, bytes] = {}
        self.tap: Tap = nobody
        self._stopped = True
        self._listener: socket.socket | None = None
        self._clients: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def address(self) -> str:
        return str(self._path)

    @property
    def faults(self) -> Mapping[str, str]:
        return FAULTS

    def start(self) -> None:
        self._show()
        with self._changed:
            self._stopped = False
            if UNPLUG not in self._active:
                self._plug()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._unplug()
            threads, self._threads = self._threads, []
        for thread in threads:
            thread.join(2)

    def inject(self, fault: str) -> None:
        if fault not in FAULTS:
            raise UnknownFaultError(f"{self._name} 没有故障“{fault}”，有：{'、'.join(FAULTS)}")
        with self._changed:
            self._active[fault] = None
            if fault == UNPLUG:
                self._unplug()
        if fault in LOOKS:
            self._show()

    def clear(self, fault: str | None = None) -> None:
        with self._changed:
            ended = list(self._active) if fault is None else [fault]
            ended = [each for each in ended if self._active.pop(each, self) is None]
            if UNPLUG in ended and not self._stopped:
                self._plug()
            self._changed.notify_all()
        if LOOKS.keys() & set(ended):
            self._show()

    def active(self) -> tuple[str, ...]:
        with self._changed:
            return tuple(self._active)

    # --- the desk -----------------------------------------------------------------------------------------------------

    def pages(self) -> list[dict[str, str | bool]]:
        return [{"id": model.id, "label": model.label, "pictured": model.id in self._pictures} for model in PAGES]

    def lay(self, page_id: str) -> None:
        """Lay this page on the desk in place of what lies there; when it returns, the camera sees it.
        :class:`devices.virtual.pages.UnknownPageError`, a ``KeyError``."""
        model = page(page_id)
        with self._changed:
            self._page = model
        self._show()

    def push(self, by: Lie) -> None:
        """Push, turn or lift what lies there; an empty desk stays empty."""
        with self._changed:
            if self._page is not None:
                self._page = replace(self._page, lie=self._page.lie.pushed(by))
        self._show()

    def lay_code(self, text: str) -> None:
        """Lay a slip with ``text`` as its QR code on the desk."""
        with self._changed:
            self._page = PageModel("code", "二维码", Sheet((Code(text),), size=(105.0, 148.0)), Lie(turn=4.0, right=20, down=10))
        self._show()

    def lay_paper(self, picture: bytes, *, signed: bool) -> None:
        """Lay an A4 sheet that came out of a printer, ``signed`` with a pen or as it came."""
        sheet = Sheet((Printed(picture, SCRAWL if signed else ()),), paper=(250, 250, 248))
        with self._changed:
            self._page = PageModel("printed", "打印出来的纸", sheet, Lie(turn=2.0, right=-6, down=4))
        self._show()

    def clear_desk(self) -> None:
        with self._changed:
            self._page = None
        self._show()

    def lying(self) -> str | None:
        with self._changed:
            return self._page.id if self._page is not None else None

    def corners(self) -> tuple[tuple[float, float], ...] | None:
        """Where the sheet's corners lie in a still, from its own top left clockwise; the truth a page finder is measured by."""
        with self._changed:
            return self._scene.corners if self._scene is not None else None

    def look(self) -> int:
        with self._changed:
            return -int(time.monotonic() * 5) if "shaking" in self._active else self._looks

    def seen(self) -> bytes:
        with self._changed:
            small, tick, swing = self._small, self._looks, swinging(time.monotonic()) if "shaking" in self._active else 0.0
        return small.jpeg(tick, swing) if small is not None else b""

    def outline(self) -> tuple[tuple[float, float], ...]:
        return tuple((1 - v / STILL[1], u / STILL[0]) for u, v in self.corners() or ())

    def page_png(self, page_id: str) -> bytes:
        if (model := page(page_id)).sheet is None:
            raise KeyError(page_id)
        if page_id not in self._pictures:
            self._pictures[page_id] = small_png(model.sheet)
        return self._pictures[page_id]

    def picture(self) -> None:
        for model in PAGES:
            if model.sheet is not None and not self._stopped:
                self.page_png(model.id)

    def _show(self) -> None:
        """Render what lies there now, in the light there is now."""
        with self._laying:
            with self._changed:
                model, active = self._page, set(self._active)
            scene = render(model)
            for look, change in LOOKS.items():
                if look in active:
                    scene = change(scene)
            small = scene.small()
            with self._changed:
                self._scene, self._small = scene, small
                self._looks += 1

    # --- the socket ---------------------------------------------------------------------------------------------------

    def _plug(self) -> None:
        if self._listener is not None:
            return
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._path))
        listener.listen(BACKLOG)
        self._listener = listener
        self._spawn(self._accept, listener)

    def _unplug(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            self._path.unlink(missing_ok=True)
            _hang_up(listener)
        for client in self._clients:
            _hang_up(client)
        self._clients.clear()
        self._changed.notify_all()

    def _spawn(self, serve: Callable[[socket.socket], None], end: socket.socket) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=serve, args=(end,), name=f"virtual-{self._name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with self._changed:
                    if self._listener is not listener:
                        client.close()
                        return
                    self._clients.add(client)
                    self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        receiver = Receiver()
        with client:
            try:
                while data := client.recv(4096):
                    receiver.receive_data(data)
                    self.tap(True, data)
                    while (message := receiver.next_event()) is not None:
                        if isinstance(message, Request) and not self._answer(client, message):
                            return
            except (OSError, FrameError) as error:
                log.debug("%s: connection ended: %s", self._name, error)
            finally:
                with self._changed:
                    self._clients.discard(client)

    def _answer(self, client: socket.socket, request: Request) -> bool:
        """Answer, late if a fault holds it back; ``False`` when the connection ended meanwhile."""
        with self._changed:
            while self._held(request) and client in self._clients and not _gone(client):
                self._changed.wait(PATIENCE)
            if client not in self._clients or self._held(request):
                return False
            active, scene, small = set(self._active), self._scene, self._small
            self._tick += 1
            tick = self._tick
        assert scene is not None
        assert small is not None
        swing = swinging(time.monotonic()) if "shaking" in active else 0.0
        if "nonsense" in active:
            self._say(client, b"HTTP/1.1 400 Bad Request\r\n\r\n")
        elif "no camera" in active:
            self._say(client, refusal(request.serial, Why.NO_CAMERA))
        elif request.ask == Ask.HELLO:
            self._say(client, camera(request.serial, MODEL, STILL, PREVIEW))
        elif "huge frame" in active:
            self._say(client, frame_header(request.serial, *STILL, STILL[0])[:-4] + b"\xff\xff\xff\xff")
        elif request.ask == Ask.PREVIEW:
            self._send(client, request, PREVIEW, (memoryview(small.frame(tick, swing)),), active)
        elif request.ask == Ask.STILL:
            planes = (scene.luma.data.cast("B"), scene.chroma.data.cast("B"))
            self._send(client, request, STILL, planes, active)
        else:
            self._say(client, refusal(request.serial, Why.UNKNOWN_REQUEST))
        return True

    def _say(self, client: socket.socket, data: bytes, size: int | None = None) -> None:
        self.tap(False, data, size)
        client.sendall(data)

    def _held(self, request: Request) -> bool:
        return "mute" in self._active or ("frozen" in self._active and request.ask != Ask.HELLO)

    def _send(
        self, client: socket.socket, request: Request, size: tuple[int, int], planes: tuple[memoryview, ...], active: set[str]
    ) -> None:
        header = frame_header(request.serial, *size, size[0])
        self._say(client, header, len(header) + sum(map(len, planes)))
        if "half a frame" in active:
            client.sendall(planes[0][: len(planes[0]) // 2])
            return
        for plane in planes:
            client.sendall(plane)


def _gone(client: socket.socket) -> bool:
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)

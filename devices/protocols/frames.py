"""The link to the camera's process: requests one way, NV12 frames the other, over a byte stream. No I/O here.

The camera lives in a process of its own because libcamera can wedge in the kernel and because its Python (the system's, with
apt's picamera2) brings another numpy. So this module is plain standard library and serves both ends. Every message is a
header of 28 bytes, little-endian, and ``length`` bytes after it::

    offset 0   4s  magic  b"TBcf"
           4   B   version 1
           5   B   kind    1 hello, 2 preview, 3 still, 4 rest · 129 camera, 130 frame, 255 refusal
           6   H   code    of a refusal (:class:`Why`), else 0
           8   I   serial  chosen by the asker, repeated in the answer
          12   I   width   of a frame, pixels, even; 0 elsewhere
          16   I   height  of a frame, pixels, even; 0 elsewhere
          20   I   stride  bytes from row to row, even, ≥ width; 0 elsewhere
          24   I   length  bytes that follow

A *frame* is NV12, full range (sYCC): ``height`` rows of luma, then ``height / 2`` rows of Cb, Cr pairs, each row ``stride`` bytes.
A *camera* answer carries still width, height, preview width, height (4 × ``I``) and the model's name in UTF-8. A stream that
breaks these rules cannot be trusted to find its feet again: it is closed, never searched.
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct("<4sBBHIIIII")
SIZES = struct.Struct("<4I")
MAGIC = b"TBcf"
VERSION = 1

MAX_SIDE = 9248
"""Pixels of a frame's side: the widest camera module sold for a Pi (64 MP) has 9152."""

MAX_FRAME = 32 * 1024 * 1024
"""Bytes of a frame: 4608 × 2592 NV12 is 18 MB; what is larger would break the terminal's memory budget."""

MAX_MODEL = 64
"""Bytes of a model's name; libcamera's are under 20."""


class FrameError(ValueError):
    """The stream breaks the framing; the connection is of no more use."""


class Ask(IntEnum):
    """What may be asked of the camera's process, one thing at a time."""

    HELLO = 1
    PREVIEW = 2
    STILL = 3
    REST = 4
    """Close the camera; answered with ``NOT_YET``. Asked between the camera's own two processes only."""


class Why(IntEnum):
    """Why the camera's process has no frame to give."""

    NO_CAMERA = 1
    NO_FRAME = 2
    """It is stuck, or died; it is being started again."""
    UNKNOWN_REQUEST = 3
    NOT_YET = 4
    """Nothing is wrong: it opens, or is busy for another. Ask again."""
    IN_USE = 5
    """Another program holds the camera."""
    STUCK = 6
    """The kernel does not let go of the process that held the camera; only a reboot helps."""


@dataclass(frozen=True, slots=True)
class Request:
    """``ask`` is a plain number where it is none of :class:`Ask`."""

    ask: Ask | int
    serial: int


@dataclass(frozen=True, slots=True)
class Camera:
    """Answer to hello: the model and the sizes (width, height) of its stills and previews."""

    serial: int
    model: str
    still: tuple[int, int]
    preview: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """One NV12 picture. ``data`` is height × 3/2 rows of ``stride`` bytes; its ``repr`` shows none of it."""

    serial: int
    width: int
    height: int
    stride: int
    data: memoryview = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The camera's process answers, but has no frame. ``why`` is a plain number where it is none of :class:`Why`."""

    serial: int
    why: Why | int


Message = Request | Camera | Frame | Refusal


def request(ask: Ask, serial: int) -> bytes:
    return HEADER.pack(MAGIC, VERSION, ask, 0, serial, 0, 0, 0, 0)


def camera(serial: int, model: str, still: tuple[int, int], preview: tuple[int, int]) -> bytes:
    name = model.encode()[:MAX_MODEL]
    payload = SIZES.pack(*still, *preview) + name
    return HEADER.pack(MAGIC, VERSION, _CAMERA, 0, serial, 0, 0, 0, len(payload)) + payload


def refusal(serial: int, why: Why) -> bytes:
    return HEADER.pack(MAGIC, VERSION, _REFUSAL, why, serial, 0, 0, 0, 0)


def frame_header(serial: int, width: int, height: int, stride: int) -> bytes:
    """What goes before a frame's ``height * 3 // 2 * stride`` bytes; they are sent from where they lie, not copied here."""
    return HEADER.pack(MAGIC, VERSION, _FRAME, 0, serial, width, height, stride, height * 3 // 2 * stride)


class Receiver:
    """Turns bytes into messages: ``receive_data`` as they come, ``next_event`` until ``None``. :class:`FrameError` is final.

    Holds one unfinished message: at most a header and ``largest`` bytes, allocated only after the header proved sane. Who is
    only ever asked says ``largest=0``. A finished frame's buffer is handed out, not copied and not kept.
    """

    def __init__(self, *, largest: int = MAX_FRAME) -> None:
        self._largest = largest
        self._head = bytearray()
        self._fields: _Fields | None = None
        self._payload = bytearray()
        self._filled = 0
        self._ready: deque[Message] = deque()
        self._broken = False

    def receive_data(self, data: bytes | memoryview) -> None:
        """Take what came from the stream. Messages before a broken one are still given by ``next_event``."""
        if self._broken:
            raise FrameError("the stream broke before")
        rest = memoryview(data)
        while rest:
            rest = self._take_head(rest) if self._fields is None else self._take_payload(rest)

    def next_event(self) -> Message | None:
        """The oldest message that is complete and was not given yet."""
        return self._ready.popleft() if self._ready else None

    @property
    def wanted(self) -> int:
        """Bytes until the next header or payload is complete; what to read at least."""
        return HEADER.size - len(self._head) if self._fields is None else self._fields.length - self._filled

    def _take_head(self, data: memoryview) -> memoryview:
        need = HEADER.size - len(self._head)
        self._head += data[:need]
        if not MAGIC.startswith(bytes(self._head[:4])):
            raise self._break("not a camera's stream")
        if len(self._head) == HEADER.size:
            try:
                self._fields = _checked(bytes(self._head), self._largest)
            except FrameError:
                self._broken = True
                raise
            self._head.clear()
            self._payload, self._filled = bytearray(self._fields.length), 0
            if self._fields.length == 0:
                self._finish(self._fields)
        return data[need:]

    def _take_payload(self, data: memoryview) -> memoryview:
        fields = self._fields
        assert fields is not None
        part = data[: fields.length - self._filled]
        self._payload[self._filled : self._filled + len(part)] = part
        self._filled += len(part)
        if self._filled == fields.length:
            self._finish(fields)
        return data[len(part) :]

    def _finish(self, fields: _Fields) -> None:
        payload, self._payload, self._fields = self._payload, bytearray(), None
        match fields.kind:
            case k if k == _FRAME:
                data = memoryview(payload).toreadonly()
                self._ready.append(Frame(fields.serial, fields.width, fields.height, fields.stride, data))
            case k if k == _CAMERA:
                self._ready.append(self._camera(fields.serial, bytes(payload)))
            case k if k == _REFUSAL:
                self._ready.append(Refusal(fields.serial, Why(fields.code) if fields.code in set(Why) else fields.code))
            case kind:
                self._ready.append(Request(Ask(kind) if kind in set(Ask) else kind, fields.serial))

    def _camera(self, serial: int, payload: bytes) -> Camera:
        still_w, still_h, preview_w, preview_h = SIZES.unpack_from(payload)
        if not all(0 < side <= MAX_SIDE for side in (still_w, still_h, preview_w, preview_h)):
            raise self._break("a camera of impossible size")
        try:
            model = payload[SIZES.size :].decode()
        except UnicodeDecodeError:
            raise self._break("a camera's name that is no text") from None
        return Camera(serial, model, (still_w, still_h), (preview_w, preview_h))

    def _break(self, why: str) -> FrameError:
        self._broken = True
        return FrameError(why)


@dataclass(frozen=True, slots=True)
class _Fields:
    kind: int
    code: int
    serial: int
    width: int
    height: int
    stride: int
    length: int


_CAMERA, _FRAME, _REFUSAL = 129, 130, 255


def _checked(head: bytes, largest: int) -> _Fields:
    _magic, version, kind, code, serial, width, height, stride, length = HEADER.unpack(head)
    if version != VERSION:
        raise FrameError(f"version {version}")
    if kind == _FRAME:
        even = width % 2 == height % 2 == stride % 2 == 0
        if not (even and 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width <= stride <= MAX_SIDE):
            raise FrameError(f"a frame of {width} × {height}, stride {stride}")
        if length != height * 3 // 2 * stride or length > MAX_FRAME:
            raise FrameError(f"a frame of {width} × {height} in {length} bytes")
    elif kind == _CAMERA:
        if not SIZES.size <= length <= SIZES.size + MAX_MODEL:
            raise FrameError(f"a camera's answer of {length} bytes")
    elif length != 0:
        raise FrameError(f"kind {kind} with {length} bytes")
    if length > largest:
        raise FrameError(f"{length} bytes from somebody who may only ask")
    return _Fields(kind, code, serial, width, height, stride, length)

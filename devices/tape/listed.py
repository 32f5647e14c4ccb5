"""What may stand on a tape: nothing that was read from a card not on the list of invented people.

A recording lies in memory until here it was decoded and understood *whole*. Whatever is not understood is refused too: half an
answer may hold a name and no number.

======  ================================================================================================================
idcard  every byte of the device is in whole frames; longer answers are a listed card's reading or newest address, a blank one, or
        body numbers, of no more cards than were read
rating  keys only, nothing of a person
printer questions and answers only: a picture may show a person, and nobody can tell from its dots
======  ================================================================================================================
"""

from __future__ import annotations

from devices.protocols import chip, sdt
from devices.tape.tape import FROM_DEVICE, TO_DEVICE, Tape
from devices.virtual.people import PEOPLE

SHORT = 16
"""Bytes of an answer too short for a name (30) or a number (36): states, the SAM id."""
ADDRESSES = {chip.build_address(card.newest_address) for card in PEOPLE}
"""Answers to ``30 03`` that tell of nobody: the newest addresses of listed cards, and a blank one."""
BODY = 28
"""Numbers of a card's body (30 05): they tell cards apart and nothing of who owns them."""
PICTURES = (b"\x1dv0", b"\x1d(L", b"\x1d8L", b"\x1b*")
"""GS v 0, GS ( L, GS 8 L, ESC *."""


class NotListedError(Exception):
    """The tape is not kept. The text (Chinese) says why and quotes nothing."""


def cards(tape: Tape) -> tuple[str, ...]:
    """Ids of the listed cards on the tape; :class:`NotListedError` when anything else is or may be on it."""
    match tape.headers.get("device"):
        case "idcard":
            return _read_cards(tape)
        case "rating":
            return ()
        case "printer":
            sent = tape.stream(TO_DEVICE)
            if any(picture in sent for picture in PICTURES) or any(byte >= 0x80 for byte in sent):
                raise NotListedError("录到了打印内容，可能有个人信息，不保存。只录状态问答")
            return ()
        case other:
            raise NotListedError(f"设备“{other}”没有判定规则，不保存")


def _read_cards(tape: Tape) -> tuple[str, ...]:
    listed = {card.text.number: card.id for card in PEOPLE}
    receiver = sdt.Receiver()
    stream = tape.stream(FROM_DEVICE)
    found: list[str] = []
    bodies: set[bytes] = set()
    for at in range(0, len(stream), 256):
        receiver.receive_data(stream[at : at + 256])
        while (event := receiver.next_event()) is not None:
            if not isinstance(event, sdt.Frame):
                raise NotListedError("有不完整或看不懂的字节，可能是某张卡的一部分，不保存")
            if len(event.data) == BODY:
                bodies.add(event.data)
            elif len(event.data) > SHORT and not _tells_of_nobody(event.data):
                found.append(_card(event.data, listed))
    if receiver.inside:
        raise NotListedError("最后一帧不完整，可能是某张卡的一部分，不保存")
    if len(bodies) > len(set(found)):
        raise NotListedError("碰到过没有读出来的卡，可能不在测试卡名单里，不保存")
    return tuple(dict.fromkeys(found))


def _tells_of_nobody(data: bytes) -> bool:
    return data in ADDRESSES or (len(data) == chip.NEW_ADDRESS and not data.strip(b" \0"))


def _card(data: bytes, listed: dict[str, str]) -> str:
    try:
        number = chip.parse(chip.split(data).text).number
    except chip.LayoutError:
        raise NotListedError("有一段读卡信息解不开，不保存") from None
    if number not in listed:
        raise NotListedError("读到的卡不在测试卡名单里，不保存")
    return listed[number]

"""A virtual PIV card (NIST SP 800-73-4): keys 9A and 9E on P-256, CHUID, CCC, discovery object, a PIN with its counter.

It is judged by hosts that share no code with us (``tests/unit/test_virtual_piv_peers.py``): OpenSC and yubico-piv-tool list its
certificates and check its signatures. It answers up to 256 bytes at a time and offers the rest with ``61xx``, as short APDUs want.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from devices.protocols import apdu, piv
from devices.protocols.piv import Key
from devices.virtual.badges import Badge
from devices.virtual.port import UnknownFaultError

ATR = bytes.fromhex("3B800181")
"""T=1, no historical bytes: a card is known by what it answers to SELECT."""
TRIES = 3
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "cloned": "证书是抄来的，卡里没有对应的私钥",
        "replayed": "签名永远是第一次的那一个",
        "last try": "PIN 只剩最后一次",
        "blocked": "PIN 已锁",
        "tries unknown": "不说 PIN 还剩几次（空 VERIFY 答 6A80）",
        "no certificate": "9A 里没有证书",
        "compressed certificate": "证书是压缩过的",
        "hostile length": "证书自称有 16 MB",
        "endless": "数据永远没有完（一直 61xx）",
        "no signature": "签名的模板是空的",
        "silent": "每条命令都只回状态字 6F00",
        "PIN forgotten": "验过的 PIN 马上就忘（签名答 6982）",
    }
)
_CHUID = apdu.encode(0x30, bytes(25)) + apdu.encode(0x34, bytes(range(16))) + apdu.encode(0x35, b"20991231") + b"\x3e\x00\xfe\x00"
_CCC = b"".join(
    apdu.encode(tag, value) for tag, value in ((0xF0, bytes(21)), (0xF1, b"!"), (0xF2, b"!"), (0xF3, b""), (0xF4, b"\x00"))
)
_CCC += b"".join(bytes((tag, 0)) for tag in (0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE)) + apdu.encode(0xF5, b"\x10")
_DISCOVERY = apdu.encode(0x4F, piv.AID) + apdu.encode(0x5F2F, b"\x40\x00")


class VirtualPiv:
    """The card's side. ``before`` is told the number of each command since it was laid, from 1: where tests pull it away."""

    atr = ATR

    def __init__(self, badge: Badge, *, before: Callable[[int], None] | None = None) -> None:
        self.badge = badge
        self.tries = TRIES
        self.pins_seen = 0
        """VERIFY commands with data, so that a test can say that none was sent."""
        self.signatures = 0
        self._before = before
        self._active: set[str] = set()
        self._selected = self._verified = False
        self._pending = b""
        self._first: bytes | None = None
        self._stranger = ec.generate_private_key(ec.SECP256R1())
        self._count = 0

    # --- faults -------------------------------------------------------------------------------------------------------

    def inject(self, fault: str) -> None:
        """:class:`UnknownFaultError`."""
        if fault not in FAULTS:
            raise UnknownFaultError(f"没有故障“{fault}”，现有：{'、'.join(FAULTS)}")
        if fault == "last try":
            self.tries = 1
        if fault == "blocked":
            self.tries = 0
        self._active.add(fault)

    def clear(self, fault: str | None = None) -> None:
        self._active -= {fault} if fault else set(self._active)
        self.tries = TRIES

    def active(self) -> tuple[str, ...]:
        return tuple(sorted(self._active))

    def has(self, fault: str) -> bool:
        return fault in self._active

    # --- the contacts -------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Power or reset: nothing is selected, no PIN is known to have been given."""
        self._selected = self._verified = False
        self._pending = b""

    def transmit(self, command: bytes) -> bytes:
        self._count += 1
        if self._before:
            self._before(self._count)
        if self.has("silent"):
            return b"\x6f\x00"
        if len(command) < 4:
            return b"\x67\x00"
        ins, p1, p2 = command[1], command[2], command[3]
        data, le = _split(command)
        if data is None:
            return b"\x67\x00"
        if ins == 0xC0:
            return self._next(le)
        self._pending = b""
        if ins == 0xA4:
            return self._select(p1, data, le)
        if not self._selected:
            return b"\x6d\x00"
        try:
            match ins, p1, p2:
                case 0xCB, 0x3F, 0xFF:
                    return self._get_data(data, le)
                case 0x20, 0xFF, 0x80:
                    self._verified = False
                    return b"\x90\x00"
                case 0x20, 0x00, 0x80:
                    return self._verify(data)
                case 0x87, _, _:
                    return self._authenticate(p1, p2, data, le)
        except apdu.CardAnswerError:  # the host's template is none
            return b"\x6a\x80"
        return b"\x6a\x86" if ins in (0xCB, 0x20) else b"\x6d\x00"

    # --- commands -----------------------------------------------------------------------------------------------------

    def _select(self, p1: int, name: bytes, le: int) -> bytes:
        if p1 != 0x04 or not name or not piv.AID.startswith(name):
            return b"\x6a\x82"
        self._selected, self._verified = True, False
        properties = apdu.encode(0x4F, piv.AID[5:]) + apdu.encode(0x79, apdu.encode(0x4F, piv.AID[:5]))
        return self._answer(apdu.encode(0x61, properties), le)

    def _get_data(self, data: bytes, le: int) -> bytes:
        match apdu.find(data, 0x5C):
            case b"\x5f\xc1\x05" if not self.has("no certificate"):
                return self._answer(self._certificate(self.badge.certificate), le)
            case b"\x5f\xc1\x01":
                return self._answer(self._certificate(self.badge.card_certificate), le)
            case b"\x5f\xc1\x02":
                return self._answer(apdu.encode(0x53, _CHUID), le)
            case b"\x5f\xc1\x07":
                return self._answer(apdu.encode(0x53, _CCC), le)
            case b"\x7e":
                return self._answer(apdu.encode(0x7E, _DISCOVERY), le)
        return b"\x6a\x82"

    def _certificate(self, der: bytes) -> bytes:
        how = b"\x01" if self.has("compressed certificate") else b"\x00"
        if self.has("hostile length"):
            return b"\x53\x83\xff\xff\xff" + der[:200]
        return apdu.encode(0x53, apdu.encode(0x70, der) + apdu.encode(0x71, how) + b"\xfe\x00")

    def _verify(self, pin: bytes) -> bytes:
        if not pin:
            if self.has("tries unknown"):
                return b"\x6a\x80"
            return b"\x90\x00" if self._verified else self._left()
        self.pins_seen += 1
        if len(pin) != piv.PIN_LENGTH:
            return b"\x6a\x80"
        if self.tries == 0:
            return b"\x69\x83"
        self._verified = pin == self.badge.pin.encode().ljust(piv.PIN_LENGTH, b"\xff")
        self.tries = TRIES if self._verified else self.tries - 1
        return b"\x90\x00" if self._verified else self._left()

    def _left(self) -> bytes:
        return bytes((0x63, 0xC0 | self.tries)) if self.tries else b"\x69\x83"

    def _authenticate(self, algorithm: int, reference: int, data: bytes, le: int) -> bytes:
        keys: dict[int, ec.EllipticCurvePrivateKey] = {
            Key.AUTHENTICATION: self.badge.key,
            Key.CARD_AUTHENTICATION: self.badge.card_key,
        }
        key = keys.get(reference)
        digest = apdu.find(data, 0x7C, 0x81)
        if key is None or algorithm != 0x11 or digest is None or len(digest) != piv.DIGEST:
            return b"\x6a\x80"
        if reference == Key.AUTHENTICATION and (not self._verified or self.has("PIN forgotten")):
            return b"\x69\x82"
        if self.has("no signature"):
            return self._answer(apdu.encode(0x7C, b""), le)
        self.signatures += 1
        signed = (self._stranger if self.has("cloned") else key).sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        self._first = self._first or signed
        given = self._first if self.has("replayed") else signed
        return self._answer(apdu.encode(0x7C, apdu.encode(0x82, given)), le)

    # --- answers in pieces --------------------------------------------------------------------------------------------

    def _answer(self, data: bytes, le: int) -> bytes:
        self._pending = data
        return self._next(le)

    def _next(self, le: int) -> bytes:
        if self.has("endless"):
            return bytes(min(le, 256)) + b"\x61\x00"
        if not self._pending:
            return b"\x69\x85"
        piece, self._pending = self._pending[:le], self._pending[le:]
        left = len(self._pending)
        return piece + (bytes((0x61, left if left < 256 else 0)) if left else b"\x90\x00")


def _split(command: bytes) -> tuple[bytes | None, int]:
    """Data and Le of a short command; no data (``None``) when the lengths do not agree. Without Le an answer still has 256."""
    body = command[4:]
    if not body:
        return b"", apdu.MAX_LE
    if len(body) == 1:
        return b"", body[0] or apdu.MAX_LE
    size, rest = body[0], body[1:]
    if len(rest) == size:
        return rest, apdu.MAX_LE
    if len(rest) == size + 1:
        return rest[:-1], rest[-1] or apdu.MAX_LE
    return None, 0

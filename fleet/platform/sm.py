"""SM2 (GB/T 32918), SM3 (GB/T 32905), SM4 (GB/T 32907) from two kept libraries, in the shapes that others read.

SM3 and SM4-GCM are OpenSSL's, through cryptography; SM2, which cryptography does not offer, is gmalg's. Signatures are DER
(SEQUENCE of r, s), ciphertexts GM/T 0009's ASN.1, as OpenSSL has both. gmalg is plain Python and not of constant time: it signs
on a desk's own machine, 50 ms apiece, where nobody else can measure it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import gmalg
from asn1crypto.core import Integer, OctetString, Sequence
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

USER_ID = b"1234567812345678"
"""The signer's identity (GM/T 0009) where both sides have not settled on another."""
_NONCE, _TAG = 12, 16


class SmError(ValueError):
    """A key that is none, or bytes that were not made for it."""


class _Ciphertext(Sequence):  # type: ignore[misc]
    """SM2Cipher of GM/T 0009: C1, C3, C2."""

    _fields = [("x", Integer), ("y", Integer), ("hash", OctetString), ("cipher", OctetString)]  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """``secret``: 64 hexadecimal digits."""

    secret: str = field(repr=False)

    @property
    def public(self) -> str:
        """130 hexadecimal digits: 04, x, y. :class:`SmError` for a secret that is none."""
        return str(gmalg.SM2().generate_pk(self._raw()).hex())

    def _raw(self) -> bytes:
        try:
            raw = bytes.fromhex(self.secret)
        except ValueError:
            raw = b""
        if len(raw) != 32 or not any(raw):
            raise SmError("an SM2 private key has 64 hexadecimal digits")
        return raw

    def sign(self, message: bytes, user: bytes = USER_ID) -> bytes:
        """DER."""
        r, s = gmalg.SM2(self._raw(), user).sign(message)
        return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))

    def decrypt(self, sealed: bytes) -> bytes:
        """:class:`SmError`."""
        try:
            found = _Ciphertext.load(sealed, strict=True)
            x, y = (found[name].native.to_bytes(32, "big") for name in ("x", "y"))
            return bytes(gmalg.SM2(self._raw()).decrypt(b"\x04" + x + y + found["hash"].native + found["cipher"].native))
        except (ValueError, TypeError, OverflowError, gmalg.errors.GMError):
            raise SmError("not encrypted to this key, or damaged") from None


def new_key() -> PrivateKey:
    secret, _ = gmalg.SM2().generate_keypair()
    return PrivateKey(secret.rjust(32, b"\0").hex())


def check_public(public: str) -> bytes:
    """The point; :class:`SmError`."""
    try:
        raw = bytes.fromhex(public)
        if len(raw) != 65 or raw[0] != 4 or not gmalg.SM2().verify_pk(raw):
            raise ValueError
    except (ValueError, gmalg.errors.GMError):
        raise SmError("an SM2 public key is a point of the curve: 04 and 128 hexadecimal digits") from None
    return raw


def verify(public: str, message: bytes, signature: bytes, user: bytes = USER_ID) -> bool:
    """Whether ``signature`` (DER) is of ``message``. :class:`SmError` for a key that is none."""
    raw = check_public(public)
    try:
        r, s = (part.to_bytes(32, "big") for part in decode_dss_signature(signature))
        return bool(gmalg.SM2(uid=user, pk=raw).verify(message, r, s))
    except (ValueError, OverflowError, gmalg.errors.GMError):
        return False


def encrypt(public: str, plain: bytes) -> bytes:
    """``plain`` (a key: short) to the holder of ``public``. :class:`SmError`."""
    made = gmalg.SM2(pk=check_public(public)).encrypt(plain)
    x, y, digest, cipher = made[1:33], made[33:65], made[65:97], made[97:]
    parts = {"x": int.from_bytes(x, "big"), "y": int.from_bytes(y, "big"), "hash": digest, "cipher": cipher}
    return bytes(_Ciphertext(parts).dump())


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def sm4_seal(key: bytes, plain: bytes) -> bytes:
    """SM4-GCM under a ``key`` of 16 bytes: nonce (12), ciphertext, tag (16)."""
    nonce = secrets.token_bytes(_NONCE)
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    body = cipher.update(plain) + cipher.finalize()
    return nonce + body + cipher.tag


def sm4_open(key: bytes, sealed: bytes) -> bytes:
    """:class:`SmError`."""
    if len(sealed) < _NONCE + _TAG:
        raise SmError("too short")
    cipher = Cipher(algorithms.SM4(key), modes.GCM(sealed[:_NONCE], sealed[-_TAG:])).decryptor()
    try:
        return cipher.update(sealed[_NONCE:-_TAG]) + cipher.finalize()
    except InvalidTag:
        raise SmError("not sealed with this key, or damaged") from None

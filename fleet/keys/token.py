"""A PKCS#11 token (UKey, HSM) that holds the key by which a party's age keys are wrapped.

Tokens sign and decrypt with RSA and P-256; X25519, which age needs, is in next to none of them (PKCS#11 3.0 names it). So the age
key lies in the key file encrypted to an RSA key that was made in the token and cannot leave it: without the token and its PIN the
file opens nothing. ``RSAES-OAEP`` (RFC 8017) with SHA-1, the one hash of it that every token has; OAEP does not rest on its
collisions. See docs/decisions/keys-in-a-token.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pkcs11
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from msgspec import Struct
from pkcs11 import MGF, Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass, TokenFlag
from pkcs11.types import DecryptMixin

from fleet.settings import SettingsError, secret
from mqtt.wire import Short

SCHEME = "rsa-oaep-sha1:"
"""What a wrapped key begins with: another way to wrap may stand beside it."""
BITS = 2048
"""RSA keys that every token can make; the file is worth as long as the documents are, so 3072 where the token can."""

Unwrap = Callable[[str], str]


class TokenSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``module``: the vendor's PKCS#11 library; ``label``: the token's; ``pin_file``: its user PIN, mode 0600; ``key``: label of
    the RSA key in it."""

    module: Path
    label: Short
    pin_file: Path
    key: Short = "tongban"


@contextmanager
def session(settings: TokenSettings, rw: bool = False) -> Iterator[pkcs11.Session]:
    """Logged in as the user. :class:`SettingsError`, in Chinese, for whatever keeps us out.

    A PIN that was once wrong is not tried again by a program: a service that starts over and over would lock the token.
    """
    pin = secret(settings.pin_file)
    try:
        token = pkcs11.lib(str(settings.module)).get_token(token_label=settings.label)
        if token.flags & (TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED):
            raise SettingsError(
                f"令牌 {settings.label} 的口令输错过（或已锁定），程序不再自动尝试，以免锁死。核对 {settings.pin_file} 后，"
                "请用厂商工具或 pkcs11-tool --login 手工登录成功一次"
            )
        opened = token.open(user_pin=pin, rw=rw)
    except pkcs11.NoSuchToken:
        raise SettingsError(f"没有找到标签为 {settings.label} 的令牌：是否已插好？") from None
    except pkcs11.MultipleTokensReturned:
        raise SettingsError(f"标签为 {settings.label} 的令牌不止一个") from None
    except pkcs11.PinIncorrect:
        raise SettingsError(f"令牌 {settings.label} 的口令不对（{settings.pin_file}）。再错会锁死，程序不会自动再试") from None
    except pkcs11.PKCS11Error as error:
        raise SettingsError(f"令牌 {settings.label} 用不了：{_said(error)}") from None
    with opened:
        yield opened


@contextmanager
def unwrapping(settings: TokenSettings) -> Iterator[Unwrap]:
    """A function that unwraps; :class:`SettingsError` from it as well."""
    with session(settings) as opened:
        key = _key(opened, settings, ObjectClass.PRIVATE_KEY)
        if not isinstance(key, DecryptMixin):
            raise SettingsError(f"令牌 {settings.label} 里的密钥 {settings.key} 不能用来解密")

        def unwrap(wrapped: str) -> str:
            try:
                body = base64.b64decode(wrapped.removeprefix(SCHEME), validate=True)
                plain = key.decrypt(body, mechanism=Mechanism.RSA_PKCS_OAEP, mechanism_param=(Mechanism.SHA_1, MGF.SHA1, None))
                assert isinstance(plain, bytes), "it was given in one piece"
                return plain.decode("ascii")
            except (binascii.Error, UnicodeDecodeError, pkcs11.PKCS11Error):
                raise SettingsError(f"令牌 {settings.label} 解不开密钥文件里的私钥：不是用它包装的，或文件已损坏") from None

        yield unwrap


def make_key(settings: TokenSettings, bits: int = BITS) -> bool:
    """An RSA key in the token that cannot leave it; ``False`` when it has one of that label. :class:`SettingsError`."""
    with session(settings, rw=True) as opened:
        if _has(opened, settings):
            return False
        try:
            opened.generate_keypair(
                KeyType.RSA,
                bits,
                label=settings.key,
                store=True,
                capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
            )
        except pkcs11.PKCS11Error as error:
            raise SettingsError(f"令牌 {settings.label} 生成不了 RSA {bits} 位密钥：{_said(error)}") from None
    return True


def wrap(settings: TokenSettings, private: str) -> str:
    """``private`` (an age secret key) so that only the token can open it; :class:`SettingsError`."""
    with session(settings) as opened:
        public = _key(opened, settings, ObjectClass.PUBLIC_KEY)
        numbers = [int.from_bytes(public[one], "big") for one in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)]
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
    return SCHEME + base64.b64encode(rsa.RSAPublicNumbers(*numbers).public_key().encrypt(private.encode("ascii"), oaep)).decode()


def _key(opened: pkcs11.Session, settings: TokenSettings, kind: ObjectClass) -> pkcs11.Key:
    try:
        return opened.get_key(object_class=kind, label=settings.key)
    except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned):
        raise SettingsError(f"令牌 {settings.label} 里应当恰有一把标签为 {settings.key} 的 RSA 密钥") from None


def _has(opened: pkcs11.Session, settings: TokenSettings) -> bool:
    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: settings.key}
    return any(True for _ in opened.get_objects(wanted))


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__

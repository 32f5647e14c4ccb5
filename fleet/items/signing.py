"""Whose private keys lie at the centre, as its settings say; and the register of everybody's public ones.

A party that keeps its key itself signs what its approver approved wherever the key is, and brings the signature. A key that lies
here is used when the party's approver approves, and at no other moment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from domain.catalogue import trust
from domain.catalogue.trust import PUBLISHER, Approval, Manifest, Register
from fleet.items.drafts import RefusedError
from fleet.settings import ItemsSettings, SettingsError, secret


@dataclass(frozen=True, slots=True)
class Signer:
    key_id: str
    key: Ed25519PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """``root``: the pinned key; ``register``: where the signed register lies, read each time it is needed; ``signers``: by part,
    and the publisher."""

    root: str | None = None
    register: Path | None = None
    signers: Mapping[str, Signer] = field(default_factory=dict)

    def token(self) -> str:
        """The register as it was signed. :class:`RefusedError`."""
        if self.root is None or self.register is None:
            raise RefusedError("中心设置里没有写根公钥（catalogue_root）或密钥名册（items.register_file），不能签名和发布")
        try:
            return self.register.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise RefusedError(f"密钥名册读不出来：{self.register}") from None

    def known(self, today: date) -> Register:
        """:class:`RefusedError`; :class:`trust.UntrustedError`."""
        token = self.token()
        assert self.root is not None
        return trust.read_register(token, self.root, today)

    def here(self, part: str) -> bool:
        return part in self.signers

    def approve(self, said: Approval) -> str | None:
        """``said`` signed, where its owner's key lies here."""
        return self._sign("tongban-approval", said, said.part) if self.here(said.part) else None

    def manifest(self, made: Manifest) -> str:
        """:class:`RefusedError`."""
        if not self.here(PUBLISHER):
            raise RefusedError("汇总单位的私钥不在中心（设置 items.signers 里没有 publisher）")
        return self._sign("tongban-manifest", made, PUBLISHER)

    def _sign(self, purpose: trust.Purpose, content: Struct, part: str) -> str:
        signer = self.signers[part]
        return trust.sign(purpose, content, signer.key, signer.key_id)


def keys(settings: ItemsSettings, root: str | None) -> Keys:
    """:class:`SettingsError` for a file that others may read, or that holds no key; the text never quotes the content."""
    found = {}
    for entry in settings.signers:
        text = secret(entry.key_file)
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise SettingsError(f"{entry.key_file} 不是签名用的私钥文件（tongban catalogue key 生成的）")
        found[entry.part] = Signer(entry.key_id, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)))
    return Keys(root, settings.register_file, found)

"""The profile (配置文件) a centre gives to who sets terminals up: what is the same for all terminals of one intake place.

TOML, no secret in it: addresses and public keys. Written by ``tongban centre profile``, read by ``tongban setup``.
"""

from __future__ import annotations

import tomllib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.program.manifest import PublicKey
from domain.sealing import KEY_ID, BadKeyError, Recipient, check_key

Words = Annotated[str, Meta(min_length=1, max_length=80)]
TerminalId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,31}$")]
Pem = Annotated[str, Meta(pattern=r"^-----BEGIN ", max_length=262_144)]
Root = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Server = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$")]
Address = Annotated[str, Meta(pattern=r"^[^:]+:[0-9]{1,5}$")]
"""A name or an IPv4 address, and a port."""
Brokers = Address | Annotated[tuple[Address, ...], Meta(min_length=1, max_length=8)]
"""One, or several of which any will do."""
ANSWERS = ("profile", "id", "code", "setting", "hall", "phone", "diagonal", "network", "time", "devices", "enrol", "lock")
"""What a file of answers may hold (``kiosk/setup/questions.py``)."""
MOST = 1_000_000
"""Characters of a profile."""


def addresses(brokers: Brokers) -> tuple[tuple[str, int], ...]:
    """Host and port of each."""
    parts = (one.rpartition(":") for one in ((brokers,) if isinstance(brokers, str) else brokers))
    return tuple((host, int(port)) for host, _, port in parts)


class ProfileError(ValueError):
    """A profile that cannot be used; the text (Chinese) names file and key."""


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    key_id: Annotated[str, Meta(pattern=KEY_ID)]
    public: Words


class Keys(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom cases are sealed to (``[keys]`` of a terminal's settings)."""

    intake: Key
    recovery: Key
    homes: dict[str, Key]
    ratings: Key | None = None


class Place(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The intake place, as a terminal's ``[terminal]`` calls it. ``hall``, ``phone``: where all stand in one hall."""

    division: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
    place: Annotated[str, Meta(min_length=1, max_length=64)]
    intake: Words
    complaint: Words
    query: Words
    hall: Words | None = None
    phone: Words | None = None
    guides: Annotated[str, Meta(pattern=r"^https?://[^\s#?]{1,120}$")] | None = None


class Centre(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    broker: Brokers
    documents: Annotated[str, Meta(pattern=r"^https://[^/]+/?$", max_length=80)]
    reconnect: Annotated[float, Meta(ge=1, le=3600)] | None = None
    session: bool | None = None


class Staff(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``ca`` and ``revocation`` are PEM, laid beside the settings; ``centre_key``: of one-time codes, where there is a book."""

    ca: Pem | None = None
    revocation: Pem | None = None
    max_age: Annotated[int, Meta(ge=1, le=2160)] | None = None
    centre_key: Root | None = None

    def __post_init__(self) -> None:
        if (self.ca is None) != (self.revocation is None):
            raise ValueError("`ca` 和 `revocation` 要写就一起写")


class Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    """``root``: the register's public key; ``pack``: the signed catalogue to begin with, a file beside the profile."""

    root: Root
    pack: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,80}$")]


class Known(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A terminal that stands in the centre's register."""

    id: TerminalId
    code: Annotated[str, Meta(pattern=r"^[0-9A-Z]{3}$")] | None = None
    hall: Words | None = None
    phone: Words | None = None
    setting: Literal["hall", "window"] = "hall"


class Profile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``time``: time servers; ``publisher``: keys of who makes the program; ``catalogue``: absent, the demonstration's."""

    name: Words
    terminal: Place
    centre: Centre
    keys: Keys
    staff: Staff = Staff()
    catalogue: Catalogue | None = None
    publisher: Annotated[tuple[PublicKey, ...], Meta(max_length=2)] = ()
    time: Annotated[tuple[Server, ...], Meta(max_length=8)] = ()
    terminals: Annotated[tuple[Known, ...], Meta(max_length=20_000)] = ()

    def known(self, terminal: str) -> Known | None:
        return next((one for one in self.terminals if one.id == terminal), None)


def parse(text: str, name: str) -> Profile:
    """:class:`ProfileError`; ``name``: what the text calls the file."""
    if len(text) > MOST:
        raise ProfileError(f"{name} 超过 {MOST} 个字符，不是终端的配置文件")
    try:
        profile = msgspec.convert(tomllib.loads(text), Profile, strict=True)
        for key in (profile.keys.intake, profile.keys.recovery, *profile.keys.homes.values(), profile.keys.ratings):
            if key is not None:
                check_key(Recipient(key.key_id, key.public))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{name} 不是正确的 TOML：{error}") from None
    except RecursionError:
        raise ProfileError(f"{name} 套得太深，不是终端的配置文件") from None
    except (msgspec.ValidationError, BadKeyError) as error:
        raise ProfileError(f"{name}：{error}") from None
    return profile

"""A home desk with keys and token on disk as an operator would lay them, in front of a running centre."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.fleet import HOME, INTAKE, Fleet, token

from domain import sealing
from fleet.desk.app import Desk, create_desk
from fleet.desk.settings import DeskSettings
from fleet.settings import Listen


def desk_settings(folder: Path, centre: str, key: sealing.OpeningKey, ca: Path | None = None) -> DeskSettings:
    folder.mkdir(parents=True, exist_ok=True)
    secrets = {"token": token(HOME), "keys.toml": f'[[keys]]\nkey_id = "{key.key_id}"\nprivate = "{key.private}"\n'}
    for name, text in secrets.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    return DeskSettings(
        party=HOME,
        name="绵竹市",
        centre=centre,
        ca=str(ca) if ca else None,
        token_file=folder / "token",
        key_file=folder / "keys.toml",
        data=folder / "data",
        listen=Listen(0),
        parties={HOME: "绵竹市", INTAKE: "仁寿县"},
    )


@contextmanager
def running_desk(folder: Path, fleet: Fleet, key: sealing.OpeningKey) -> Iterator[Desk]:
    desk = create_desk(desk_settings(folder, fleet.centre.api_address, key, fleet.broker.authority.authority))
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()

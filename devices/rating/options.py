"""Options of the rating pad."""

from __future__ import annotations

from devices import options
from devices.rating.profile import profiles


class Options(options.Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``profile``: a name in ``pads.toml``."""

    path: options.Path
    profile: options.Name

    def __post_init__(self) -> None:
        if self.profile not in profiles():
            raise ValueError(f"没有评价器帧格式“{self.profile}”，有：{'、'.join(profiles())}")

"""Options of the document camera."""

from __future__ import annotations

from devices import options


class Options(options.Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``socket``: where the camera's process listens."""

    socket: options.Path

    def __post_init__(self) -> None:
        options.check_socket(self.socket, "socket")

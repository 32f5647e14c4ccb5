"""Deadlines of the camera's process, in one table."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds. Those of a picture stay below what the terminal's driver waits, so that it hears why before it hangs up."""

    open: float = 8.0
    """Interpreter, picamera2, camera, first frame."""
    preview: float = 0.8
    still: float = 3.6
    """Focus, change of mode, frames dropped, back again."""
    close: float = 3.0
    idle: float = 5.0
    """Without a question for a picture, the camera is closed: power, heat, and the last picture in its buffers."""
    farewell: float = 0.5
    """Between hanging up, SIGTERM and SIGKILL."""
    reaped: float = 3.0
    """After SIGKILL; a process the kernel does not let go by then needs a reboot."""
    first_pause: float = 0.5
    longest_pause: float = 10.0
    """Between two children. Doubled until one has given somebody a picture."""
    unread: float = 5.0
    """A client that takes no byte of its answer for so long is dropped."""

    def slowed(self, factor: float) -> Times:
        """For a slow board: everything times ``factor``."""
        return replace(self, **{each.name: getattr(self, each.name) * factor for each in fields(self)})

    @property
    def call(self) -> float:
        """For one call of picamera2 within a preview; a little less than the parent waits for the whole."""
        return self.preview * 0.85

    @property
    def focus(self) -> float:
        return self.still * 0.3

    @property
    def shot(self) -> float:
        """``call`` for the lens, ``focus`` and ``shot`` together stay below ``still``."""
        return self.still * 0.45

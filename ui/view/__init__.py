"""What each screen shows, made from the snapshot. Identity is masked here: a template never holds a full value."""

from ui.view.screen import Screen, screen

__all__ = ["Screen", "screen"]

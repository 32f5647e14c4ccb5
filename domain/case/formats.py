"""Sizes of paper that are told by name, as people call them. Which is which: ``devices/camera/straighten.py``."""

from __future__ import annotations

NAMES: dict[str, str] = {
    "a4": "A4 纸",
    "a5": "A5 纸",
    "card": "证件卡片",
    "booklet": "户口簿一页大小",
    "booklet_open": "户口簿摊开大小",
}
"""A size that is none of these has no name, and none is guessed."""

"""What all pages of the window share: how a trouble is shown."""

from __future__ import annotations

from flask import render_template

MOST_BODY = 16 * 1024 * 1024
"""Bytes of one form with its files; they are held in memory."""


def trouble(text: str, status: int) -> tuple[str, int]:
    return render_template("trouble.html", text=text), status

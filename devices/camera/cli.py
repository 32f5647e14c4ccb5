"""``tongban camera``: starts the camera's process in the system's Python, in place of this one."""

from __future__ import annotations

import os
from pathlib import Path

import click

SYSTEM_PYTHON = "/usr/bin/python3"
"""apt's picamera2 and libcamera are built for this one and no other."""

PROCESS = Path(__file__).with_name("process") / "__main__.py"


@click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def camera(arguments: tuple[str, ...]) -> None:
    """运行高拍仪进程（树莓派摄像头，picamera2）。参数见 --help。"""
    # Nothing of our own environment may come along: its numpy is another one.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    try:
        os.execve(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-P", str(PROCESS), *arguments], clean)  # noqa: S606
    except OSError as error:
        raise click.ClickException(f"{SYSTEM_PYTHON} 启动不了：{error.strerror}") from None

"""``tongban cups``: the terminal's own cupsd."""

from __future__ import annotations

from pathlib import Path

import click

from devices.a4.cups import daemon, run


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def cups(folder: Path) -> None:
    """运行终端自己的打印队列（CUPS）。FOLDER 要在内存盘上，每次启动都清空。"""
    if daemon() is None:
        raise click.ClickException("没有安装 cups-daemon，A4 打印机用不了")
    run(folder.absolute())

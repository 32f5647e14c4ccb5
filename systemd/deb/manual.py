"""``manual.py VERSION DATE FOLDER``: a manual page for ``tongban`` and each of its commands. Called by build.py, with the rooms
of a package in PYTHONPATH; what is not there is not looked for in the repository.
"""

import sys
from pathlib import Path

import click
from click_man.core import write_man_pages

sys.path[:] = [place for place in sys.path if Path(place) != Path(__file__).parents[2]]
from kiosk.cli import main  # noqa: E402


def write(version: str, date: str, folder: str) -> None:
    ctx = click.Context(main)
    found = {name: main.get_command(ctx, name) for name in main.list_commands(ctx)}
    whole = click.Group("tongban", commands={name: command for name, command in found.items() if command}, help=main.help)
    write_man_pages("tongban", whole, version=version, date=date, target_dir=folder)


if __name__ == "__main__":
    write(*sys.argv[1:])

"""``python -m kiosk`` is the ``tongban`` command."""

from kiosk.cli import main

main(prog_name="tongban")

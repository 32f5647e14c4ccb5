"""How each operation is to be treated: one table, read aloud in ``docs/decisions/commands.md``."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from mqtt import commands as op


class After(Enum):
    """What a start does with a command that was begun and has no result.

    ``AGAIN``: doing it twice is the same as once. ``DONE``: that the program ended is what was asked. ``BOOT``: the machine's boot
    tells; it is never begun twice.
    """

    AGAIN = "again"
    DONE = "done"
    BOOT = "boot"


class Manner(Struct, frozen=True):
    """``disturbs``: not while a visit runs. ``clocked``: refused where the clock cannot say whether it has expired."""

    disturbs: bool
    clocked: bool
    after: After = After.AGAIN


MANNERS: dict[type, Manner] = {
    op.RestartDevice: Manner(disturbs=True, clocked=True),
    op.RestartService: Manner(disturbs=True, clocked=True, after=After.DONE),
    op.OutOfService: Manner(disturbs=True, clocked=True),
    op.BackInService: Manner(disturbs=False, clocked=True),
    op.RefreshCatalogue: Manner(disturbs=False, clocked=False),
    op.RefreshSettings: Manner(disturbs=False, clocked=False),
    op.SelfTest: Manner(disturbs=False, clocked=False),
    op.TestPrint: Manner(disturbs=True, clocked=True),
    op.SupportBundle: Manner(disturbs=False, clocked=False),
    op.Reboot: Manner(disturbs=True, clocked=True, after=After.BOOT),
    op.Update: Manner(disturbs=False, clocked=False),
    op.HelpComing: Manner(disturbs=False, clocked=False),
}

"""Messages of the contract beside its events (``mqtt/events.py``), as msgspec types: births and wills, the state report, the
storage receipt. No message carries anything that identifies a person: a test holds every field against a reviewed list. The
documents for integrators (``docs/contract``) are generated from these types.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from mqtt.wire import UNKNOWN_VERSION, VERSION, Code, Codes, ContractError, Count, Epoch, Short, Time, parse, version_of

REPORT_VERSION = 2
"""Of the state report; 1 is still understood by the centre."""


class Birth(Struct, frozen=True, tag_field="s", tag="up"):
    """Birth document, retained on the state topic. ``bd`` grows by one at every connect of this terminal's database."""

    v: int
    bd: Count
    boot: Code
    app: Short
    catalogue: Short
    place: Short
    ts: Time


class Lost(Struct, frozen=True, tag_field="s", tag="lost"):
    """The will. Only the one whose ``bd`` equals the current birth's counts."""

    v: int
    bd: Count


class Left(Struct, frozen=True, tag_field="s", tag="off"):
    """Clean leaving with its reason: shutdown, night, update; another one is shown to staff as it is."""

    v: int
    bd: Count
    why: Code


TerminalState = Birth | Lost | Left


class CentreUp(Struct, frozen=True, tag_field="s", tag="up"):
    """The centre's birth, retained on ``topics.CENTRE_STATE``; its will there is :class:`Lost`, its leaving :class:`Left`."""

    v: int
    bd: Count
    ts: Time


CentreState = CentreUp | Lost | Left


class DeviceReport(Struct, frozen=True):
    """``life`` as in ``devices.port.Life``; ``fault`` and ``warning`` are codes; ``proof_age`` in seconds, null if never. A life of
    ``unknown`` without a fault: the device can prove nothing."""

    life: Code
    fault: Code | None = None
    warning: Code | None = None
    proof_age: float | None = None


class Backlog(Struct, frozen=True):
    """What waits on the terminal, beyond how much. ``days``: how long it can go on taking cases in while nothing leaves, by the
    room on its disk and what the last days brought; null while that is not known. ``set_aside``: rows of the outbox its program
    cannot read; ``dropped``: telemetry given up since its database was made.
    """

    days: float | None = None
    set_aside: Count = 0
    dropped: Count = 0


class HelpWanted(Struct, frozen=True):
    """Whoever stands at the terminal asked for somebody to come (请人帮忙). ``since``: when; ``step``: at which step of a visit, or
    ``welcome``. Nothing of who it is.
    """

    since: Time
    step: Code


class Health(Struct, frozen=True):
    """What a terminal is like now: devices, what still waits, whether it serves. ``oldest`` is the age in seconds. On the wire:
    version 1 of the state report, which was always whole.
    """

    v: int
    bd: Count
    devices: dict[Code, DeviceReport]
    serving: bool
    unconfirmed: Count
    oldest: float | None
    pages_waiting: Count
    ts: Time
    fault: Code | None = None
    """Why it does not serve, when it does not (catalogue_damaged, …); else what is wrong beside the devices (clock_wrong, …)."""
    backlog: Backlog | None = None
    help: HelpWanted | None = None
    also: Codes = ()
    """What else is wrong beside the devices, worst first."""


class Report(Struct, frozen=True, omit_defaults=True):
    """State report, version 2. ``n`` counts the reports of one ``bd``. A report with ``of`` equal to ``n`` is whole; any other
    names only what is not as in the whole one that ``of`` names. So a lost difference is made good by the next, and one without
    any field is a heartbeat. A device that is named is named with all its fields. ``mqtt/report.py`` makes and merges them.
    """

    v: int
    bd: Count
    n: Count
    of: Count
    ts: Time
    devices: dict[Code, DeviceReport] = {}
    serving: bool | UnsetType = UNSET
    unconfirmed: Count | UnsetType = UNSET
    oldest: float | UnsetType | None = UNSET
    pages_waiting: Count | UnsetType = UNSET
    fault: Code | UnsetType | None = UNSET
    backlog: Backlog | UnsetType | None = UNSET
    help: HelpWanted | UnsetType | None = UNSET
    also: Codes | UnsetType = UNSET


class StorageReceipt(Struct, frozen=True):
    """The centre's word, after its commit, that these sequences of this epoch are stored. Ranges are inclusive."""

    v: int
    e: Epoch
    r: Annotated[tuple[tuple[int, int], ...], Meta(max_length=500)]


def decode_report(payload: bytes) -> Health | Report:
    """A state report of either version; :class:`ContractError`."""
    version = version_of(payload)
    if version not in (VERSION, REPORT_VERSION):
        raise ContractError(UNKNOWN_VERSION)
    report: Health | Report = parse(payload, Health if version == VERSION else Report)
    if isinstance(report, Report) and report.of > report.n:
        raise ContractError("state report names a whole one that is still to come")
    if isinstance(report, Report) and report.of == report.n and UNSET in (report.serving, report.unconfirmed, report.pages_waiting):
        raise ContractError("state report calls itself whole and is not")
    return report

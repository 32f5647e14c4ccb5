"""Where something of a case is shown, made or let out: every address of a desk and of a window, and every module that can open what
is sealed. A test holds both against what is there: whoever adds one says here what it is, and the gate with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Door = Literal["page", "shown", "made", "plain", "out"]
"""``page``: HTML. ``shown``: something opened, on the screen, written down. ``made``: what this desk itself has just drawn up.
``plain``: a file in which nobody is named. ``out``: a file that leaves, by a written consent only."""

DESK: Mapping[str, Door] = {
    "page": "shown",
    "page_to_read": "shown",
    "signature_picture": "shown",
    "acting.document": "shown",
    "acting.draft_paper": "made",
    "acting.draft_picture": "made",
    "acting.draft_printout": "made",
    "asked.draft_answer": "made",
    "asked.draft_answer_picture": "made",
    "material_bundle": "out",
}
WINDOW: Mapping[str, Door] = {
    "cases.page": "shown",
    "cases.page_to_read": "shown",
    "cases.signature_picture": "shown",
    "parcels.handover": "plain",
    "parcels.scan": "plain",
    "parcels.arriving_scan": "plain",
    "statement.table": "plain",
}
"""Addresses that answer with something else than a page."""

OPENERS: Mapping[str, str] = {
    "fleet.desk.opening": "shown at the home desk, for a stated reason",
    "fleet.desk.acting": "papers of a case's acts, shown at the home desk",
    "fleet.desk.additions": "what the window and the applicant added, shown at the home desk",
    "fleet.desk.asked": "what somebody asked at the window, and copies for the one who asks",
    "fleet.desk.deeds": "the telephone number, for the SMS",
    "fleet.desk.means": "names keys, opens nothing",
    "fleet.desk.app": "reads the desk's keys, hands them on",
    "fleet.telling.telling": "the telephone number, for the SMS",
    "fleet.tickets.opened": "words and contact of a rating, at the centre's ticket pages, by who may, in the record",
    "fleet.window.window": "shown at the intake window, for a stated reason, until its access expires",
    "fleet.window.app": "reads the window's keys, hands them on",
    "fleet.keys.keyring": "reads keys, opens nothing",
    "fleet.recovery.officers": "the recovery key, under its passphrase",
    "fleet.recovery.reseal": "sealed anew to the party in the same breath, never on a disk",
    "kiosk.drafts": "a draft, at the hall's window terminal, by the code on its slip",
    "kiosk.drafted": "a draft, taken up again at the window's terminal",
    "kiosk.tasks": "what a hall may show, to its holder, after the card",
}
"""Module that can open something sealed → what becomes of it."""

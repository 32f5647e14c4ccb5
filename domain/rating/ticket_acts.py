"""What can happen to a ticket for a bad rating (差评工单), as its timeline keeps it.

``at``: by the centre's clock; ``by``: a login.
``said`` is a few sentences for the record: what was found, what was done. Nobody is named in it (``ticket_text.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

MOST_SAID = 300
"""Characters."""

Role = Literal["unit", "centre", "rater"]
"""``unit``: who handles for the rated party; ``centre``: who follows up; ``rater``: who gave the rating."""
Said = Annotated[str, Meta(min_length=2, max_length=MOST_SAID)]
By = Annotated[str, Meta(min_length=1, max_length=60)]
Outcome = Literal["fix", "complex", "no_basis"]
"""What was found (国办发〔2019〕51号): clear and reasonable, to be mended at once; complex, to be explained, entered in the ledger
and mended within a term; without a basis in law, to be explained."""
Ground = Literal["mistaken", "malicious"]
Satisfaction = Literal["satisfied", "fairly", "dissatisfied"]
"""满意, 基本满意, 不满意: of the mending, asked of the rater afterwards."""
OF_LEVEL: dict[int, Satisfaction] = {5: "satisfied", 4: "satisfied", 3: "fairly", 2: "dissatisfied", 1: "dissatisfied"}
"""What a follow-up rating says of the mending."""
Reached = Literal["reached", "declined", "not_reached"]
"""``declined``: reached, and wants no call."""


class Acknowledged(Struct, frozen=True, tag_field="act", tag="acknowledged"):
    """签收."""

    at: datetime
    by: By


class Answered(Struct, frozen=True, tag_field="act", tag="answered"):
    """核实并答复. With ``no_basis`` the answer is the explanation, and nothing is left to mend."""

    at: datetime
    by: By
    outcome: Outcome
    said: Said


class Rectified(Struct, frozen=True, tag_field="act", tag="rectified"):
    """整改完成."""

    at: datetime
    by: By
    said: Said


class Appealed(Struct, frozen=True, tag_field="act", tag="appealed"):
    """申诉: the unit asks to leave a mistaken or malicious rating out of the statistics."""

    at: datetime
    by: By
    ground: Ground
    said: Said


class AppealDecided(Struct, frozen=True, tag_field="act", tag="appeal_decided"):
    """申诉复核."""

    at: datetime
    by: By
    upheld: bool
    said: Said


class CalledBack(Struct, frozen=True, tag_field="act", tag="called_back"):
    """回访: one call, by outcome classes only."""

    at: datetime
    by: By
    reached: Reached
    satisfaction: Satisfaction | None = None


class Rerated(Struct, frozen=True, tag_field="act", tag="rerated"):
    """再评: the rater's own word on the mending, without a call: a follow-up rating (追加) that comes after it."""

    at: datetime
    satisfaction: Satisfaction


class SentBack(Struct, frozen=True, tag_field="act", tag="sent_back"):
    """退回重办: looked at again, it was not mended."""

    at: datetime
    by: By
    said: Said


class Closed(Struct, frozen=True, tag_field="act", tag="closed"):
    """办结."""

    at: datetime
    by: By


Act = Acknowledged | Answered | Rectified | Appealed | AppealDecided | CalledBack | Rerated | SentBack | Closed

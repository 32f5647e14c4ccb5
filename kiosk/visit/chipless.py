"""A document without a chip: it goes under the camera like a material, and proves nothing before a clerk has seen it."""

from __future__ import annotations

from domain.catalogue.item import Material
from domain.representation import PAPERS, Paper
from kiosk.visit.state import Visit

DOCUMENT = "ID-DOCUMENT"
"""Its id among what is collected."""

WHY = "您的证件没有芯片，机器证明不了是您本人。窗口工作人员看过原件，就接着往下办。"
"""Why the visit ends at the window, in the citizen's words."""


def unproven(visit: Visit) -> bool:
    """Whether nobody has read or seen a document that says who stands here: this ends at the window."""
    return visit.no_chip and visit.checked is None


def document(visit: Visit) -> Material | None:
    """The document to be laid under the camera; ``None`` where a chip is read."""
    if visit.paper is None:
        return None
    return Material(
        material_id=DOCUMENT,
        name=PAPERS[Paper(visit.paper)],
        necessity="1",
        material_kind="1",
        copy_kind="3",
        medium="1",
        copies=1,
        source="申请人自备",
        original_must_be_checked=True,
    )

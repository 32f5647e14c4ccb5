"""Field groups: by which a reading of a case is written down. Every field of a sealed case belongs to exactly one."""

from __future__ import annotations

from typing import Literal

Group = Literal["identity", "contact", "form", "materials", "signature", "papers"]

GROUPS: dict[Group, str] = {
    "identity": "身份信息",
    "contact": "送达方式、地址、电话",
    "form": "表单内容",
    "materials": "材料影像",
    "signature": "手写签名",
    "papers": "文书和窗口记录",
}

OF_CASE: dict[str, Group | None] = {
    "applicant": "identity",
    "acting": "identity",
    "inked": "identity",  # the other who signed by hand, as they were checked
    "body": "identity",
    "checked_by": None,
    "delivery": "contact",
    "form": "form",
    "materials": "materials",
    "signature": "signature",
    # What names nobody: the case and the rules it was taken in by.
    **dict.fromkeys(
        ("v", "case", "item", "item_name", "situation", "situation_name", "home", "intake", "purpose", "notice", "catalogue"), None
    ),
    **dict.fromkeys(("unproven", "window_days", "clerks"), None),
}
"""Field of ``domain.case.content.CaseContent`` → group; ``None``: nothing of the applicant."""

ON_OPENING: tuple[Group, ...] = ("identity", "contact", "form")
"""What the page of an opened case shows by itself; pictures, signature and papers are fetched one by one, and written down so."""

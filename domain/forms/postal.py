"""Where a result is posted to: the address and the telephone the courier needs, and nothing else."""

from __future__ import annotations

from domain.catalogue.form import Field
from domain.forms.checking import check

PHONE = Field("phone", "联系电话", "phone", max_length=12)
_ADDRESS = range(6, 121)


def errors(address: str | None, phone: str) -> dict[str, str]:
    """Errors by field; ``address`` null is the address on the card."""
    found = {}
    if address is not None and len(address.strip()) not in _ADDRESS:
        found["address"] = "请写清楚县、乡镇或街道、门牌，至少 6 个字"
    if error := check(PHONE, phone.strip()):
        found["phone"] = error
    return found

"""A right answer to any question of a form, and the answers of a tree that lead to a situation."""

from __future__ import annotations

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.form import Field

_RIGHT = {
    "promise": "yes",
    "date": "2024-03-01",
    "text": "四川省示范三县示范镇一村1组",
    "long_text": "餐饮服务；食品销售",
    "digits": "12",
    "name": "测试甲",
    "id_number": "510100199001010013",
    "uscc": "91350100M000100Y43",
    "phone": "13800001234",
    "money": "50000.00",
    "division": "511321",
}

STATED = {
    "principal-name": "委托人甲",
    "principal-document": "resident",
    "principal-number": "11010519491231002X",
    "authority-matter": "办理本事项",
    "authority-scope": "submit",
    "authority-term": "once",
    "relation": "mother",
    "consent": "yes",
    "body-name": "示范公司",
    "body-code": "91350100M000100Y43",
}
"""What is stated of whom one acts for, whoever that is: each part asks for its own of these."""


def answer(field: Field) -> str:
    return field.options[0].value if field.options else _RIGHT[field.kind]


def leads(catalogue: Catalogue, item: str, question: str, situation: str) -> int | None:
    """Which answer of ``question`` is on the way to ``situation``; ``None``: none is."""
    asked = catalogue.question(item, question)
    for place, one in enumerate(asked.answers if asked else ()):
        if one.situation == situation or (one.question and situation in catalogue.leads_to(item, one.question)):
            return place
    return None

"""The questions that lead to a situation, as a tree to look at, and as a citizen goes through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Branch:
    """One answer and what comes after it. ``answers``: the path of answers to here, for trying it out. ``kind``: question,
    situation, or a circle; ``place``: in its list, ``None`` where it leads nowhere."""

    text: str
    answers: str
    kind: str
    id: str
    title: str
    place: int | None
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a citizen stands after some answers: at a question, or at a situation. ``said``: question and answer so far."""

    said: tuple[tuple[str, str], ...]
    question: str = ""
    answers: tuple[str, ...] = ()
    situation: Tree | None = None
    lost: bool = False


def branches(item: Tree, question: int = 0, above: tuple[int, ...] = (), path: str = "") -> tuple[Branch, ...]:
    """What comes after question ``question`` (its place), a circle cut off where it closes."""
    questions: Sequence[Tree] = item.get("questions", ())
    situations: Sequence[Tree] = item.get("situations", ())
    if not questions or question in above:
        return ()
    found = []
    for place, answer in enumerate(questions[question]["answers"]):
        here = f"{path}.{place}" if path else str(place)
        if answer.get("question"):
            at = next((i for i, q in enumerate(questions) if q["question"] == answer["question"]), None)
            title = questions[at]["text"] if at is not None else "没有这个问题"
            below = branches(item, at, (*above, question), here) if at is not None else ()
            round_again = at is not None and (at in above or at == question)
            found.append(
                Branch(answer["text"], here, "circle" if round_again else "question", answer["question"], title, at, below)
            )
        else:
            at = next((i for i, s in enumerate(situations) if s["situation_id"] == answer.get("situation")), None)
            title = situations[at]["name"] if at is not None else "没有这个情形"
            found.append(Branch(answer["text"], here, "situation", answer.get("situation") or "", title, at))
    return tuple(found)


def standing(item: Tree, path: str) -> Standing:
    """Where these answers lead; ``lost`` for answers that are none, or lead nowhere."""
    questions: Sequence[Tree] = item.get("questions", ())
    situations: Sequence[Tree] = item.get("situations", ())
    said: list[tuple[str, str]] = []
    steps = [int(step) for step in path.split(".") if step.isdigit()][:20]
    if not questions:
        if steps and steps[0] < len(situations):
            return Standing((("要办哪一种？", situations[steps[0]]["question"]),), situation=situations[steps[0]])
        return Standing((), "要办哪一种？", tuple(s["question"] for s in situations))
    at: Tree | None = questions[0]
    for step in steps:
        if at is None or step >= len(at["answers"]):
            return Standing(tuple(said), lost=True)
        answer = at["answers"][step]
        said.append((at["text"], answer["text"]))
        if answer.get("question") is None:
            found = next((s for s in situations if s["situation_id"] == answer.get("situation")), None)
            return Standing(tuple(said), situation=found, lost=found is None)
        at = next((q for q in questions if q["question"] == answer["question"]), None)
    if at is None:
        return Standing(tuple(said), lost=True)
    return Standing(tuple(said), at["text"], tuple(a["text"] for a in at["answers"]))

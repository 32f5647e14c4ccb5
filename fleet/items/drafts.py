"""Working copies of parts: one of each at a time, edited element by element, by several people if they like.

Whatever was edited can be decoded, always: a value that is no value of its type does not come in. Every edit is kept with what
stood there before, so that it can be undone. All writes work inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from domain.catalogue.changes import WORDS
from fleet import database
from fleet.items import nodes
from fleet.items.elements import ONCE, TYPES, Element, Tree, apart, kinds_of, slim, together, typed
from fleet.items.nodes import Path
from fleet.items.shape import called, shapes, title
from fleet.people import record

MOST_ELEMENTS = 40_000
"""Of one part: 5,000 items and what is opened of them, with room."""


_LAST = "(SELECT max(position) FROM item_edits o WHERE (o.draft, o.number) = (e.draft, e.number))"


class ConflictError(Exception):
    """Somebody changed the same in the meantime, or took it away."""


class RefusedError(ValueError):
    """It cannot be done; the text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """``base``: the version it was begun from. ``edits``: how many there were; another number is another content."""

    id: int
    part: str
    base: int | None
    state: Literal["open", "proposed", "done", "dropped"]
    opened: float
    by: str
    edits: int


@dataclass(frozen=True, slots=True)
class Edit:
    """``last``: the newest edit of the same element."""

    position: int
    number: int
    kind: str
    what: str
    before: Tree | None
    after: Tree | None
    by: str
    at: float
    last: int


def of(db: database.Connection, part: str) -> Draft | None:
    """The draft of ``part`` that is being worked on or looked at, if there is one."""
    row = db.execute("SELECT id FROM item_drafts WHERE part = ? AND state IN ('open', 'proposed')", (part,)).fetchone()
    return by_id(db, row[0]) if row else None


def by_id(db: database.Connection, draft: int) -> Draft:
    row = db.execute("SELECT id, part, base, state, opened, by FROM item_drafts WHERE id = ?", (draft,)).fetchone()
    (count,) = db.execute("SELECT coalesce(max(position), 0) FROM item_edits WHERE draft = ?", (draft,)).fetchone()
    id_, part, base, state, opened, by = row
    return Draft(id_, part, base, state, opened, by, count)


def begin(db: database.Connection, part: str, body: bytes, base: int | None, by: str, now: float) -> Draft:
    """A draft that says what ``body`` says. :class:`RefusedError` where one is open already."""
    if of(db, part) is not None:
        raise RefusedError("已经有一份草稿")
    (made,) = db.execute(
        "INSERT INTO item_drafts (part, base, state, opened, by) VALUES (?, ?, 'open', ?, ?) RETURNING id", (part, base, now, by)
    ).fetchone()
    db.executemany(
        "INSERT INTO item_elements VALUES (?, ?, ?, ?, ?)",
        [(made, one.number, one.kind, one.number, _text(one.value)) for one in apart(part, body)],
    )
    step(db, part, "draft", "", by, now)
    return by_id(db, made)


def drop(db: database.Connection, draft: Draft, by: str, why: str, now: float) -> None:
    """The draft is given up; its edits stay readable."""
    _open(db, draft)
    db.execute("UPDATE item_drafts SET state = 'dropped' WHERE id = ?", (draft.id,))
    step(db, draft.part, "dropped", why, by, now)


def elements(db: database.Connection, draft: int) -> list[Element]:
    """In the part's order."""
    rows = db.execute("SELECT number, kind, value FROM item_elements WHERE draft = ? ORDER BY place, number", (draft,))
    return [Element(number, kind, msgspec.json.decode(value)) for number, kind, value in rows]


def element(db: database.Connection, draft: int, number: int) -> Element | None:
    row = db.execute("SELECT number, kind, value FROM item_elements WHERE (draft, number) = (?, ?)", (draft, number)).fetchone()
    return Element(row[0], row[1], msgspec.json.decode(row[2])) if row else None


def body(db: database.Connection, draft: Draft) -> bytes:
    """The part as the draft has it, as a file for people."""
    return together(draft.part, elements(db, draft.id))


def change(db: database.Connection, draft: Draft, number: int, path: Path, seen: str, value: Tree, by: str, now: float) -> None:
    """What stands at ``path`` of an element is ``value``, if it is still what ``seen`` (:func:`nodes.mark`) says.

    What has pages of its own in it stays as it stands now. :class:`ConflictError`, :class:`RefusedError`.
    """
    one = _found(db, draft, number)
    at = _way(one, path)[-1]
    if nodes.mark(at.kind, at.value) != seen:
        raise ConflictError
    kept = {name: part for name, part in at.value.items() if _paged(at.kind, name)}
    new = {**{name: part for name, part in value.items() if not _paged(at.kind, name)}, **kept}
    _write(db, draft, one, nodes.put(one.value, path, new), f"改 {_said(one, path)}", by, now)


def add(db: database.Connection, draft: Draft, kind: str, value: Tree, by: str, now: float) -> int:
    """A new element, after those of its kind; its number. :class:`RefusedError`."""
    _open(db, draft)
    if kind not in kinds_of(draft.part) or kind in ONCE:
        raise RefusedError("这里不能添加")
    new = _checked(kind, value)
    (known, place, count) = db.execute(
        "SELECT max((SELECT coalesce(max(number), 0) FROM item_elements WHERE draft = ?1), "
        "(SELECT coalesce(max(number), 0) FROM item_edits WHERE draft = ?1)), "
        "(SELECT coalesce(max(place), 0) FROM item_elements WHERE draft = ?1), "
        "(SELECT count(*) FROM item_elements WHERE draft = ?1)",
        (draft.id,),
    ).fetchone()
    if count >= MOST_ELEMENTS:
        raise RefusedError(f"一份里最多 {MOST_ELEMENTS} 个")
    number, name = int(known) + 1, title(TYPES[kind], new)
    db.execute("INSERT INTO item_elements VALUES (?, ?, ?, ?, ?)", (draft.id, number, kind, place + 1, _text(new)))
    _keep(db, draft, number, kind, f"加 {called(TYPES[kind])} {name}", None, new, place + 1, by, now)
    return number


def remove(db: database.Connection, draft: Draft, number: int, seen: str, by: str, now: float) -> None:
    """Take an element away. :class:`ConflictError`, :class:`RefusedError`."""
    one = _found(db, draft, number)
    if one.kind in ONCE:
        raise RefusedError("这一项不能删")
    if nodes.mark(TYPES[one.kind], one.value) != seen:
        raise ConflictError
    (place,) = db.execute("SELECT place FROM item_elements WHERE (draft, number) = (?, ?)", (draft.id, number)).fetchone()
    db.execute("DELETE FROM item_elements WHERE (draft, number) = (?, ?)", (draft.id, number))
    _keep(db, draft, number, one.kind, f"删 {_said(one, ())}", one.value, None, place, by, now)


def put_in(db: database.Connection, draft: Draft, number: int, path: Path, value: Tree, by: str, now: float) -> int:
    """Something new at the end of a list in an element (``path`` ends with its name); its place. :class:`RefusedError`."""
    one = _found(db, draft, number)
    listed = _list(one, path)
    new = nodes.put(one.value, path, [*listed, value])
    _write(db, draft, one, new, f"加 {_said(Element(number, one.kind, new), (*path, len(listed)))}", by, now)
    return len(listed)


def take_out(db: database.Connection, draft: Draft, number: int, path: Path, seen: str, by: str, now: float) -> None:
    """Something out of a list in an element. :class:`ConflictError`, :class:`RefusedError`."""
    one = _found(db, draft, number)
    at, place = _way(one, path)[-1], path[-1]
    if nodes.mark(at.kind, at.value) != seen:
        raise ConflictError
    left = [thing for where, thing in enumerate(_list(one, path[:-1])) if where != place]
    _write(db, draft, one, nodes.put(one.value, path[:-1], left), f"删 {_said(one, path)}", by, now)


def move(db: database.Connection, draft: Draft, number: int, path: Path, seen: str, by: str, now: float, *, up: bool) -> None:
    """One place up or down in its list. :class:`ConflictError`."""
    one = _found(db, draft, number)
    at, place = _way(one, path)[-1], path[-1]
    if nodes.mark(at.kind, at.value) != seen:
        raise ConflictError
    listed = list(_list(one, path[:-1]))
    assert isinstance(place, int)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(listed):
        return
    listed[place], listed[other] = listed[other], listed[place]
    _write(db, draft, one, nodes.put(one.value, path[:-1], listed), f"移 {_said(one, path)}", by, now)


def edits(db: database.Connection, draft: int, most: int = 200) -> list[Edit]:
    """Newest first."""
    rows = db.execute(
        f"SELECT position, number, kind, what, before, after, by, at, {_LAST} "  # noqa: S608 ours
        "FROM item_edits e WHERE draft = ? ORDER BY position DESC LIMIT ?",
        (draft, most),
    )
    return [Edit(p, n, k, w, _tree(b), _tree(a), by, at, last) for p, n, k, w, b, a, by, at, last in rows]


def undo(db: database.Connection, draft: Draft, position: int, seen: int, by: str, now: float) -> None:
    """The element of an edit as it was before that edit; that is an edit too.

    ``seen``: the element's last edit as its reader knew it. :class:`ConflictError` where it was changed since.
    """
    _open(db, draft)
    row = db.execute(
        f"SELECT number, kind, what, before, place, {_LAST} FROM item_edits e WHERE (draft, position) = (?, ?)",  # noqa: S608 ours
        (draft.id, position),
    ).fetchone()
    if row is None or row[5] != seen:
        raise ConflictError
    number, kind, what, before, place, _ = row
    stands = element(db, draft.id, number)
    if before is None:
        db.execute("DELETE FROM item_elements WHERE (draft, number) = (?, ?)", (draft.id, number))
    else:
        db.execute(
            "INSERT INTO item_elements VALUES (?, ?, ?, ?, ?) ON CONFLICT (draft, number) DO UPDATE SET value = excluded.value",
            (draft.id, number, kind, place, before),
        )
    said = f"{'撤销' if seen == position else '恢复到这之前'}：{what}"[:400]
    _keep(db, draft, number, kind, said, stands.value if stands else None, _tree(before), place, by, now)


def step(
    db: database.Connection, part: str, name: str, words: str, by: str, now: float, version: int | None = None, result: str = "ok"
) -> None:
    """A step on the part's way, for people and in the record."""
    db.execute(
        "INSERT INTO item_steps (part, version, step, words, by, at) VALUES (?, ?, ?, ?, ?, ?)",
        (part, version, name, words, by, now),
    )
    record.write(db, now, by, f"items.{name}", part, words, result)


def _write(db: database.Connection, draft: Draft, one: Element, value: Tree, what: str, by: str, now: float) -> None:
    new = _checked(one.kind, value)
    if new == one.value:
        return
    db.execute("UPDATE item_elements SET value = ? WHERE (draft, number) = (?, ?)", (_text(new), draft.id, one.number))
    (place,) = db.execute("SELECT place FROM item_elements WHERE (draft, number) = (?, ?)", (draft.id, one.number)).fetchone()
    _keep(db, draft, one.number, one.kind, what, one.value, new, place, by, now)


def _keep(
    db: database.Connection, draft: Draft, number: int, kind: str, what: str, before: Tree | None, after: Tree | None, place: int,
    by: str, now: float,
) -> None:  # fmt: skip
    (last,) = db.execute("SELECT coalesce(max(position), 0) FROM item_edits WHERE draft = ?", (draft.id,)).fetchone()
    told = (_text(before) if before is not None else None, _text(after) if after is not None else None)
    db.execute(
        "INSERT INTO item_edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (draft.id, last + 1, number, kind, what[:400], *told, place, by, now),
    )
    record.write(db, now, by, "items.edit", draft.part, result=what[:200])


def _checked(kind: str, value: Tree) -> Tree:
    try:
        found: Tree = slim(typed(kind, value))
    except msgspec.ValidationError as error:
        raise RefusedError(_least(str(error))) from None
    return found


def _least(error: str) -> str:
    """What the types say of a whole that its fields do not."""
    if "length >= " in error:
        name = error.rpartition("$")[2].strip("`").rpartition(".")[2].partition("[")[0]
        return f"至少要有一个{WORDS.get(name, name)}"
    return f"不合格式：{error}"


def _found(db: database.Connection, draft: Draft, number: int) -> Element:
    _open(db, draft)
    one = element(db, draft.id, number)
    if one is None:
        raise ConflictError
    return one


def _open(db: database.Connection, draft: Draft) -> None:
    if by_id(db, draft.id).state != "open":
        raise RefusedError("这份草稿已经提交或结束，不能再改")


def _way(one: Element, path: Path) -> list[nodes.Node]:
    try:
        return nodes.way(one.kind, one.value, path)
    except LookupError:
        raise ConflictError from None


def _list(one: Element, path: Path) -> list[Tree]:
    above = _way(one, path[:-1])[-1]
    found: list[Tree] = above.value.get(str(nodes.list_at(above.kind, str(path[-1])).name), [])
    return found


def _paged(kind: type[msgspec.Struct], name: str) -> bool:
    shape = shapes(kind).get(name)
    return shape is not None and shape.manner == "pages"


def _said(one: Element, path: Path) -> str:
    return " › ".join(f"{node.called} {node.title}"[:60] for node in nodes.way(one.kind, one.value, path))


def _text(value: Tree) -> str:
    return msgspec.json.encode(value).decode()


def _tree(text: str | None) -> Tree | None:
    return msgspec.json.decode(text) if text is not None else None

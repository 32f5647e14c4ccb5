"""The forms of a draft: one page for each thing that has one; what is wrong is said at its field, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from fleet import database
from fleet.console.office import GONE, Office, may, me
from fleet.items import blank, checking, choices, drafts, forms, nodes, tree
from fleet.items.drafts import ConflictError, Draft, RefusedError
from fleet.items.elements import ONCE, TYPES, Element, Tree, kinds_of
from fleet.items.nodes import Node, Path
from fleet.items.shape import Shape, called, shapes, title
from fleet.people.gate import needs
from fleet.people.rights import Act

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class _New:
    """Something that is to be added. ``start``: what its form begins with; ``above``: in what, and ``number`` of that element."""

    part: str
    kind: type[Struct]
    start: Tree
    elements: list[Element]
    above: Sequence[Node] = ()
    number: int | None = None


def add_forms(pages: Blueprint, office: Office) -> None:
    """To the pages of the administration."""
    store = office.store

    def show(
        part: str,
        number: int,
        path: Path,
        typed: forms.Typed | None = None,
        errors: Mapping[str, str] | None = None,
        said: str = "",
    ) -> str:
        """The page of a thing; ``typed``: as somebody sent it."""
        with store.reading() as db:
            draft = office.draft(db, part)
            elements = drafts.elements(db, draft.id)
            element = next((one for one in elements if one.number == number), None) or abort(404)
            way = _way(element, path)
            offered = choices.offered(office.directory(db, part), office.parties(db), elements, way)
            found = checking.check(db, office.shelf, draft, office.today(), elements)
            name = office.called(db, part)
        node, stands = way[-1], forms.typed(way[-1].kind, way[-1].value)
        groups = forms.shown(node.kind, typed if typed is not None else stands, node.value, offered, errors or {})
        theirs = _theirs(typed, stands) if said == GONE else {}
        return render_template(
            "items/thing.html", part=part, name=name, draft=draft, number=number, way=way, node=node, groups=_filled(groups),
            mark=nodes.mark(node.kind, node.value), lists=_lists(node, number, found), said=said, theirs=theirs,
            findings=checking.here(found, number, node.address), edits=may(Act.EDIT_ITEMS, part) and draft.state == "open",
            title=_title(element, node, offered), once=element.kind in ONCE, tree=bool(node.value.get("situations")),
        )  # fmt: skip

    @pages.get("/items/<part>/draft/<int:number>")
    @pages.get("/items/<part>/draft/<int:number>/<path:way>")
    @needs(Act.SEE)
    def thing(part: str, number: int, way: str = "") -> str:
        return show(part, number, _parsed(way))

    @pages.post("/items/<part>/draft/<int:number>")
    @pages.post("/items/<part>/draft/<int:number>/<path:way>")
    @needs(Act.EDIT_ITEMS)
    def save(part: str, number: int, way: str = "") -> Answer:
        path, typed = _parsed(way), _typed()
        try:
            with store.transaction() as db:
                draft = office.draft(db, part, Act.EDIT_ITEMS)
                element = drafts.element(db, draft.id, number) or abort(404)
                node = _way(element, path)[-1]
                found = forms.read(node.kind, typed, node.value)
                if not found.errors:
                    drafts.change(db, draft, number, path, request.form.get("mark", ""), found.tree, me(), office.now())
        except ConflictError:
            return show(part, number, path, typed, said=GONE), 409
        except RefusedError as error:
            return show(part, number, path, typed, said=str(error)), 422
        if found.errors:
            return show(part, number, path, typed, found.errors, f"没有保存：有 {len(found.errors)} 处要改"), 422
        return redirect(url_for("items.thing", part=part, number=number, way=way or None, saved=1), 303)

    def blank_page(new: _New, typed: forms.Typed | None = None, errors: Mapping[str, str] | None = None, said: str = "") -> str:
        with store.reading() as db:
            known, names, name = office.directory(db, new.part), office.parties(db), office.called(db, new.part)
        above = new.above
        place = len(above[-1].value.get("fields", ())) if above else 0
        way = [*above, Node((*above[-1].path, "", place) if above else (), new.kind, new.start)]
        offered = choices.offered(known, names, new.elements, way)
        stands = typed if typed is not None else forms.typed(new.kind, new.start)
        groups = forms.shown(new.kind, stands, new.start, offered, errors or {})
        keep = {k: request.values[k] for k in ("item", "situation", "copy") if request.values.get(k)}
        return render_template(
            "items/new.html", part=new.part, name=name, groups=_filled(groups), said=said, thing=called(new.kind), above=above,
            number=new.number, keep=keep,
        )  # fmt: skip

    def made(new: _New, put: Callable[[database.Connection, Draft, Tree], tuple[int, str | None]]) -> Answer:
        """The blank form, or what was typed into it put in its place by ``put``, which says where that is."""
        if request.method == "GET":
            return blank_page(new)
        typed = _typed()
        found = forms.read(new.kind, typed, new.start)
        if found.errors:
            return blank_page(new, typed, found.errors, f"没有保存：有 {len(found.errors)} 处要改"), 422
        try:
            with store.transaction() as db:
                draft = office.draft(db, new.part, Act.EDIT_ITEMS)
                number, way = put(db, draft, blank.completed(new.kind, found.tree))
        except ConflictError:
            return blank_page(new, typed, said=GONE), 409
        except RefusedError as error:
            return blank_page(new, typed, said=str(error)), 422
        return redirect(url_for("items.thing", part=new.part, number=number, way=way, saved=1), 303)

    @pages.route("/items/<part>/draft/new/<kind>", methods=["GET", "POST"])
    @needs(Act.EDIT_ITEMS)
    def new(part: str, kind: str) -> Answer:
        with store.reading() as db:
            elements = drafts.elements(db, office.draft(db, part, Act.EDIT_ITEMS).id)
            known = office.directory(db, part)
        if kind not in kinds_of(part) or kind in ONCE:
            abort(404)
        start = _start(part, kind, elements)
        if kind in ("opening", "not-open") and not start.get("item"):
            listed = choices.unsaid(known, elements)
            return render_template("items/which.html", part=part, kind=kind, thing=called(TYPES[kind]), listed=listed, known=known)

        def put(db: database.Connection, draft: Draft, tree: Tree) -> tuple[int, None]:
            return drafts.add(db, draft, kind, tree, me(), office.now()), None

        return made(_New(part, TYPES[kind], start, elements), put)

    @pages.route("/items/<part>/draft/<int:number>/new/<path:way>", methods=["GET", "POST"])
    @needs(Act.EDIT_ITEMS)
    def new_in(part: str, number: int, way: str) -> Answer:
        with store.reading() as db:
            elements = drafts.elements(db, office.draft(db, part, Act.EDIT_ITEMS).id)
        element = next((e for e in elements if e.number == number), None) or abort(404)
        path = _parsed(way)
        above = _way(element, path[:-1])
        shape = _list_of(above[-1], path)
        listed, copy = above[-1].value.get(shape.name, []), request.values.get("copy", type=int)
        start: Tree = dict(listed[copy]) if copy is not None and 0 <= copy < len(listed) else {}
        assert shape.one is not None

        def put(db: database.Connection, draft: Draft, tree: Tree) -> tuple[int, str]:
            return number, f"{way}/{drafts.put_in(db, draft, number, path, tree, me(), office.now())}"

        return made(_New(part, shape.one, start, elements, tuple(above), number), put)

    @pages.post("/items/<part>/draft/<int:number>/remove")
    @pages.post("/items/<part>/draft/<int:number>/remove/<path:way>")
    @needs(Act.EDIT_ITEMS)
    def remove(part: str, number: int, way: str = "") -> Answer:
        path, seen = _parsed(way), request.form.get("mark", "")
        try:
            with store.transaction() as db:
                draft = office.draft(db, part, Act.EDIT_ITEMS)
                if path:
                    drafts.take_out(db, draft, number, path, seen, me(), office.now())
                else:
                    drafts.remove(db, draft, number, seen, me(), office.now())
        except ConflictError:
            return show(part, number, path[:-2], said=GONE), 409
        except RefusedError as error:
            return show(part, number, path[:-2], said=str(error)), 422
        if not path:
            return redirect(url_for("items.draft", part=part, kind=request.form.get("kind") or None), 303)
        return _to(part, number, path[:-2], str(path[-2]))

    @pages.post("/items/<part>/draft/<int:number>/move/<path:way>")
    @needs(Act.EDIT_ITEMS)
    def move(part: str, number: int, way: str) -> Answer:
        path = _parsed(way)
        try:
            with store.transaction() as db:
                draft = office.draft(db, part, Act.EDIT_ITEMS)
                up = request.form.get("to") == "up"
                drafts.move(db, draft, number, path, request.form.get("mark", ""), me(), office.now(), up=up)
        except ConflictError:
            return show(part, number, path[:-2], said=GONE), 409
        return _to(part, number, path[:-2], str(path[-2]))

    @pages.get("/items/<part>/draft/<int:number>/questions")
    @needs(Act.SEE)
    def questions(part: str, number: int) -> str:
        with store.reading() as db:
            draft = office.draft(db, part)
            element = drafts.element(db, draft.id, number) or abort(404)
            name = office.called(db, part)
        if element.kind != "item":
            abort(404)
        answers = request.args.get("a", "")[:100]
        return render_template(
            "items/tree.html", part=part, name=name, number=number, item=element.value, branches=tree.branches(element.value),
            at=tree.standing(element.value, answers), answers=answers,
        )  # fmt: skip


def _to(part: str, number: int, path: Path, anchor: str) -> Response:
    way = "/".join(map(str, path)) or None
    return redirect(url_for("items.thing", part=part, number=number, way=way, _anchor=f"l-{anchor}"), 303)


def _start(part: str, kind: str, elements: list[Element]) -> Tree:
    """What a new element begins with: a copy, or what was chosen before the form."""
    copied = request.values.get("copy", type=int)
    source = next((e.value for e in elements if e.number == copied and e.kind == kind), {})
    start: Tree = dict(source)
    if kind in ("opening", "not-open"):
        start |= {"home": part} | {k: request.values[k] for k in ("item", "situation") if request.values.get(k)}
    if kind == "item" and source:
        start["version"] = int(source.get("version", 1)) + 1
    return start


def _typed() -> dict[str, list[str]]:
    return {name.removeprefix("v."): request.form.getlist(name) for name in request.form if name.startswith("v.")}


def _parsed(way: str) -> Path:
    try:
        return nodes.parsed(way)
    except LookupError:
        abort(404)


def _way(element: Element, path: Path) -> list[Node]:
    try:
        return nodes.way(element.kind, element.value, path)
    except LookupError:
        abort(404)


def _list_of(above: Node, path: Path) -> Shape:
    try:
        return nodes.list_at(above.kind, str(path[-1]) if path else "")
    except LookupError:
        abort(404)


def _filled(groups: list[tuple[Any, list[forms.Shown]]]) -> list[tuple[str, list[forms.Shown]]]:
    """Groups without what has pages of its own; empty ones left out."""
    made = [(group.title, [one for one in fields if one.shape.manner != "pages"]) for group, fields in groups]
    return [(name, fields) for name, fields in made if fields]


def _lists(node: Node, number: int, found: Sequence[checking.Told]) -> list[tuple[Shape, list[dict[str, Any]]]]:
    """What has pages of its own in ``node``: title, address, mark, and how many findings lie at or below it."""
    made = []
    for name, shape in shapes(node.kind).items():
        if shape.manner == "pages" and shape.one is not None:
            rows = []
            for place, one in enumerate(node.value.get(name, ())):
                address = "/".join(map(str, (*node.path, name, place)))
                below = [f for f in found if f.number == number and f"{f.address}/".startswith(f"{address}/")]
                about = {"title": title(shape.one, one), "value": one, "address": address, "found": below}
                rows.append({**about, "mark": nodes.mark(shape.one, one)})
            made.append((shape, rows))
    return made


def _theirs(typed: forms.Typed | None, stands: forms.Typed) -> dict[str, str]:
    """Field → what stands there now, where it is not what was typed."""
    given = typed or {}
    names = dict.fromkeys((*given, *stands))
    told = {n: (list(given.get(n, [])), list(stands.get(n, []))) for n in names}
    return {n: "、".join(now) or "（空）" for n, (mine, now) in told.items() if [t.replace("\r\n", "\n") for t in mine] != now}


def _title(element: Element, node: Node, offered: forms.Choices) -> str:
    if not node.path and element.kind in ("opening", "not-open"):
        item = dict(offered.get("items", ())).get(element.value["item"], element.value["item"])
        situation = dict(offered.get("all-situations", ())).get(
            element.value.get("situation", ""), element.value.get("situation") or "整个事项"
        )
        return f"{item}／{situation}"
    return node.title

"""Routes as typed functions (``fleet/api/__init__.py`` says how), and what every one of them is given and gives back."""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, NoReturn, TypeVar, get_type_hints

import msgspec
from msgspec import Meta, Struct

from domain.rating.statistics import LEAST
from fleet import database
from fleet.alerts.means import Means
from fleet.authority.authority import Identity
from fleet.items.published import Shelf
from fleet.known import Known
from fleet.people.rights import ALL, Act, Grant, scope
from fleet.presence import Hearing
from fleet.store import Store

Name = Annotated[str, Meta(min_length=1, max_length=80)]
"""A name or number in a path."""
Why = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
_T = TypeVar("_T")
_K = TypeVar("_K")
_View = TypeVar("_View", bound=Callable[..., Any])
_IN_PATH = re.compile(r"<([a-z_]+)>")


class Refused(Exception):  # noqa: N818 an answer, not a fault of ours
    """The request ends here. ``code``: a stable name; ``detail``: in Chinese, for whoever reads the program's log."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


class Problem(Struct, frozen=True):
    """RFC 9457. ``type`` is ``urn:tongban:`` and a stable name; ``title`` and ``detail`` are for people, in Chinese."""

    type: str
    title: str
    status: int
    detail: str = ""


class Write(Struct, frozen=True, forbid_unknown_fields=True):
    """What every write says: why. It goes into the record."""

    why: Why


class Paged(Struct, frozen=True, forbid_unknown_fields=True):
    """``cursor``: the ``next`` of the page before; ``most``: entries of this one."""

    cursor: Annotated[str, Meta(max_length=400)] | None = None
    most: Annotated[int, Meta(ge=1, le=500)] = 100


class Page(Struct, Generic[_T], frozen=True):
    """``next``: the cursor of what follows; null at the end."""

    items: tuple[_T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What routes stand on. ``identity``: what the authority's books say of a terminal; ``shelf``: where what is published lies;
    ``alerts``: their means; ``least``: ratings a row of the statistics must have.
    """

    store: Store
    known: Known
    hearing: Callable[[], Hearing]
    identity: Callable[[str], Identity]
    now: Callable[[], float]
    shelf: Shelf | None = None
    alerts: Means | None = None
    least: int = LEAST


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``who``: login and number of the token, for the record; ``now``: seconds since 1970."""

    who: str
    login: str
    grants: tuple[Grant, ...]
    now: float
    db: database.Connection
    site: Site

    def parties(self, act: Act) -> frozenset[str]:
        """For which ``act`` may be done; ``*`` among them: for all."""
        return scope(self.grants, act)

    def only(self, act: Act) -> frozenset[str] | None:
        """The same; ``None``: for all."""
        found = self.parties(act)
        return None if ALL in found else found

    def terminals(self, act: Act) -> Mapping[str, str]:
        """Those it may be done for: terminal → where it stands."""
        return self.site.known.of(self.parties(act))


@dataclass(frozen=True, slots=True)
class Route:
    """``path``: with ``<name>`` for what varies. ``act`` ``None``: open to any token. ``whole``: only to who may do it for all
    parties. ``given``: types of what stands in the path.
    """

    method: str
    path: str
    act: Act | None
    whole: bool
    status: int
    view: Callable[..., Any]
    given: Mapping[str, Any]
    ask: type[Struct] | None
    body: type[Write] | None
    gives: Any

    @property
    def name(self) -> str:
        return self.view.__name__

    @property
    def said(self) -> str:
        return inspect.cleandoc(self.view.__doc__ or "")


@dataclass(slots=True)
class Api:
    """Where subjects put their routes. ``TypeError`` for one whose types do not say what is needed."""

    routes: list[Route] = field(default_factory=list)
    refusals: dict[type[Exception], int] = field(default_factory=dict)

    def get(self, path: str, act: Act | None, *, whole: bool = False) -> Callable[[_View], _View]:
        return self._route("GET", path, act, whole, 200)

    def post(self, path: str, act: Act | None, *, whole: bool = False, status: int = 200) -> Callable[[_View], _View]:
        return self._route("POST", path, act, whole, status)

    def refuses(self, error: type[Exception], status: int = 422) -> None:
        """``error``, raised in a route, is an answer: its text is what is wrong."""
        self.refusals[error] = status

    def _route(self, method: str, path: str, act: Act | None, whole: bool, status: int) -> Callable[[_View], _View]:
        def added(view: _View) -> _View:
            types = get_type_hints(view, include_extras=True)
            gives, ask, body = types.pop("return"), types.pop("ask", None), types.pop("body", None)
            if not view.__doc__ or types.pop("call", None) is not Call or set(types) != set(_IN_PATH.findall(path)):
                raise TypeError(f"{method} {path}: {view.__name__} wants a docstring, a call and what stands in the path")
            if (method == "GET") != (body is None) or (body is not None and not issubclass(body, Write)):
                raise TypeError(f"{method} {path}: a write, and nothing else, has a body, which says why")
            self.routes.append(Route(method, path, act, whole, status, view, types, ask, body, gives))
            return view

        return added


def absent(what: str = "") -> NoReturn:
    """Not there, or not theirs: nobody learns which."""
    raise Refused(404, "not-found", what)


def paged(ask: Paged, place: type[_K], read: Callable[[_K | None, int], Sequence[_T]], key: Callable[[_T], _K]) -> Page[_T]:
    """A page of ``read(after, most)``: what follows the entry whose ``key``, of type ``place``, is ``after``. One more is
    read, to see where it ends.
    """
    found = read(unpack(ask.cursor, place), ask.most + 1)
    items = tuple(found[: ask.most])
    return Page(items, pack(key(items[-1])) if len(found) > ask.most else None)


def pack(place: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def unpack(cursor: str | None, place: type[_K]) -> _K | None:
    """What :func:`pack` packed; :class:`Refused` for anything else."""
    if cursor is None:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)), type=place)
    except (msgspec.MsgspecError, ValueError):
        raise Refused(422, "wrong-cursor", "cursor 只能是上一页给的 next") from None

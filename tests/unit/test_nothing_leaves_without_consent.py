"""规程 9(2): nothing of an applicant leaves a desk without the home department's written consent, and every way out is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from msgspec.structs import replace
from support.desk import desk_settings
from support.window import window_settings

from domain import sealing
from domain.calendar import CHINA
from domain.protection.consent import Consent, refusal, wrong
from domain.protection.retention import DAY
from domain.protection.ways import BY_CODE, WAYS
from fleet.desk.app import create_desk
from fleet.desk.fields import WantingError
from fleet.desk.inbox import Inbox
from fleet.desk.journal import Journal
from fleet.protection.consents import Consents, RefusedError
from fleet.protection.desk_clock import DeskClock
from fleet.protection.doors import DESK, OPENERS, WINDOW, Door
from fleet.window.app import WindowProcess

ROOT = Path(__file__).parents[2]
TODAY, NOW = date(2026, 12, 1), 1_796_000_000.0
SCAN = b"%PDF-1.7 consent"
PUBLIC, PRIVATE = sealing.new_key("home")
GIVEN = Consent(
    "川示甲函〔2026〕8号",
    "示范甲市人力资源和社会保障局",
    "示范甲市档案馆",
    "本批办件材料归档",
    ("material-pdf",),
    ("SSC-REISSUE",),
    ("*",),
    date(2026, 11, 1),
    date(2027, 10, 31),
    "",
    "",
)
LEAVING = ("material-pdf", "SSC-REISSUE", "C1", "王五 1024", "归档")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path / "openings.db")) as one:
        yield one


@pytest.fixture
def consents(tmp_path: Path, journal: Journal) -> Consents:
    return Consents(tmp_path / "consents", journal, (PUBLIC,))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"withdrawn": date(2026, 11, 2)}, "withdrawn"),
        ({"since": date(2026, 12, 2)}, "not_yet"),
        ({"until": date(2026, 11, 30)}, "expired"),
        ({"until": TODAY, "since": TODAY}, None),
        ({"ways": ()}, "way"),
        ({"items": ("ID-CARD",)}, "item"),
        ({"items": ("*",)}, None),
        ({"cases": ("C2",)}, "case"),
        ({"cases": ("C2", "C1")}, None),
    ],
)
def test_a_consent_covers_what_it_says_and_nothing_else(change: dict[str, object], why: str | None) -> None:
    assert refusal(replace(GIVEN, **change), *LEAVING[:3], TODAY) == why


def test_without_an_end_a_scope_or_a_scan_it_is_no_consent(consents: Consents) -> None:
    for change in (
        {"until": date(2030, 1, 1)},
        {"until": date(2020, 1, 1)},
        {"items": ()},
        {"cases": ()},
        {"ways": ("everything",)},
    ):
        assert wrong(replace(GIVEN, **change))
        with pytest.raises(WantingError):
            consents.add(replace(GIVEN, **change), SCAN, "王五", NOW)
    for scan in (b"", b"MZ...", SCAN + b"x" * (8 * 1024 * 1024)):
        with pytest.raises(WantingError):
            consents.add(GIVEN, scan, "王五", NOW)
    assert consents.all() == ()


def test_taking_out_and_being_refused_are_both_written_down(consents: Consents, journal: Journal) -> None:
    with pytest.raises(RefusedError):
        consents.take_out(*LEAVING, GIVEN.number, NOW, TODAY)
    consents.add(GIVEN, SCAN, "王五", NOW)
    taken = consents.take_out(*LEAVING, GIVEN.number, NOW, TODAY)
    assert taken.number == GIVEN.number
    with pytest.raises(RefusedError):
        consents.take_out("material-pdf", "ID-CARD", "C2", "王五", "归档", GIVEN.number, NOW, TODAY)
    assert consents.withdraw(GIVEN.number, "赵六", "办理单位来函撤回", NOW, TODAY)
    assert not consents.withdraw(GIVEN.number, "赵六", "再撤一次", NOW, TODAY)
    with pytest.raises(RefusedError):
        consents.take_out(*LEAVING, GIVEN.number, NOW, TODAY)
    told = [(line.act, line.what, line.result) for line in reversed(journal.lines())]
    assert [told[0], *told[2:4], told[5]] == [
        ("out:material-pdf", "C1", "refused:none"),
        ("out:material-pdf", "C1", f"consent:{GIVEN.number}"),
        ("out:material-pdf", "C2", "refused:item"),
        ("out:material-pdf", "C1", "refused:withdrawn"),
    ]
    assert journal.broken() is None


def test_the_scan_lies_sealed_and_without_it_nothing_goes_out(consents: Consents, tmp_path: Path) -> None:
    kept = consents.add(GIVEN, SCAN, "王五", NOW)
    path = tmp_path / "consents" / kept.sealed
    assert SCAN not in path.read_bytes()
    assert sealing.unseal(path.read_bytes(), PRIVATE) == SCAN
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(RefusedError) as refused:
        consents.take_out(*LEAVING, GIVEN.number, NOW, TODAY)
    assert refused.value.why == "file"


def test_three_years_after_its_end_the_scan_goes_and_its_entry_stays(consents: Consents, journal: Journal) -> None:
    kept = consents.add(GIVEN, SCAN, "王五", NOW)
    inbox = Inbox("https://127.0.0.1:1", "home", "token")
    clock = DeskClock(inbox, journal, consents, None)
    end = datetime.combine(GIVEN.until, time.min, CHINA).timestamp()
    assert clock.tick(end + 1000 * DAY) == 0
    assert clock.tick(end + 1098 * DAY) == 1
    assert clock.tick(end + 1098 * DAY) == 0
    assert not consents.scan(kept).exists()
    assert [(line.act, line.what) for line in journal.lines(1)] == [("deleted", GIVEN.number)]
    assert consents.all() == (kept,)
    inbox.close()


def test_a_number_is_registered_once(consents: Consents, tmp_path: Path) -> None:
    consents.add(GIVEN, SCAN, "王五", NOW)
    with pytest.raises(WantingError):
        consents.add(replace(GIVEN, use="另一种用途"), SCAN, "王五", NOW)
    assert len(list((tmp_path / "consents").iterdir())) == len(consents.all()) == 1


# --- every way out --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Flask]]:
    """The desk's and the window's pages; there is no centre, and none is asked."""
    folder = tmp_path_factory.mktemp("doors")
    desk = create_desk(desk_settings(folder / "desk", "https://127.0.0.1:1", PRIVATE))
    window = WindowProcess(window_settings(folder / "window", "https://127.0.0.1:1"))
    yield {"desk": desk.app, "window": window.app}
    desk.stop()
    window.stop()


@pytest.mark.parametrize(("side", "doors"), [("desk", DESK), ("window", WINDOW)])
def test_every_address_that_answers_with_more_than_a_page_is_known(
    apps: dict[str, Flask], side: str, doors: dict[str, Door]
) -> None:
    """A view is told from a page by what it says it returns: a page is text."""
    app = apps[side]
    assert set(doors) <= set(app.view_functions)
    files = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        and (rule.rule.rpartition(".")[2] in ("pdf", "png", "svg", "csv", "jpg", "zip", "json", "xlsx"))
    }
    assert files <= set(doors)
    sources = [*ROOT.glob(f"fleet/{side}/*.py"), *ROOT.glob("fleet/protection/*pages.py")]
    for path in sources:
        for view in _views(path):
            named = {name for name in doors if name.rpartition(".")[2] == view.name}
            assert named or not _answers_with_a_file(view), f"{path.name}: {view.name}"


def test_only_the_gate_lets_a_file_with_a_person_in_it_out() -> None:
    let_out = {
        (path.relative_to(ROOT).as_posix(), view.name)
        for path in (*ROOT.glob("fleet/desk/*.py"), *ROOT.glob("fleet/window/*.py"), *ROOT.glob("fleet/protection/*.py"))
        for view in _views(path)
        if any(
            _is_own(view, node) for node in ast.walk(view) if isinstance(node, ast.JoinedStr) and "attachment" in ast.unparse(node)
        )
    }
    assert let_out == {("fleet/desk/app.py", "material_bundle"), ("fleet/window/statement.py", "table")}
    out = {name for name, door in (DESK | WINDOW).items() if door == "out"}
    (gated,) = (view for view in _views(ROOT / "fleet/desk/app.py") if view.name in out)
    assert "allowed(" in ast.unparse(gated)
    assert BY_CODE["material-pdf"].basis == "consent"


def test_every_module_that_can_open_what_is_sealed_is_known() -> None:
    """A new command, page or debug copy that opens something fails here, until it is entered with what becomes of it."""
    found = set()
    for room in ("fleet", "kiosk", "ui", "mqtt", "devices"):
        for path in ROOT.glob(f"{room}/**/*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
            uses = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            if names & {"unseal", "OpeningKey", "read_keys"} or "unseal" in uses or _opens_a_task_or_draft(tree):
                found.add(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."))
    assert found == set(OPENERS)


def test_every_way_says_why_it_may_be() -> None:
    assert len(BY_CODE) == len(WAYS)
    assert all(way.words and way.why for way in WAYS)


def _views(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef))


def _answers_with_a_file(view: ast.FunctionDef) -> bool:
    """It makes an answer of its own with a media type."""
    calls = [node for node in ast.walk(view) if isinstance(node, ast.Call) and _is_own(view, node)]
    named = [
        c
        for c in calls
        if isinstance(c.func, ast.Name) and c.func.id in ("Response", "send_file", "_inline", "send_from_directory")
    ]
    routed = any("pages" in ast.unparse(d) or "app" in ast.unparse(d) for d in view.decorator_list)
    return bool(named) and (routed or "self" in [a.arg for a in view.args.args])


def _is_own(view: ast.FunctionDef, found: ast.AST) -> bool:
    """Not of a function inside it."""
    inner = [node for node in ast.walk(view) if isinstance(node, ast.FunctionDef) and node is not view]
    return not any(found is node for one in inner for node in ast.walk(one))


def _opens_a_task_or_draft(tree: ast.Module) -> bool:
    wanted = {"domain.case.task", "domain.draft"}
    return any(
        isinstance(node, ast.ImportFrom) and node.module in wanted and "opened" in {alias.name for alias in node.names}
        for node in ast.walk(tree)
    )

"""What an installed terminal shows from modules is what the templates say."""

from __future__ import annotations

from pathlib import Path

import pytest
from screens_glass import ScreenGlass
from screens_walk import rich_catalogue, walk

from ui import compiled
from ui.app import create_app


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages") / "made"
    compiled.make(place)
    return place


def test_every_screen_of_a_visit_is_the_same_from_modules(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    glass = ScreenGlass(rich_catalogue())
    written = create_app(glass).test_client()
    monkeypatch.setattr(compiled.configure, "__defaults__", (made,))
    app = create_app(glass)
    modules, screens = app.test_client(), 0
    for screens, name in enumerate(walk(glass), 1):  # noqa: B007
        assert modules.get("/screen").text == written.get("/screen").text, name
    assert modules.get("/").text == written.get("/").text
    assert screens > 20
    assert app.jinja_env.bytecode_cache is None, "nothing was compiled"


def test_every_template_is_made_a_module(made: Path) -> None:
    written = {file for folder in compiled.SOURCES for file in folder.rglob("*.html")}
    assert len(list(made.glob("tmpl_*.py"))) == len(written)


def test_nothing_of_a_citizens_page_lies_outside_the_folders_that_are_made() -> None:
    app = create_app(ScreenGlass())
    assert set(app.jinja_env.list_templates(extensions=("html",))) <= {
        str(file.relative_to(folder)) for folder in compiled.SOURCES for file in folder.rglob("*.html")
    }

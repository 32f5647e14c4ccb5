"""Pictures of every screen, normal and large, in every language, and of the hardest in every way there is, on one page:
``python tests/screen/gallery.py FOLDER [SCREEN …]`` (those named are taken anew)."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from modes import HARDEST, LANGUAGES, LYING, MODES, SMALL, STANDING, Mode, every, idling, leave, load, wear
from playwright.sync_api import Page, sync_playwright
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue

from ui.app import create_app

EACH = (Mode(STANDING, ()), Mode(STANDING, ("large",)))
IDLE = tuple(Mode(panel, choices) for panel in (STANDING, LYING, SMALL) for choices in ((), ("contrast",)))
KIND, QUALITY = "jpg", 70
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>通办：全部屏幕</title>
<style>body{{font:16px sans-serif;background:#888}}section{{margin:12px 0;border-top:1px solid #444;content-visibility:auto;
contain-intrinsic-size:auto 520px}}h2{{margin:4px}}figure{{display:inline-block;margin:4px;vertical-align:top}}img{{height:480px;
display:block;background:#aaa}}figcaption{{background:#fff;padding:2px 6px}}nav a{{color:#fff;margin:6px}}</style>
<h1>每一屏：标准和长辈版，中文和英文；最难的 {hardest} 屏是全部显示方式</h1><nav>{index}</nav>{every}</html>
"""


def main(folder: Path, only: frozenset[str] = frozenset()) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    glass = ScreenGlass(rich_catalogue())
    taken: dict[str, list[str]] = defaultdict(list)
    with served(create_app(glass)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(has_touch=True, reduced_motion="reduce")  # else a button is half in the colours of the way before
        for n, screen in enumerate(every(glass)):
            for language, mode in ways(screen):
                file = f"{n:03d}-{screen}-{language}-{mode}.{KIND}"
                taken[f"{n:03d}-{screen}"].append(file)
                if not only or screen in only:
                    shoot(page, address, language, mode, folder / file)
            if screen == "welcome":
                taken["待机"] = list(_idle(page, address, folder))
            leave(page)
        browser.close()
    sections = "".join(_section(name, files) for name, files in taken.items())
    index = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in taken)
    (folder / "index.html").write_text(PAGE.format(hardest=len(HARDEST), index=index, every=sections), "utf-8")


def ways(screen: str) -> Iterator[tuple[str, Mode]]:
    for language in LANGUAGES:
        yield from ((language, mode) for mode in (MODES if screen in HARDEST else EACH))


def shoot(page: Page, address: str, language: str, mode: Mode, file: Path) -> None:
    """The picture of the screen the glass stands at; a page that is there already in this language is only worn anew."""
    if page.url == "about:blank" or page.evaluate("document.documentElement.lang") != language:
        load(page, address, language)
    wear(page, mode)
    page.screenshot(path=file, type="jpeg", quality=QUALITY)


def _idle(page: Page, address: str, folder: Path) -> Iterator[str]:
    load(page, address)
    idling(page)
    for mode in IDLE:
        wear(page, mode)
        page.screenshot(path=folder / f"idle-{mode}.{KIND}", type="jpeg", quality=QUALITY)
        yield f"idle-{mode}.{KIND}"


def _section(name: str, files: list[str]) -> str:
    figures = (
        f'<figure><a href="{escape(file)}"><img src="{escape(file)}" alt="" loading="lazy"></a>'
        f"<figcaption>{escape(file.removeprefix(name + '-').removesuffix('.' + KIND))}</figcaption></figure>"
        for file in files
    )
    return f'<section id="{escape(name)}"><h2>{escape(name)}</h2>{"".join(figures)}</section>'


if __name__ == "__main__":
    main(Path(sys.argv[1]), frozenset(sys.argv[2:]))

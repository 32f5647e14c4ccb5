"""Pictures of every screen, and of the hardest ones in every mode, on one page: ``python tests/screen/gallery.py FOLDER``."""

from __future__ import annotations

import sys
from html import escape
from itertools import chain
from pathlib import Path

from modes import HARDEST, MODES, STANDING, Mode, every, leave, load, wear
from playwright.sync_api import sync_playwright
from screens_followup import screens as followups
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue

from ui.app import create_app

PLAIN = Mode(STANDING, ())
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>通办：全部屏幕</title>
<style>body{{font:16px sans-serif;background:#888}}figure{{display:inline-block;margin:6px;vertical-align:top}}
img{{width:270px;display:block}}img.lying{{width:420px}}figcaption{{background:#fff;padding:2px 6px}}</style>
<h1>每一屏</h1>{every}<h1>最难的 {count} 屏，各种显示方式</h1>{modes}</html>
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    glass = ScreenGlass(rich_catalogue())
    each, modes = [], []
    with served(create_app(glass)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(has_touch=True)
        for n, name in enumerate(chain(every(glass), followups(glass))):
            load(page, address)
            for mode in MODES if name in HARDEST else (PLAIN,):
                wear(page, mode)
                file = f"{n:02d}-{name}.png" if mode == PLAIN else f"{name}-{mode}.png"
                page.screenshot(path=folder / file)
                shown = f'<img src="{file}" alt="" class="{"standing" if mode.panel.portrait else "lying"}">'
                told = f"<figure>{shown}<figcaption>{escape(name)} {escape(str(mode))}</figcaption></figure>"
                (each if mode == PLAIN else modes).append(told)
            leave(page)
        browser.close()
    (folder / "index.html").write_text(PAGE.format(every="".join(each), count=len(HARDEST), modes="".join(modes)), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""What moves on a page by itself: every layout shift Chromium tells of (Layout Instability API).

The standard's sum leaves out what moves within half a second of a touch. Here that counts as well: on a page where each touch
brings a whole new screen nothing that stays has a reason to move.
"""

from __future__ import annotations

from playwright.sync_api import Page

WATCH = """
(() => {
  window.shifts = [];
  const name = (one) => one.node?.getAttribute?.('class') ?? one.node?.nodeName ?? '?';
  const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ');
  new PerformanceObserver((list) => {
    const at = document.getElementById('live')?.dataset.step ?? '';
    for (const { value, sources } of list.getEntries()) {
      const moves = sources.map((one) => `${name(one)}: ${box(one.previousRect)} → ${box(one.currentRect)}`);
      window.shifts.push([at, value, moves.join('; ')]);
    }
  }).observe({ type: 'layout-shift', buffered: true });
})();
"""
"""A page's first script."""


def shifts(page: Page) -> list[tuple[str, float, str]]:
    """(screen, how much of the panel times how far, what and from where to where) of each since the last look."""
    return [tuple(one) for one in page.evaluate("() => window.shifts.splice(0)")]

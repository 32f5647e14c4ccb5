"""Seconds from the service's answering again to each kind of page's showing what is so now, in every kind of outage."""

from __future__ import annotations

from outages import OUTAGES, recover, stands
from playwright.sync_api import sync_playwright

BAR = 3.0


def rows() -> list[tuple[str, str, str, bool]]:
    measured = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, outage in OUTAGES.items():
            with stands(browser) as all_:
                for kind, seconds in recover(list(all_.values()), outage).items():
                    measured.append((f"{name} → {kind}恢复", f"{seconds:.1f} s", f"≤ {BAR:.0f} s", seconds <= BAR))
        browser.close()
    return measured

"""Many visits back to back, ending in every way, with misfortunes in between: nothing grows, nothing is lost, nothing is left."""

from __future__ import annotations

import random
from pathlib import Path

import psutil
import pytest
from support.carved import search_carved
from support.citizen import SIGNATURE, Citizen, Upstream
from support.hall import Hall, hall, until
from support.planted import search, strokes

VISITS = 200
SEED = 20261122
KILLS = 120
"""Visits among which the terminal may be killed; after them it is one process, whose growth is looked at."""
WARM = 10
"""Visits of that process before memory and descriptors are first counted."""
GROWTH = 24
"""MB a process may grow by over the rest: the allocator's noise, not a leak of pictures (each several MB)."""
ENDINGS = (
    "rated",
    "unrated",
    "bad rating by pad",
    "left early",
    "left at the desk",
    "left at the review",
    "killed and left",
    "posted",
    "plug pulled",
    "paper out",
    "paper out mid-job",
    "killed",
    "broker away",
)
VIOLENT = ("killed", "killed and left", "plug pulled")
ADDRESS, PHONE = "四川省示范戊县埋名乡藏踪村九组", "13987654321"


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_a_day_of_visits(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        cards = [
            c for c in one.rig.reader().people() if c.id in ("liu", "chen", "yang", "jike", "abudu", "zhuoma", "tian", "zheng")
        ]
        submitted = rated = 0
        for index in range(VISITS):
            ending = chance.choice(ENDINGS if index < KILLS else [e for e in ENDINGS if e not in VIOLENT])
            submitted_now, rated_now = one_visit(one, chance.choice(cards).id, ending)
            submitted, rated = submitted + submitted_now, rated + rated_now
            if index == KILLS + WARM:
                warm = size(one)
        upstream = Upstream(one)
        until(lambda: upstream.rows("SELECT count(*) FROM cases") == [(submitted,)], "every case", 120)
        until(lambda: upstream.rows("SELECT count(*) FROM ratings") == [(rated,)], "every rating", 120)
        missing = "SELECT count(*) FROM case_documents LEFT JOIN documents d USING (digest) WHERE d.digest IS NULL"
        until(lambda: upstream.rows(missing) == [(0,)], "every page", 120)
        pages = one.layout.base / "terminal" / "pages"
        until(lambda: not list(pages.glob("*/*")), "the terminal's copies freed", 120)
        memory, files = size(one)
        assert memory - warm[0] < GROWTH, f"{warm[0]:.0f} → {memory:.0f} MB"
        assert files - warm[1] <= 4, f"{warm[1]} → {files} descriptors"
        secrets = [text for c in cards for text in (c.text.name, c.text.number, c.text.address) if len(text) > 2]
        secrets += [ADDRESS, PHONE, strokes(SIGNATURE)]
        places = [one.layout.base, one.layout.runtime]
        assert search(places, secrets) == []
        assert search_carved(places, secrets) == []


def one_visit(one: Hall, card: str, ending: str) -> tuple[int, int]:
    """(cases, ratings) it leaves behind."""
    citizen = Citizen(one, card=card)
    if ending == "left early":
        citizen.identified().left()
        return 0, 0
    if ending == "left at the desk":
        citizen.scanned().left()
        return 0, 0
    citizen.reviewed(post=(ADDRESS, PHONE) if ending in ("posted", "killed and left", "plug pulled") else None)
    if ending == "killed and left":
        one.kill("terminal")
        one.start("terminal")
        citizen.glass.see("review")
    if ending in ("left at the review", "killed and left"):
        citizen.left()
        return 0, 0
    printer = one.rig.device("printer")
    if ending.startswith("paper out"):
        printer.inject(ending)
    if ending == "broker away":
        one.kill("broker")
    citizen.glass.do("submit").see("receipt")
    if ending == "killed":
        one.kill("terminal")
        one.start("terminal")
        until(lambda: citizen.glass.look() in ("receipt", "rating"), "the same place")
        if "/act/print-again" in citizen.glass.html:
            citizen.glass.do("print-again")
    if ending.startswith("paper out"):
        until(lambda: citizen.glass.look() and "打印纸用完" in citizen.glass.html, "what the citizen reads")
        one.rig.clear()
        if ending == "paper out mid-job":
            until(lambda: citizen.glass.look() and "/act/print-again" in citizen.glass.html, "the offer of a copy")
            citizen.glass.do("print-again")
    citizen.took_receipt()
    if ending == "broker away":
        one.start("broker")
    if ending == "plug pulled":
        for name in ("terminal", "centre", "broker"):
            one.kill(name)
        one.start("broker", "centre", "terminal")
        citizen.glass.see("rating")
    if ending == "bad rating by pad":
        one.rig.pad().press(2)
        citizen.glass.see("reason").do("give-reason", tag="207")
    elif ending == "unrated":
        citizen.glass.do("next")
    else:
        citizen.glass.do("rate", level="4").do("give-reason")
    citizen.left()
    return 1, int(ending != "unrated")


def size(one: Hall) -> tuple[float, int]:
    process = psutil.Process(one.pid("terminal"))
    return process.memory_info().rss / 2**20, process.num_fds()

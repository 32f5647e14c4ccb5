"""A planted name, number, address and phone are looked for in every file after the visit: disk, tmpfs, logs, broker, centre."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.citizen import Citizen, Upstream
from support.hall import Hall, hall, until
from support.planted import search

ADDRESS, PHONE = "四川省示范戊县埋名乡藏踪村九组", "13987654321"
WORDS, RATER, CALL = "窗口把我的材料弄丢三回", "匿名甲乙丙", "13812345670"


def planted(one: Hall, card: str) -> list[str]:
    text = next(c for c in one.rig.reader().people() if c.id == card).text
    return [text.name, text.number, text.address, ADDRESS, PHONE, WORDS, RATER, CALL]


def places(one: Hall) -> list[Path]:
    return [one.layout.base, one.layout.runtime]


def test_the_search_would_find_what_is_there(tmp_path: Path) -> None:
    import base64

    for index, data in enumerate(
        [
            "前埋名乡后".encode(),
            "前埋名乡后".encode("utf-16-le"),
            "埋名乡".encode("gb18030"),
            base64.b64encode("x埋名乡yz".encode()),
            rb"\u57cb\u540d\u4e61",
        ]
    ):
        (tmp_path / str(index)).write_bytes(data)
    assert {h.split(":")[0].rsplit("/", 1)[1] for h in search([tmp_path], ["埋名乡"])} == {"0", "1", "2", "3", "4"}


@pytest.mark.parametrize("ending", ["rated and left", "left before handing in", "killed, restarted and left"])
def test_nothing_of_a_person_is_left_anywhere_in_plain(tmp_path: Path, ending: str) -> None:
    with hall(tmp_path) as one:
        secrets = planted(one, "liu")
        citizen = Citizen(one, card="liu")
        if ending == "left before handing in":
            citizen.reviewed(post=(ADDRESS, PHONE))
            # The search is honest: while the visit lasts its state is on tmpfs, and nowhere else.
            assert search([one.layout.runtime], secrets)
            assert search([one.layout.base], secrets) == []
        else:
            citizen.reviewed(post=(ADDRESS, PHONE)).glass.do("submit").see("receipt")
            citizen.took_receipt()
            if ending.startswith("killed"):
                one.kill("terminal")
                one.start("terminal")
                citizen.glass.see("rating")
            else:
                said = {"tag": "108", "words": WORDS, "name": RATER, "phone": CALL}
                citizen.glass.do("rate", level="1").do("give-reason", **said).see("farewell")
            upstream, rated = Upstream(one), 0 if ending.startswith("killed") else 1
            until(lambda: len(upstream.rows("SELECT 1 FROM documents")) == 3 + rated, "case, page, form, and words at the centre")
            until(lambda: len(upstream.rows("SELECT 1 FROM ratings WHERE named AND words IS NOT NULL")) == rated, "the rating")
        citizen.left()
        until(lambda: '"left":""' in _audit(one), "the wipe's own line in the audit")
        assert search(places(one), secrets) == []
        # And after everything was shut down cleanly, with the broker's and the databases' last writes.
        for name in ("terminal", "desk-demo-jia", "desk-demo-qi", "centre", "broker"):
            assert one.stop(name) in (0, -15), one.log(name)[-2000:]
        assert search(places(one), secrets) == []


def _audit(one: Hall) -> str:
    import sqlite3

    with sqlite3.connect(f"file:{one.layout.base / 'terminal' / 'terminal.db'}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT detail FROM audit WHERE event = 'visit_ended'").fetchall()
    db.close()
    return " ".join(str(detail) for (detail,) in rows)

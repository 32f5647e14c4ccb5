"""The packages of a terminal on a Debian 13: commands and their pages, reading, upgraded, removed, purged. The container is that
of ``test_package_comes_up.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from support.machine.booted import Machine
from support.machine.inside import install, names, python
from support.machine.newly_installed import DATA, newly_installed
from support.machine.packages import NEXT, following, package, packages

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
ALIVE = "import urllib.request as r; assert b'alive' in r.urlopen('http://127.0.0.1:8600/pulse', timeout=5).read()"
PRINTED = "中华人民共和国结婚证"
READ = """
import sys, time
from pathlib import Path
from devices.protocols.reading import Lines
from devices.reading.child import Child
from devices.reading.options import Options

child = Child(Options())
print("reads:", child.ready(time.monotonic() + 80))
answer = child.read(Path("/pages/page.jpg").read_bytes(), time.monotonic() + 80)
assert isinstance(answer, Lines), answer
print("read:", *(line.text for line in answer.lines))
child.end()
"""
FENCED = """
[Service]
Type=oneshot
WatchdogSec=0
Restart=no
ExecStart=
ExecStart=/usr/bin/python3 -P /pages/read.py
Environment=PYTHONPATH=/usr/lib/tongban/site:/usr/lib/tongban/ocr TMPDIR=/run/tongban-page
RuntimeDirectory=
RuntimeDirectory=tongban-page
RuntimeDirectoryPreserve=no
"""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    pages, after = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("after")
    pages.chmod(0o755)
    _printed(pages / "page.jpg")
    (pages / "read.py").write_text(READ)
    following(package(packages(), "tongban-terminal"), after)
    reads = packages("tongban-terminal-ocr")
    with newly_installed(tmp_path_factory.mktemp("made"), pages=pages, after=after, reads=reads) as one:
        yield one


def test_a_command_answers_and_has_a_manual_page(terminal: Machine) -> None:
    commands = terminal.run("tongban --help").partition("Commands:")[2]
    named = {line.split()[0] for line in commands.splitlines() if line.strip()}
    pages = {
        name.rpartition("/")[2].removesuffix(".1.gz") for name in names(package(packages(), "tongban-terminal")) if "/man1/" in name
    }
    assert named
    assert {"tongban", *(f"tongban-{name}" for name in named)} <= pages


def test_a_page_is_read_in_the_fence_of_the_terminal(terminal: Machine) -> None:
    """By a unit that is the terminal's in all but what it runs, with what the package of the reader adds to it."""
    install(terminal, "/reads/*.deb")
    units = "/usr/lib/systemd/system/tongban-terminal.service"
    terminal.run(f"cp {units} /run/systemd/system/tongban-page.service")
    terminal.run(f"cp -r {units}.d /run/systemd/system/tongban-page.service.d")
    terminal.write("/run/systemd/system/tongban-page.service.d/99-reads.conf", FENCED)
    terminal.run("systemctl daemon-reload && systemctl start tongban-page", check=False, patience=300)
    said = terminal.journal("tongban-page")
    assert PRINTED in said, said
    terminal.run("apt-get purge -qq tongban-terminal-ocr 2>&1")
    assert terminal.run("ls /usr/lib/tongban") == "bin\nsite"


def test_an_upgrade_starts_the_new_one_and_keeps_the_queue(terminal: Machine) -> None:
    rows = "SELECT sequence, type, time, hex(data) FROM outbox ORDER BY sequence"
    before = _asked(terminal, rows)
    pid = terminal.run("systemctl show -P MainPID tongban-terminal")
    cards = terminal.run("systemctl show -P InvocationID pcscd.socket")
    terminal.run("ln -sfn 0.0.1 /opt/tongban/current")  # an update of before, older than what is installed now
    install(terminal, "/after/*.deb")
    assert terminal.run("dpkg-query -W -f '${Version}' tongban-terminal") == NEXT
    terminal.until("systemctl is-active tongban-terminal", "the new one is up", "tongban-terminal")
    assert terminal.run("systemctl show -P MainPID tongban-terminal") != pid
    assert terminal.run("ls /opt/tongban") == ""
    assert before
    assert _asked(terminal, rows)[: len(before)] == before
    assert terminal.run("systemctl show -P InvocationID pcscd.socket") == cards, "card readers went on"


def test_data_written_by_another_system_is_the_terminals_with_the_next_start(terminal: Machine) -> None:
    """A new card for the system beside the data of before: there the camera's account may have had the terminal's number."""
    terminal.run(f"cd {DATA} && chown -R tongban-camera: store settings identity && chown tongban: store settings identity")
    terminal.run("systemctl restart tongban-terminal")
    terminal.until(python(ALIVE), "the page is alive", "tongban-terminal")
    assert terminal.run(f"find {DATA}/store {DATA}/settings {DATA}/identity ! -user tongban") == ""
    assert _asked(terminal, "SELECT count(*) FROM outbox") != ["(0,)"]


def test_removed_nothing_runs_and_purged_only_the_data_stays(terminal: Machine) -> None:
    terminal.run("apt-get remove -qq tongban-terminal 2>&1")
    assert terminal.run("pgrep -fa '[t]ongban' || true") == ""
    assert terminal.run(f"ls {DATA}/store/terminal.db {DATA}/settings/terminal.toml")
    terminal.write("/etc/default/grub.d/60-tongban.cfg", "as lock-root leaves it")
    said = terminal.run("apt-get purge -qq tongban-terminal 2>&1")
    assert f"没有删除 {DATA}" in said
    left = "find / -xdev -iname '*tongban*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/run/*' -not -path '/tmp/*'"
    assert set(terminal.run(left).split()) <= {DATA, "/etc/systemd/system/tongban-screen.service.d"}
    assert terminal.run(f"ls {DATA}").split() == ["identity", "settings", "store"]


def _asked(machine: Machine, sql: str) -> list[str]:
    database = f"sqlite3.connect('file:{DATA}/store/terminal.db?mode=ro', uri=True)"
    return machine.run(python(f"import sqlite3\nfor row in {database}.execute({sql!r}): print(row)")).splitlines()


def _printed(to: Path) -> None:
    """A page with a line on it, as the camera has it."""
    sheet = Image.new("RGB", (2480, 1754), "white")
    ImageDraw.Draw(sheet).text((500, 700), PRINTED, fill="black", font=ImageFont.truetype(FONT, 120))
    sheet.save(to, quality=90)

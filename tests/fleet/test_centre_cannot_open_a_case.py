"""The centre relays what it cannot read: neither its code nor its disk holds a key, or a word of a case."""

from __future__ import annotations

import ast
from io import BytesIO
from pathlib import Path

import pytest
from support.broker import wait_until
from support.fleet import TERMINAL, Fleet, FolderBlobs, sealed_case, taken, terminal_end

import fleet as fleet_package
from domain import sealing
from domain.rating.words import Words, encode
from fleet.documents import Documents
from fleet.tickets.opened import Box, ClosedError
from mqtt.uploads import Uploader

NAME = "独一无二的名字"
ROOT = Path(fleet_package.__file__).parent
OF_A_DESK = {"desk", "window", "keys", "recovery", "telling", "protection"}
"""Packages of processes that hold a party's key."""


OF_A_RATING = Path("tickets/opened.py")
"""The one module that opens something at the centre: what was sealed to the rating key, which no case is."""


def test_no_module_of_the_centre_imports_sealing_or_the_desk() -> None:
    for path in ROOT.rglob("*.py"):
        if OF_A_DESK & set(path.relative_to(ROOT).parts) or path.name == "cli.py" or path.relative_to(ROOT) == OF_A_RATING:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            named = " ".join([module, *names])
            assert not any(word in named for word in ("sealing", "pyrage", "fleet.desk", "fleet.telling", "case.content")), path


def test_a_planted_name_is_nowhere_at_the_centre_nor_at_the_broker(fleet: Fleet, tmp_path: Path) -> None:
    recipient, key = sealing.new_key("mianzhu")
    sealed = sealed_case("C1", recipient, name=NAME)
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.keep("C1", sealed)
    uploader = Uploader(fleet.centre.api_address, fleet.broker.tls(TERMINAL), blobs)
    with terminal_end(fleet.broker) as terminal:
        terminal.outbox.add(taken("C1", sealed))
        terminal.publisher.wake()
        uploader.start()
        wait_until(lambda: blobs.freed == ["C1"], "the case is whole")
        uploader.stop()
    assert NAME not in fleet.console("/")
    fleet.broker.stop()
    files = [path for folder in ("centre", "broker") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert any(path.name == sealing.digest(sealed[0]) for path in files)
    for path in files:
        held = path.read_bytes()
        for secret in (NAME.encode(), b"11010519491231002X", b"AGE-SECRET-KEY", key.private.encode()):
            assert secret not in held, path


def test_the_rating_key_opens_what_raters_wrote_and_no_document_of_a_case(tmp_path: Path) -> None:
    """The case is sealed to its home desk; laid under a rating's name, it stays closed."""
    home, _ = sealing.new_key("mianzhu")
    ratings, key = sealing.new_key("centre-rating")
    documents = Documents(tmp_path)
    box = Box((key,), documents)
    written = sealing.seal(encode(Words(text="等太久")), (ratings,))
    for body in (*sealed_case("C1", home, name=NAME), sealing.seal(b'{"v": 1, "case": "C1"}', (home, ratings)), written):
        documents.take(TERMINAL, sealing.digest(body), BytesIO(body), len(body))
        if body == written:
            assert box.open(sealing.digest(body)).text == "等太久"
        else:
            with pytest.raises(ClosedError):
                box.open(sealing.digest(body))

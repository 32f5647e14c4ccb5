"""The engine of words is missing, dies, hangs or lies: whoever types goes on character by character, and staff hear of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from support.typing_by import PATIENT, engine, typed

from domain.spelling.characters import Characters
from kiosk.typing.typist import FAILED, MISSING, Typist

BY_CHARACTER = Characters().spell("", "words", "liangshan", 0).words


def fake(tmp_path: Path, body: str) -> tuple[str, ...]:
    """An engine of another kind: ``end`` is its end of the line."""
    program = tmp_path / "engine.py"
    program.write_text(f"import socket, sys, time\nend = socket.socket(fileno=int(sys.argv[1]))\n{body}\n")
    return (sys.executable, str(program))


def test_killed_once_nobody_notices() -> None:
    with engine() as typist:
        assert typed(typist, "liangshan")[0] == "凉山"
        os.kill(typist.pid, signal.SIGKILL)
        assert typed(typist, "liangshan")[0] == "凉山"
        assert typist.fault is None


def test_killed_again_and_again_the_visit_goes_on_by_character_and_the_next_one_has_words() -> None:
    with engine() as typist:
        for _ in range(2):
            typed(typist, "luding")
            os.kill(typist.pid, signal.SIGKILL)
        assert typed(typist, "liangshan") == BY_CHARACTER
        assert typist.fault == FAILED
        assert typed(typist, "liangshan", visit="another")[0] == "凉山"
        assert typist.fault is None


def test_without_library_or_dictionary_staff_hear_it_before_anybody_types(tmp_path: Path) -> None:
    typist = Typist(folder=tmp_path)
    assert typist.fault == MISSING
    assert typed(typist, "liangshan") == BY_CHARACTER
    assert typist.fault == MISSING
    assert not typist.holds


def test_one_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    heard: list[None] = []
    with engine(news=lambda: heard.append(None), command=(str(tmp_path / "nothing"),)) as typist:
        assert typed(typist, "liangshan") == BY_CHARACTER
        assert typist.fault == FAILED
        assert len(heard) == 1


@pytest.mark.parametrize(
    "body",
    [
        "end.recv(999); end.sendall(b'not json\\n'); time.sleep(60)",
        "end.recv(999); end.sendall(b'[' * 100_000 + b'\\n'); time.sleep(60)",
        "end.recv(999); end.sendall(b'x' * 1_000_000)",
        "end.recv(999)",
        "pass",
    ],
)
def test_what_it_says_is_not_believed(tmp_path: Path, body: str) -> None:
    with engine(command=fake(tmp_path, body)) as typist:
        assert typed(typist, "liangshan") == BY_CHARACTER
        assert typist.fault == FAILED


@pytest.mark.parametrize("answer", ["{}", '"liangshan"', "7", "null"])
def test_an_answer_of_another_kind_is_none(tmp_path: Path, answer: str) -> None:
    with engine(command=fake(tmp_path, f"while end.recv(999): end.sendall(b'{answer}\\n')")) as typist:
        assert typed(typist, "liangshan") == BY_CHARACTER
        assert typist.rest("visit", "words", "liangshan", "良") == "shan"


def test_letters_it_never_was_asked_are_not_left(tmp_path: Path) -> None:
    with engine(command=fake(tmp_path, "while end.recv(999): end.sendall(b'\"evil\"\\n')")) as typist:
        assert typist.rest("visit", "words", "liangshan", "良") == "shan"


def test_one_that_hangs_is_waited_for_once_a_visit(tmp_path: Path) -> None:
    with engine(command=fake(tmp_path, "time.sleep(60)"), patience=0.05) as typist:
        assert typed(typist, "liangshan") == BY_CHARACTER
        assert typist.fault == FAILED
        assert not typist.holds
        assert typed(typist, "liangshan") == BY_CHARACTER
        assert not typist.holds  # not even begun


def test_a_visit_that_ends_while_it_thinks_waits_for_nothing(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    body = f"end.recv(999); open({str(asked)!r}, 'w').close(); time.sleep(60)"
    with engine(command=fake(tmp_path, body), patience=PATIENT) as typist:
        answers: list[tuple[str, ...]] = []
        typing = threading.Thread(target=lambda: answers.append(typed(typist, "liangshan")))
        typing.start()
        while not asked.exists():
            typing.join(0.01)
        typist.forget("visit")
        typing.join(PATIENT / 2)
        assert answers == [BY_CHARACTER]
        assert not typist.holds
        assert typist.fault is None


def test_a_key_that_comes_after_the_end_begins_nothing() -> None:
    with engine() as typist:
        typist.forget("visit")
        assert typed(typist, "liangshan") == BY_CHARACTER
        assert not typist.holds

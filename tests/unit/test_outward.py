"""What leaves a desk for another system: once, in order of its case, as long as it takes, and nothing of it stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.outward.outbox import Outbox, Row
from fleet.outward.sender import LaterError, Pace, RefusedError, Sender
from fleet.outward.ways import FileDrop, HttpWay, Poster
from fleet.settings import SettingsError


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Other:
    """The other system: does as it is told next, and remembers what it got."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.next: list[Exception | None] = []

    def send(self, row: Row) -> str:
        told = self.next.pop(0) if self.next else None
        if told is not None:
            raise told
        self.got.append(row.id)
        return "thanks"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "out.db")


def test_the_same_name_is_the_same_message(outbox: Outbox) -> None:
    assert outbox.put("a", "C1", "x", b"1", 1.0)
    assert not outbox.put("a", "C1", "x", b"2", 2.0)
    row = outbox.due(3.0)
    assert row is not None
    assert row.body == b"1"


def test_nor_does_it_go_again_once_it_is_gone(outbox: Outbox, clock: Clock) -> None:
    other = Other()
    sender = Sender(outbox, other.send, Pace(), clock)
    outbox.put("a", "C1", "x", b"1", 1.0)
    assert sender.one()
    assert not outbox.put("a", "C1", "x", b"1", 2.0)
    assert not sender.one()
    assert other.got == ["a"]


def test_a_case_goes_in_its_order_and_holds_no_other_case_up(outbox: Outbox, clock: Clock) -> None:
    other = Other()
    sender = Sender(outbox, other.send, Pace(first=10), clock)
    for name, case in (("a1", "A"), ("a2", "A"), ("b1", "B")):
        outbox.put(name, case, "x", b"", 1.0)
    other.next = [LaterError("unreachable")]
    assert sender.one()
    assert sender.one()
    assert not sender.one()
    assert other.got == ["b1"]
    clock.now += 13
    while sender.one():
        pass
    assert other.got == ["b1", "a1", "a2"]


def test_a_refused_one_is_told_and_holds_nobody_up(outbox: Outbox, clock: Clock) -> None:
    other = Other()
    sender = Sender(outbox, other.send, Pace(), clock)
    outbox.put("a1", "A", "x", b"", 1.0)
    outbox.put("a2", "A", "x", b"", 1.0)
    other.next = [RefusedError("http_422")]
    while sender.one():
        pass
    assert other.got == ["a2"]
    assert [(e.id, e.state, e.note) for e in outbox.failed()] == [("a1", "refused", "http_422")]


def test_one_that_breaks_the_carrier_waits_and_holds_no_other_case_up(outbox: Outbox, clock: Clock) -> None:
    other = Other()
    sender = Sender(outbox, other.send, Pace(), clock)
    outbox.put("a", "A", "x", b"", 1.0)
    outbox.put("b", "B", "x", b"", 1.0)
    other.next = [ZeroDivisionError("13800138000")]
    while sender.one():
        pass
    assert other.got == ["b"]
    assert [(e.state, e.note) for e in outbox.entries("A")] == [("waiting", "broke")]


def test_a_disk_that_fails_does_not_end_what_carries(outbox: Outbox, clock: Clock) -> None:
    sender = Sender(outbox, Other().send, Pace(first=0.01))
    outbox.close()
    sender.start()
    sender.stop()
    assert not sender._thread.is_alive()


def test_the_waits_double_up_to_the_most_and_the_other_side_may_ask_for_more(outbox: Outbox, clock: Clock) -> None:
    other = Other()
    sender = Sender(outbox, other.send, Pace(first=10, most=60), clock)
    outbox.put("a", "A", "x", b"", clock.now)
    waits = []
    for after in (0, 0, 0, 0, 0, 500):
        other.next = [LaterError("http_503", after)]
        assert sender.one()
        due = outbox.next_due()
        assert due is not None
        waits.append(due - clock.now)
        clock.now = due
    for wait, meant in zip(waits[:5], (10, 20, 40, 60, 60), strict=True):
        assert meant * 0.8 <= wait <= meant * 1.2
    assert waits[5] == 500


def test_what_waited_too_long_is_given_up_and_told(outbox: Outbox, clock: Clock) -> None:
    other = Other()
    sender = Sender(outbox, other.send, Pace(first=10, lasts=100), clock)
    outbox.put("a", "A", "x", b"", clock.now)
    other.next = [LaterError("unreachable")]
    sender.one()
    clock.now += 101
    assert sender.one()
    assert not other.got
    assert [(e.state, e.tries) for e in outbox.failed()] == [("expired", 1)]


def test_a_restart_goes_on_where_it_was(tmp_path: Path, clock: Clock) -> None:
    first = Outbox(tmp_path / "out.db")
    first.put("a", "A", "x", b"body", 1.0)
    first.close()
    other = Other()
    again = Outbox(tmp_path / "out.db")
    assert Sender(again, other.send, Pace(), clock).one()
    assert [(e.state, e.note, e.ended) for e in again.entries("A")] == [("gone", "thanks", 1000.0)]


def test_a_body_that_has_ended_is_in_no_file(tmp_path: Path, clock: Clock) -> None:
    outbox, other = Outbox(tmp_path / "out.db"), Other()
    sender = Sender(outbox, other.send, Pace(), clock)
    for name, body in (("a", b"planted-gone"), ("b", b"planted-refused"), ("c", b"planted-waits")):
        outbox.put(name, name, "x", body, 1.0)
    other.next = [None, RefusedError("no"), LaterError("later")]
    for _ in range(3):
        sender.one()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [body in held for body in (b"planted-gone", b"planted-refused", b"planted-waits")] == [False, False, True]


@settings(max_examples=15, deadline=None)
@given(
    puts=st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 5)), max_size=12),
    ends=st.lists(st.sampled_from(("go", "later", "refuse")), max_size=20),
)
def test_whatever_happens_each_goes_at_most_once_and_in_the_order_of_its_case(puts: list[tuple[str, int]], ends: list[str]) -> None:
    clock, outbox, other = Clock(), Outbox(Path(":memory:")), Other()
    sender = Sender(outbox, other.send, Pace(first=1, most=4), clock)
    for case, number in puts:
        outbox.put(f"{case}{number}", case, "x", b"", clock.now)
    meant = {"go": None, "later": LaterError("later"), "refuse": RefusedError("no")}
    other.next = [meant[end] for end in ends]
    while outbox.waiting():
        if not sender.one():
            due = outbox.next_due()
            assert due is not None
            clock.now = max(clock.now, due)
    put = list(dict.fromkeys(f"{case}{number}" for case, number in puts))
    refused = {e.id for e in outbox.failed()}
    for case in "ABC":
        wanted = [name for name in put if name[0] == case and name not in refused]
        assert [name for name in other.got if name[0] == case] == wanted


def test_a_folder_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(SettingsError, match="不准其他人进入"):
        FileDrop(tmp_path)


def test_a_dropped_file_is_whole_and_the_same_name_is_the_same_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    drop = FileDrop(tmp_path)
    drop.send("a1", b'{"id":"a1"}')
    drop.send("a1", b'{"id":"a1"}')
    assert [(p.name, p.read_bytes(), p.stat().st_mode & 0o777) for p in tmp_path.iterdir()] == [("a1.json", b'{"id":"a1"}', 0o640)]


def test_a_folder_that_went_away_is_for_later(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir(mode=0o750)
    drop = FileDrop(folder)
    folder.rmdir()
    with pytest.raises(LaterError, match="folder_unusable"):
        drop.send("a1", b"{}")


def test_messages_leave_the_machine_only_by_https() -> None:
    with pytest.raises(SettingsError, match="https"):
        Poster(HttpWay("http://sms.example.cn/send"))
    Poster(HttpWay("https://sms.example.cn/send")).close()

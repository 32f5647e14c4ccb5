"""Thousands of cards, and every plug pulled a thousand times: nothing grows. The short forms run with every push."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.deck import DEVICES, Seat, deck, read_a_card, reader, seated, size

SAMPLES = 12
"""Times memory and descriptors are looked at in a run, after its first twelfth."""
GROWTH = 4.0
"""MB between the second third of a run and its last: the allocator's noise, where one kept answer a card would be 4."""


@pytest.mark.parametrize(
    ("reads", "readers"),
    [
        pytest.param(50, 1),
        pytest.param(10_000, 4, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_card_reads_leave_nothing_behind(tmp_path: Path, reads: int, readers: int) -> None:
    with ExitStack() as stack:
        seats = [stack.enter_context(seated(*reader(tmp_path / str(n)))) for n in range(readers)]
        steady([_times(read_a_card, seat) for seat in seats], reads // readers)
        assert [seat.faults for seat in seats] == [[]] * readers


@pytest.mark.parametrize(
    "replugs",
    [pytest.param(13), pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])],
)
def test_replugging_every_device_leaves_nothing_behind(tmp_path: Path, replugs: int) -> None:
    with deck(tmp_path) as seats:
        steady([_times(Seat.replug, seats[name]) for name in DEVICES], replugs)
        assert all(seat.driver.state().usable for seat in seats.values())


def _times(action: Callable[[Seat], None], seat: Seat) -> Callable[[int], None]:
    def run(count: int) -> None:
        for _ in range(count):
            action(seat)

    return run


def steady(actions: list[Callable[[int], None]], count: int) -> None:
    """All of ``actions`` side by side, ``count`` times each, with a look at this process's size now and then."""
    sizes = []
    done = 0
    for sample in range(SAMPLES + 1):
        upto = count * (sample + 1) // (SAMPLES + 1)
        _side_by_side(actions, upto - done)
        done = upto
        if sample:
            sizes.append(size())
    middle, last = sizes[SAMPLES // 3 : 2 * SAMPLES // 3], sizes[2 * SAMPLES // 3 :]
    told = " → ".join(f"{memory:.1f} MB, {files}" for memory, files in sizes)
    print(told)
    assert max(memory for memory, _ in last) - max(memory for memory, _ in middle) < GROWTH, told
    assert min(files for _, files in last) <= max(files for _, files in middle), told


def _side_by_side(actions: list[Callable[[int], None]], count: int) -> None:
    broken: list[BaseException] = []

    def run(action: Callable[[int], None]) -> None:
        try:
            action(count)
        except BaseException as error:  # told by the test's own thread
            broken.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []

"""Runs of chaos, several worlds at a time; a line of JSON each on standard output."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chaos import judge, namespaces, rivals
from chaos.plan import Plan, plan
from chaos.world import World

DRAIN = 120.0
"""Seconds after the last fault is made good in which everything has to be at the centre; on an idle machine it takes three."""
_QUIET = 2.0
"""Seconds without anything new at the centre after which a rival's run is over."""


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    words.add_argument("--seed", type=int, default=1, help="of the first run")
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--worlds", type=int, default=1, help="at a time")
    words.add_argument("--rival", choices=rivals.KINDS, help="how events leave instead, for comparison")
    words.add_argument("--again", type=int, default=1, help="how often each seed is run: races need several goes")
    words.add_argument("--shrink", action="store_true", help="leave out what a failure does not need")
    words.add_argument("--keep", type=Path, help="folder for the logs of runs that failed")
    chosen = words.parse_args()
    if os.environ.get("TONGBAN_CHAOS_WORLD") != "1":
        why = namespaces.possible()
        if why is not None:
            print(why, file=sys.stderr)
            return 2
        os.environ["TONGBAN_CHAOS_WORLD"] = "1"
        os.execvp(namespaces.ENTER[0], [*namespaces.ENTER, sys.executable, "-m", "chaos", *sys.argv[1:]])
    seeds = [seed for seed in range(chosen.seed, chosen.seed + chosen.runs) for _ in range(chosen.again)]
    workers = []
    for n in range(chosen.worlds):
        if (pid := os.fork()) == 0:
            namespaces.with_parent()
            os._exit(int(_work(seeds[n :: chosen.worlds], chosen)))
        workers.append(pid)
    return int(any(os.waitpid(pid, 0)[1] for pid in workers))


def _work(seeds: list[int], chosen: argparse.Namespace) -> bool:
    failed = False
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="tongban-chaos-", ignore_cleanup_errors=True) as folder:
        world = World(Path(folder), chosen.rival)
        for seed in seeds:
            planned = plan(seed)
            result = run(world, planned)
            if result["problems"] and chosen.shrink:
                planned, result = _smallest(world, planned, result)
            if result["problems"]:
                result["faults"] = [str(fault) for fault in planned.faults]
                if chosen.keep:
                    _keep(world, chosen.keep / str(seed))
            os.write(1, json.dumps(result, ensure_ascii=False).encode() + b"\n")
            failed = failed or bool(result["problems"])
        world.close()
    return failed


def run(world: World, planned: Plan) -> dict[str, Any]:
    """One run; what was wrong stands in ``problems``."""
    world.ended_by_themselves = 0
    problems: list[str] = []
    forgotten: set[str] = set()
    began = time.monotonic()
    world.begin(planned)
    try:
        for at, act in _timetable(world, planned):
            while (left := began + at - time.monotonic()) > 0:
                world.tend(time.monotonic())
                time.sleep(min(left, 0.05))
            act()
            forgotten.update(judge.forgotten(world))
        healed = time.monotonic()
        problems += _drain(world, planned, healed)
        took = time.monotonic() - healed
        promised, lost = judge.lost(world)
        if world.rival is None:
            problems += sorted(forgotten)
            problems += judge.arrived(world, planned) if not problems else []
    finally:
        world.end()
    return {
        "seed": planned.seed,
        "rival": world.rival,
        "problems": problems[:10],
        "promised": promised,
        "lost": lost,
        "forgotten": len(forgotten),
        "pages": sum(len(visit.pages) for visits in planned.visits.values() for visit in visits),
        "kinds": [fault.kind for fault in planned.faults],
        "ended": world.ended_by_themselves,
        "drain": round(took, 2),
        "seconds": round(time.monotonic() - began, 2),
    }


def _timetable(world: World, planned: Plan) -> Iterator[tuple[float, Any]]:
    """Faults and their ends by time. Two of one kind at one place overlap as they come: the first to end makes both good."""
    due: list[tuple[float, Any]] = [(fault.at, fault) for fault in planned.faults]
    while due:
        due.sort(key=lambda one: one[0])
        at, what = due.pop(0)
        if callable(what):
            yield at, what
            continue
        cures: list[Any] = []
        yield at, lambda what=what, cures=cures: cures.append(world.inflict(what, time.monotonic()))
        if cures[0] is not None:
            due.append((at + what.lasts, cures[0]))


def _drain(world: World, planned: Plan, since: float) -> list[str]:
    still, seen = since, (-1, -1)
    while time.monotonic() - since < DRAIN:
        world.tend(time.monotonic())
        time.sleep(0.05)
        try:
            if judge.drained(world, planned):
                if world.rival is None:
                    return []
                now = judge.lost(world)
                still = still if now == seen else time.monotonic()
                seen = now
                if not now[1] or time.monotonic() - still > _QUIET:
                    return []
        except Exception:
            continue  # a process that is about to start makes its database anew
    return [f"not drained within {DRAIN:.0f} s"]


def _smallest(world: World, planned: Plan, result: dict[str, Any]) -> tuple[Plan, dict[str, Any]]:
    """Faults are left out one by one as long as it still fails."""
    n = 0
    while n < len(planned.faults):
        less = run(world, planned.without(n))
        if less["problems"]:
            planned, result = planned.without(n), less
        else:
            n += 1
    return planned, result


def _keep(world: World, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for log in (*world.folder.glob("*.log"), *world.folder.glob("*.ledger")):
        (folder / log.name).write_bytes(log.read_bytes())
    for name in world.places:
        for database in world.disk(name).rglob("*.db*"):
            (folder / f"{name}-{database.name}").write_bytes(database.read_bytes())


if __name__ == "__main__":
    sys.exit(main())

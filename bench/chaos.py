"""Cases and ratings lost in the same runs of chaos: by our outbox, by one cleared on PUBACK, by paho's own queue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from chaos import rivals

TESTS = Path(__file__).parents[1] / "tests"
RUNS = 60


def rows() -> list[tuple[str, str, str, bool]]:
    found = []
    for rival, name in ((None, "凭中心回执清除"), (rivals.PUBACK, "凭 PUBACK 清除"), (rivals.QUEUE, "只用 paho 的队列")):
        runs = measure(rival)
        promised, lost = (sum(run[key] for run in runs) for key in ("promised", "lost"))
        wrong = sum(bool(run["problems"]) for run in runs)
        said = f"{lost} / {promised}（{lost / promised:.1%}）"
        found.append(
            (f"{len(runs)} 次故障运行，丢失的办件和评价：{name}", said, "" if rival else "0", rival or not (lost or wrong))
        )
    return [(name, said, bar, bool(ok)) for name, said, bar, ok in found]


def measure(rival: str | None) -> list[dict[str, int]]:
    words = ["--seed", "5000", "--runs", str(RUNS), "--worlds", "6", *(("--rival", rival) if rival else ())]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    done = subprocess.run([sys.executable, "-m", "chaos", *words], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]

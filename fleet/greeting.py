"""Who is to be told that the centre hears them: the answer to a birth, and to every whole report.

The centre's own birth, retained, would say so to whoever connects later; a cluster serves what is retained on one node only
(RabbitMQ, ejabberd), some brokers nothing of it, and one that was away serves what is long over. A birth that was never heard,
because nobody listened when it was said, is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from fleet.inputs import HealthIn, Input, StateIn
from mqtt.greeting import Greeting
from mqtt.messages import Birth, Health
from mqtt.wire import VERSION


class Greeter:
    """What this process has heard itself, and nothing from before. Belongs to one thread."""

    def __init__(self) -> None:
        self._births: dict[str, int] = {}

    def answers(self, batch: Sequence[Input]) -> dict[str, Greeting]:
        """By terminal."""
        found: dict[str, Greeting] = {}
        for one in batch:
            if isinstance(one, StateIn) and isinstance(one.state, Birth):
                self._births[one.terminal] = one.state.bd
                if not one.retained:
                    found[one.terminal] = Greeting(v=VERSION)
            elif isinstance(one, HealthIn):
                whole = isinstance(one.report, Health) or one.report.of == one.report.n
                if self._births.get(one.terminal) != one.report.bd:
                    found[one.terminal] = Greeting(v=VERSION, again=True)
                elif whole:
                    found[one.terminal] = Greeting(v=VERSION)
        return found

"""The central end in one object, or the part of it that this process is to be. It holds no key that opens a case."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum

from fleet.drafts import Drafts
from fleet.ingest import Ingest
from fleet.machine.metrics import Metrics
from fleet.orders import Orders
from fleet.presence import Hearing
from fleet.running.clocks import Clocks
from fleet.running.ground import Ground
from fleet.running.leader import Leader, turn
from fleet.running.pages import Pages
from fleet.running.processes import Beat, Process, Processes
from fleet.running.share import Share
from fleet.running.worker import Worker
from fleet.settings import CentreSettings, SettingsError
from mqtt.walk import Pace


class Role(StrEnum):
    """What a process of a centre is: everything (then there is no other), an ingest worker, or pages and, in turn, the clocks."""

    ALL = "all"
    INGEST = "ingest"
    CONSOLE = "console"


class Centre:
    """Binds its ports when made (``OSError``). ``SettingsError``, also for a role that the settings do not have. ``number``: of an
    ingest worker, from 1.
    """

    def __init__(self, settings: CentreSettings, pace: Pace | None = None, role: Role = Role.ALL, number: int = 1) -> None:
        workers = settings.ingest.workers
        if role is Role.ALL and workers > 1:
            raise SettingsError(f"设置里有 {workers} 个收件进程（ingest.workers）：请用 --role 分开运行")
        if not 1 <= number <= workers:
            raise SettingsError(f"没有第 {number} 个收件进程：设置里共 {workers} 个（ingest.workers）")
        if settings.ingest.shared and settings.broker.kind != "mosquitto":  # RabbitMQ grants it, and sends nothing
            raise SettingsError(f"ingest.shared 要共享订阅，{settings.broker.kind} 没有：请去掉这一行")
        self._role, self._share, self._began = role, Share(number, workers), time.time()
        self._worker: Worker | None = None
        self._leader: Leader | None = None
        self._pages: Pages | None = None
        self._beat: Beat | None = None
        with ExitStack() as undone:
            self._ground = ground = Ground(settings)
            undone.callback(ground.close)
            self.store, self.authority, self.documents = ground.store, ground.authority, ground.documents
            processes = Processes(self.store, workers)
            hearing = processes.hearing if role is Role.CONSOLE else lambda: self.ingest.hearing
            machine = ground.machine(hearing, self._working(processes))
            metrics = Metrics(machine, ground.known, time.time)
            if role is not Role.CONSOLE:
                self._worker = Worker(ground, self._share, pace, metrics.ingested)
            if role is not Role.INGEST:
                drafts = Drafts(settings.data / "drafts", self.store, ground.halls, alone=role is Role.ALL)
                tell = self.orders.born if role is Role.ALL else lambda _terminal: None
                self._leader = Leader(turn(settings.where, settings.data), lambda: Clocks(ground, drafts, hearing, tell))
                self._leader.try_out()
                undone.callback(self._leader.stop)
                self._pages = Pages(ground, drafts, hearing, machine, metrics)
            if role is not Role.ALL:
                self._beat = Beat(self.store, self._told)
            undone.pop_all()

    @property
    def ingest(self) -> Ingest:
        assert self._worker is not None, "not a process that takes in"
        return self._worker.ingest

    @property
    def orders(self) -> Orders:
        assert self._worker is not None, "not a process that takes in"
        return self._worker.orders

    @property
    def pages(self) -> Pages:
        assert self._pages is not None, "not a process with pages"
        return self._pages

    @property
    def api_address(self) -> str:
        """``https://host:port`` of the resources."""
        return self.pages.api.address

    @property
    def console_address(self) -> str:
        return self.pages.console.address

    @property
    def ready(self) -> str:
        """What runs now, in words."""
        if self._role is Role.INGEST:
            return f"中心：收件进程 {self._share}"
        return f"中心：一览页 {self.console_address}，接口 {self.api_address}"

    def start(self) -> None:
        for part in (self._beat, self._worker, self._pages, self._leader):
            if part is not None:
                part.start()

    def stop(self) -> None:
        """Within three seconds, unless a disk hangs."""
        for part in (self._leader, self._worker, self._pages, self._beat):
            if part is not None:
                part.stop()
        self._ground.close()

    def _working(self, processes: Processes) -> dict[str, Callable[[], bool]]:
        clocks = {"维护": lambda: self._leader is not None and self._leader.working}
        if self._role is Role.ALL:
            return {"收件": lambda: self.ingest.working, **clocks}
        if self._role is Role.INGEST:
            return {f"收件 {self._share}": lambda: self.ingest.working}
        workers = {f"收件 {Share(n, self._share.of)}": lambda n=n: processes.worker(n) for n in range(1, self._share.of + 1)}
        return {**workers, **clocks, "定时工作": processes.led}

    def _told(self, now: float) -> Process:
        """Of ourselves, for the other processes; what they published is learned on the way."""
        self._ground.learn()
        hearing: Hearing = self.ingest.hearing if self._worker is not None else Hearing(None)
        name = f"{self._role}-{self._share.number}" if self._pages is None else f"{self._role} {self.console_address}"
        leads = self._leader is not None and self._leader.leads
        return Process(name, self._role, self._share.number, self._share.of, os.getpid(), self._began, now, hearing.since, leads)

"""Whether what comes in is slowed down by how much there is: the whole service, from the queue to its file, on a store of ten thousand events
and on one of ten million, taking turns. With ids in the order of time (KSUID) and with random ones (UUIDv4)."""

import base64
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import place
from fanfare import Fanfare, free_port
from process import Process
from run import run
from scenario import Scenario
from work import Work

SMALL, LARGE, QUICK_LARGE = 10_000, 10_000_000, 100_000
# Stores that GrowthBenchmark fills are under a key of zeros: nothing is encrypted in them.
KEY = "fanfare-secrets-key-1:" + base64.b64encode(bytes(32)).decode()


class OnStore(Fanfare):
    """Fanfare without a subscription, on a store that is there already."""

    def __init__(self, name: str, store: Path, is_kept: bool):
        self.name, self._store, self._is_kept = name, store, is_kept

    def prepare(self, work: Work) -> None:
        self._port = free_port()
        if self._is_kept:
            # It grows by a hundredth with each run.
            self.data(work).symlink_to(self._store)
        else:
            shutil.copytree(self._store, self.data(work))
        key = self.data(work) / "secrets.key"
        key.write_text(KEY + "\n")
        key.chmod(0o600)
        self._before = self._last(work)

    def _last(self, work: Work) -> int:
        database = sqlite3.connect(self.data(work) / "fanfare.db")
        try:
            return database.execute("SELECT max(seq) FROM event").fetchone()[0]
        finally:
            database.close()

    def has_settled(self, work: Work) -> bool:
        return self.is_ready() and self.gauge(work, "fanfare_store_events") == self._before + work.events

    def audit(self, work: Work) -> dict:
        database = sqlite3.connect(self.data(work) / "fanfare.db")
        stored, first, last = database.execute(
            "SELECT count(*), min(received_at), max(received_at) FROM event WHERE seq > ?", (self._before,)).fetchone()
        database.close()
        return {"stored": stored, "stored_per_second": round((stored - 1) * 1e9 / (last - first))}


@dataclass
class Size:
    """How many events a store has when what is measured begins."""

    events: int

    @property
    def name(self) -> str:
        return f"{self.events:,} events"


@dataclass
class GrowthServed(Scenario):
    argument: str = ""

    def missing(self) -> str | None:
        return None if os.access(os.environ.get("BENCH_GROWTH", ""), os.X_OK) else "there is no GrowthBenchmark beside Fanfare's executable"

    def taking_turns(self, contestants: list) -> list:
        return [Size(SMALL), Size(LARGE)]

    def taking_turns_quickly(self, contestants: list) -> list:
        return [Size(SMALL), Size(QUICK_LARGE)]

    def measure(self, contestant: Size, broker, quick: bool) -> dict:
        store = self._store(contestant.events)
        return run(self, OnStore(contestant.name, store, is_kept=contestant.events != SMALL), broker, quick)

    def _store(self, count: int) -> Path:
        """Filled the first time that it is asked for."""
        folder = place.work() / f"grown-{self.argument}-{count}"
        store = folder / f"growth-{self.argument}"
        if not store.exists():
            folder.mkdir(parents=True)
            command = [
                place.needed("BENCH_GROWTH"), "--events", str(count), "--ids", self.argument, "--directory", str(folder), "--pages", "1",
                "--keep"]
            process = Process(command, dict(os.environ), folder / "log")
            try:
                if not process.wait(7_200) or process.status:
                    words = process.last_words()
                    process.end()
                    shutil.rmtree(folder)
                    raise RuntimeError(f"a store could not be filled: {words}")
            finally:
                process.end()
        return store


SCENARIOS = [
    GrowthServed(
        name=f"growth-served-{name}", argument=argument, ids=ids,
        sentence="{events} events, none for anybody, come to a small store and to a large one; ids are " + sentence,
        events=100_000, quick_events=20_000, projects=1, arriving=0, contestants=("fanfare",), position=41 + number,
        columns=("stored_per_second", "stored_ratio", "cpu_us", "cpu_ratio", "peak_mib"))
    for number, (name, argument, ids, sentence) in enumerate([
        ("ordered", "ksuid", "ordered", "in the order of time"), ("random", "uuid", "random", "random")])
]

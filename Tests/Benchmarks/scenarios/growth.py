"""What storing an event costs the more of them there are, with ids in the order of time (KSUID) and with random ones (UUIDv4).

The store by itself, driven by Tests/GrowthBenchmark, which fills fresh stores beside the growing one for comparison; so one run says enough."""

import os
import shutil
from dataclasses import dataclass

import place
from process import Process
from scenario import Scenario

# The heads of its table, and what they are called here.
FIGURES = {
    "events": "points", "events/s on the way there": "stored_per_second_at", "ratio": "growth_ratio_at", "CPU µs an event": "cpu_us_at",
    "bytes on disk an event": "disk_bytes_at", "bytes of its body": "body_bytes_at", "(disk − 250) : body": "disk_ratio_at",
    "opening, ms": "opening_ms_at"}


class Ids:
    def __init__(self, name: str, argument: str):
        self.name, self.argument = name, argument


def table(text: str) -> list[dict[str, str]]:
    """The last table of Markdown in the text, a dictionary for each of its lines."""
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in text.splitlines() if line.startswith("|")]
    head = max((number for number, row in enumerate(rows) if row[0] == "events"), default=None)
    if head is None:
        raise RuntimeError(f"there is no table in what it printed: {text[-300:]}")
    return [dict(zip(rows[head], row)) for row in rows[head + 2:]]


@dataclass
class Growth(Scenario):
    def missing(self) -> str | None:
        return None if os.access(os.environ.get("BENCH_GROWTH", ""), os.X_OK) else "there is no GrowthBenchmark beside Fanfare's executable"

    def taking_turns(self, contestants: list) -> list:
        return [Ids("time-ordered ids", "ksuid"), Ids("random ids", "uuid")]

    def measure(self, contestant, broker, quick: bool) -> dict:
        folder = place.work() / "growth"
        folder.mkdir(parents=True)
        command = [
            place.needed("BENCH_GROWTH"), "--events", str(self.quick_events if quick else self.events), "--ids", contestant.argument,
            "--directory", str(folder)]
        process = Process(command, dict(os.environ), folder / "log")
        try:
            if not process.wait(self.patience) or process.status:
                raise RuntimeError(f"it did not come to its end: {process.last_words()}")
            rows = table((folder / "log").read_text())
            found = {name: [float(row[head]) for row in rows] for head, name in FIGURES.items() if head in rows[-1]}
            return found | {name.removesuffix("_at"): values[-1] for name, values in found.items() if name != "points"} | {
                "peak_mib": round(process.peak_kib / 1024, 1)}
        finally:
            process.end()
            shutil.rmtree(folder)


SCENARIOS = [
    Growth(
        name="growth", sentence="a store grows to {events} events; figures are those of the last stretch, held against fresh stores beside it",
        events=10_000_000, quick_events=100_000, contestants=("fanfare",), runs_at_most=1, patience=7_200, position=40,
        columns=("stored_per_second", "growth_ratio", "cpu_us", "disk_bytes", "body_bytes", "disk_ratio", "opening_ms", "peak_mib")),
]

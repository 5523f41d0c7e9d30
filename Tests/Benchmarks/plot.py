"""Draws what results.jsonl holds: `python3 plot.py FOLDER` writes plot.svg beside it. bench.py does it at its end."""

import json
import statistics
import sys
from pathlib import Path

from chart import Bars, Lines, page

MORE, LESS, AS_RUN = "more is better", "less is better", ""
# Scenario, figure, title, what is counted, and what is better; what is Fanfare's alone stands in the order in which it ran.
FIGURES = [
    ("drain", "per_second", "Drain", "events a second", MORE),
    ("drain", "cpu_us", "Drain: processor time", "µs an event, the contestant's own", LESS),
    ("fan-out", "per_second", "Fan-out to ten", "deliveries a second", MORE),
    ("fan-out", "cpu_us", "Fan-out to ten: processor time", "µs a delivery, the contestant's own", LESS),
    ("slow-50ms", "answered_per_second", "Receivers that take 50 ms", "deliveries a second, 256 in flight", MORE),
    ("slow-1000ms", "answered_per_second", "Receivers that take 1 s", "deliveries a second, 256 in flight", MORE),
    ("steady-1000", "p50_ms", "1,000 events a second: p50", "ms from publishing to the receiver", LESS),
    ("steady-1000", "p99_ms", "1,000 events a second: p99", "ms from publishing to the receiver", LESS),
    ("steady-4000", "p50_ms", "4,000 events a second: p50", "ms from publishing to the receiver", LESS),
    ("steady-4000", "p99_ms", "4,000 events a second: p99", "ms from publishing to the receiver", LESS),
    ("large", "per_second", "Events of 64 KiB", "events a second", MORE),
    ("tls", "per_second", "Receivers with TLS", "events a second", MORE),
    ("dead", "per_second", "One of ten receivers is dead", "deliveries a second to the other nine", AS_RUN),
    ("dead-steady", "p99_ms", "One of ten receivers is dead: p99", "ms to the other nine at 1,000 events a second", AS_RUN),
    ("subscriptions", "stored_per_second", "Many subscriptions, none matches", "events stored a second", AS_RUN),
    ("subscriptions-matched", "stored_per_second", "Many subscriptions, each event matches one", "events stored a second", AS_RUN),
]
# Scenario, figure over what grows, title, unit, what grows, and whether it does by powers of ten.
GROWTH = [
    ("backlog", "stored_per_second_at", "While deliveries pile up: rate", "events stored a second", "deliveries that wait", False),
    ("backlog", "resident_mib_at", "While deliveries pile up: memory", "MiB", "deliveries that wait", False),
    ("growth", "stored_per_second_at", "As the store grows: rate", "events stored a second", "events in the store", True),
    ("growth", "disk_bytes_at", "As the store grows: disk", "bytes an event", "events in the store", True),
]


def bars(runs: list[dict], scenario: str, figure: str, title: str, unit: str, better: str) -> Bars | None:
    values: dict[str, list[float]] = {}
    for run in runs:
        if run.get("scenario") == scenario and run.get(figure):
            values.setdefault(run["contestant"], []).append(run[figure])
    if not values:
        return None
    rows = [(name, statistics.median(all), min(all), max(all)) for name, all in values.items()]
    if better:
        rows.sort(key=lambda row: row[1], reverse=better == MORE)
    return Bars(title, f"{unit}; {better}" if better else unit, rows, ("fanfare",) if better else tuple(values))


def lines(runs: list[dict], scenario: str, figure: str, title: str, unit: str, across: str, logarithmic: bool) -> Lines | None:
    """A line for each contestant, the median of his runs at each point; they all have the same points."""
    found: dict[str, list[dict]] = {}
    for run in runs:
        if run.get("scenario") == scenario and run.get(figure):
            found.setdefault(run["contestant"], []).append(run)
    if not found:
        return None
    return Lines(title, unit, across, {
        name: [(x, statistics.median(run[figure][k] for run in all)) for k, x in enumerate(all[0]["points"])]
        for name, all in found.items()}, logarithmic)


def draw(folder: Path) -> Path | None:
    """Returns what it has written, or None where there is nothing to draw."""
    runs = [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]
    charts = [chart for chart in [bars(runs, *figure) for figure in FIGURES] + [lines(runs, *figure) for figure in GROWTH] if chart]
    if not charts:
        return None
    machine = next((run["machine"] for run in runs if "machine" in run), {})
    most = max((run.get("run", 1) for run in runs), default=1)
    bars_are = f"Bars are medians of {most} runs, whiskers go from the least to the most." if most > 1 else "Single runs."
    where = f"{machine.get('processors', '?')} processors ({machine.get('model', 'unknown')}), broker and receivers on the same machine."
    path = folder / "plot.svg"
    path.write_text(page(charts, f"{bars_are} {where}"))
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: plot.py FOLDER")
    print(draw(Path(sys.argv[1])) or "there is nothing to draw")

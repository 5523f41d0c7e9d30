"""Results as lines of JSON for programs and as tables for people: medians, and the least and the most of all runs."""

import json
import statistics
from pathlib import Path

# What a table can show: the head of the column, and how many digits stand behind the point. Ratios are to the first contestant's run of
# the same round, since what the machine and the broker are like changes from one minute to the next.
COLUMNS = {
    "per_second": ("per second", 0),
    "answered_per_second": ("answered per second", 0),
    "stored_per_second": ("stored per second", 0),
    "stored_ratio": ("× reference", 2),
    "last_ratio": ("last tenth × first", 2),
    "rate_ratio": ("× reference", 2),
    "cpu_us": ("CPU µs", 1),
    "cpu_ratio": ("× reference", 2),
    "peak_mib": ("MiB", 0),
    "growth_ratio": ("× fresh store", 2),
    "disk_bytes": ("bytes on disk", 0),
    "body_bytes": ("of its body", 0),
    "disk_ratio": ("(disk − 250) : body", 2),
    "opening_ms": ("opening ms", 0),
    "cold_start_s": ("cold start s", 2),
    "cold_mib": ("MiB then", 0),
    "idle_us": ("idle CPU µs per s", 0),
    "idle_mib": ("idle MiB", 0),
    "broker_us": ("broker µs", 1),
    "receiver_us": ("receiver µs", 1),
    "connections": ("connections", 0),
    "most_connections": ("at once", 0),
    "duplicates": ("duplicates", 0),
    "p50_ms": ("receiver p50 ms", 2),
    "p99_ms": ("p99", 2),
    "p999_ms": ("p99.9", 2),
    "durable_p50_ms": ("durable p50 ms ≤", 2),
    "durable_p99_ms": ("p99 ≤", 2),
    "durable_p999_ms": ("p99.9 ≤", 2),
    "publisher_latest_ms": ("publisher late ms", 1),
    "others_processors": ("others' processors", 2),
}
RATIOS = {"rate_ratio": "per_second", "cpu_ratio": "cpu_us", "stored_ratio": "stored_per_second"}


class Report:
    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self._lines = open(folder / "results.jsonl", "w", buffering=1)
        self._tables = open(folder / "tables.txt", "w", buffering=1)

    def say(self, text: str = "") -> None:
        """To the terminal, and to the file of tables."""
        print(text, flush=True)
        self._tables.write(text + "\n")

    def line(self, **values: object) -> None:
        self._lines.write(json.dumps(values, ensure_ascii=False) + "\n")

    def table(self, scenario, rounds: list[dict[str, dict]]) -> None:
        """`rounds` has for each round the results by contestant."""
        names = list(dict.fromkeys(name for results in rounds for name in results))
        if not names:
            return
        add_ratios(rounds, names[0])
        columns = [column for column in scenario.columns if any(column in result for results in rounds for result in results.values())]
        rows = [[scenario.name] + [COLUMNS[column][0] for column in columns]]
        for name in names:
            results = [results[name] for results in rounds if name in results]
            rows.append([name] + [cell([r[column] for r in results if column in r], COLUMNS[column][1]) for column in columns])
        widths = [max(map(len, column)) for column in zip(*rows)]
        self.say()
        for number, row in enumerate(rows):
            self.say("  ".join([row[0].ljust(widths[0])] + [text.rjust(width) for text, width in zip(row[1:], widths[1:])]).rstrip())
            if number == 0:
                self.say("-" * (sum(widths) + 2 * len(widths) - 2))
        self.say()


def add_ratios(rounds: list[dict[str, dict]], reference: str) -> None:
    for results in rounds:
        for ratio, source in RATIOS.items():
            base = results.get(reference, {}).get(source)
            for result in results.values():
                if base and source in result:
                    result[ratio] = result[source] / base


def cell(values: list[float], digits: int) -> str:
    """`10,900 [8,800–13,000]`; the median alone where that is all there is to say."""
    if not values:
        return "—"
    median, least, most = (written(value, digits) for value in (statistics.median(values), min(values), max(values)))
    return median if least == most else f"{median} [{least}–{most}]"


def written(value: float, digits: int) -> str:
    """With at most so many digits behind the point, and three that count."""
    return f"{value:,.{min(digits, 2 if value < 10 else 1 if value < 100 else 0)}f}"

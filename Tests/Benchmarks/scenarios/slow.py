"""Receivers that take their time: what counts is how many posts are in flight, and that connections are used again.

From the first post to the last one, as everywhere, the first 256 posts cost no time; from the first post to the last answer they do."""

from scenario import Scenario


def slow(delay_ms: int, events: int, quick_events: int, position: int) -> Scenario:
    return Scenario(
        name=f"slow-{delay_ms}ms",
        sentence=f"{{events}} events wait; receivers answer after {delay_ms} ms; 256 posts in flight at most,"
        f" so {256_000 // delay_ms:,} a second at best",
        events=events, quick_events=quick_events, delay_ms=delay_ms, connections=256, position=position,
        columns=(
            "per_second", "answered_per_second", "rate_ratio", "cpu_us", "cpu_ratio", "peak_mib", "connections", "most_connections",
            "duplicates"))


SCENARIOS = [slow(50, 20_000, 10_000, 5), slow(1_000, 2_000, 512, 6)]

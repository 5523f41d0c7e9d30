"""How long an event is on its way while there is no backlog: publisher to the first byte of the request at the receiver.

When it was durable is known of Fanfare only, and as an upper bound: an attempt never starts before the commit."""

from scenario import Scenario


def steady(rate: int, position: int) -> Scenario:
    return Scenario(
        name=f"steady-{rate}",
        sentence=f"{rate:,} events a second, evenly, {{events}} in all: from being published to the request's first byte at the receiver",
        events=20 * rate, quick_events=3 * rate, rate=rate, contestants=("c", "fanfare", "go"), position=position,
        columns=(
            "per_second", "p50_ms", "p99_ms", "p999_ms", "durable_p50_ms", "durable_p99_ms", "durable_p999_ms", "cpu_us", "cpu_ratio",
            "publisher_latest_ms"))


SCENARIOS = [steady(1_000, 3), steady(4_000, 4)]

"""What it costs to tell ten instead of one."""

from scenario import Scenario

SCENARIOS = [
    Scenario(
        name="fan-out",
        sentence="{events} events wait, and each is for all ten subscriptions; 64 posts in flight at most; figures are those of a delivery",
        events=20_000, quick_events=2_000, fan_out=10, position=2),
]

"""How fast a backlog goes out."""

from scenario import Scenario

SCENARIOS = [
    Scenario(
        name="drain",
        sentence="{events} events wait in the queue; ten subscriptions, each event is for one; 64 posts in flight at most",
        events=100_000, quick_events=20_000, position=1, quick_contestants=("c", "c-20ms", "fanfare")),
]

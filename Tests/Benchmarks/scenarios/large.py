"""Events of 64 KiB: bytes that are copied, stored and sent, rather than things that are done for each event."""

from scenario import Scenario

SCENARIOS = [
    Scenario(
        name="large", sentence="{events} events of 64 KiB wait; each is for one of ten subscriptions; 64 posts in flight at most",
        events=3_000, quick_events=1_000, body_bytes=65_536, position=7),
]

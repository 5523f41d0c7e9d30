"""Receivers that speak TLS: handshakes where connections are not used again, and encryption everywhere."""

from dataclasses import dataclass

from fanfare import why_not_trusting
from scenario import Scenario


@dataclass
class TLS(Scenario):
    def missing(self) -> str | None:
        return why_not_trusting()


SCENARIOS = [
    TLS(
        name="tls",
        sentence="{events} events wait; receivers speak TLS 1.3; each event is for one of ten subscriptions; 64 posts in flight at most",
        events=20_000, quick_events=5_000, tls=True, position=8),
]

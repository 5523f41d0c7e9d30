"""What one run of a contestant is about."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from broker import Broker

# In the order in which the publisher's events go through them.
TYPES = [
    "CREATE_STATE_PROJECT", "CREATE_STATE_ENVIRONMENT", "CREATE_STATE_DEPLOYMENT", "UPDATE_STATE_DEPLOYMENT", "REDEPLOY_STATE_DEPLOYMENT",
    "RERUN_SMOKE_TESTS", "CREATE_INVENTORY_PROJECT", "NEW_INVENTORY_APPLICATION", "UPLOAD_INVENTORY_APPLICATION",
    "UPDATE_INVENTORY_PROJECT_USER_ACL",
]


@dataclass
class Work:
    broker: Broker
    folder: Path
    queue: str
    events: int
    receiver_url: str
    #: Posts in flight at most.
    connections: int = 64
    #: 1: subscription k gets the events of type k. 10: each of the ten subscriptions gets every event.
    fan_out: int = 1
    #: Whose signature the receiver's certificate has; None without TLS.
    authority: str | None = None
    #: Keys of Fanfare's configuration that the scenario changes.
    settings: dict[str, str] = field(default_factory=dict)
    #: Share of the deliveries that gets to the receiver.
    arriving: float = 1

    @property
    def database(self) -> Path:
        return self.folder / "contestant.db"

    @property
    def deliveries(self) -> int:
        return round(self.events * self.fan_out * self.arriving)

    def hook(self, number: int) -> str:
        return f"{self.receiver_url}/hook/{number}"

    def environment(self) -> dict[str, str]:
        """What every contestant finds in its environment."""
        given = {
            "BENCH_AMQP_PORT": self.broker.port, "BENCH_QUEUE": self.queue, "BENCH_DATABASE": str(self.database),
            "BENCH_EVENTS": str(self.events), "BENCH_RECEIVER": self.receiver_url, "BENCH_CONNECTIONS": str(self.connections),
            "BENCH_FANOUT": str(self.fan_out)}
        if self.authority:
            given["BENCH_CA"] = self.authority
        # A setting of the caller's must not bend what is measured.
        return {name: value for name, value in os.environ.items() if not name.startswith(("FANFARE_", "BENCH_"))} | given

"""One of ten receivers is dead: it refuses connections, or it takes them and never answers. What do the other nine notice?

Only what the nine get is counted; while all ten answer, the tenth is a receiver of its own. Limits in flight are Fanfare's defaults."""

import socket
from dataclasses import dataclass, replace

from fanfare import Fanfare
from receiver import Receiver
from run import run
from scenario import Scenario
from work import Work

DEFAULTS = {"delivery.concurrency": "256", "delivery.perEndpointConcurrency": "16"}
# A short one sees no attempt time out otherwise, and waits for them at its end.
QUICK_TIMEOUT = {"delivery.timeout": "1s"}


class Answering(Fanfare):
    name = "all answer"
    tenth = ""

    def subscriptions(self, work: Work) -> list[dict]:
        entries = super().subscriptions(work)
        entries[-1]["url"] = self.tenth
        return entries

    def has_settled(self, work: Work) -> bool:
        return self.gauge(work, "fanfare_store_events") == work.events

    def audit(self, work: Work) -> dict:
        found = super().audit(work)
        # With the tenth's or without.
        del found["marked"]
        return found

    def open_tenth(self):
        """Something to close; `tenth` is the URL meanwhile."""
        receiver = Receiver()
        self.tenth = receiver.url + "/hook/10"
        return receiver


class Refusing(Answering):
    name = "one refuses"

    def open_tenth(self):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.tenth = f"http://127.0.0.1:{listener.getsockname()[1]}/hook/10"
        return listener


class Hanging(Refusing):
    name = "one hangs"

    def open_tenth(self):
        listener = super().open_tenth()
        # The kernel takes connections, and nobody ever reads from them.
        listener.listen(4096)
        return listener


@dataclass
class Dead(Scenario):
    def taking_turns(self, contestants: list) -> list:
        return [Answering(), Refusing(), Hanging()]

    def measure(self, contestant, broker, quick: bool) -> dict:
        scenario = replace(self, settings=self.settings | QUICK_TIMEOUT) if quick else self
        with contestant.open_tenth():
            return run(scenario, contestant, broker, quick)


SCENARIOS = [
    Dead(
        name="dead", sentence="{events} events wait, a tenth of them for a receiver that is dead; what the other nine get",
        events=100_000, quick_events=20_000, arriving=0.9, settings=DEFAULTS, contestants=("fanfare",), position=7,
        columns=("per_second", "rate_ratio", "cpu_us", "cpu_ratio", "peak_mib", "duplicates")),
    Dead(
        name="dead-steady",
        sentence="1,000 events a second, {events} in all, a tenth of them for a receiver that is dead; what the other nine get",
        events=20_000, quick_events=2_000, rate=1_000, arriving=0.9, settings=DEFAULTS, contestants=("fanfare",), position=8,
        columns=("per_second", "p50_ms", "p99_ms", "p999_ms", "cpu_us", "cpu_ratio", "others_processors")),
]

"""Whether many subscriptions slow down what comes in: one against ten thousand in a thousand projects, put over the API like any others.

Once without a match, where nothing but storing and looking can cost time, and once with exactly one match for each event."""

from dataclasses import dataclass, replace

from fanfare import Fanfare
from run import run
from scenario import Scenario
from work import TYPES, Work

# Known, and none of those that are published.
OTHER_TYPES = [
    "DESTROY_REQUESTED", "ADD_BUILD", "TRIGGER_BUILD_WEBHOOK", "BUILD_FINISHED_EVENT", "UPDATE_STATE_PROJECT_USER_ACL",
    "DELETE_STATE_PROJECT_USER_ACL", "UPDATE_STATE_PROJECT_TEAM_ACL", "DELETE_STATE_PROJECT_TEAM_ACL", "USER_SIGNUP", "USER_CONFIRMED"]


class Subscribed(Fanfare):
    """Fanfare with ten subscriptions in each of so many projects, or with a single one."""

    def __init__(self, projects: int, is_matching: bool):
        self.projects = projects
        self.name = f"{projects * 10:,} subscriptions" if projects else "one subscription"
        self._types = TYPES if is_matching else OTHER_TYPES
        self._is_matching = is_matching

    def prepare(self, work: Work) -> None:
        one = {"id": "only", "type": "webhook", "url": work.hook(1)} | ({} if self._is_matching else {"events": OTHER_TYPES})
        super().prepare(work, {
            f"shop{number}": [
                {"id": f"hook{k}", "type": "webhook", "url": work.hook(number * 10 + k), "events": [kind]}
                for k, kind in enumerate(self._types)]
            for number in range(self.projects)
        } or {"shop" if self._is_matching else "shop0": [one]})

    def has_settled(self, work: Work) -> bool:
        return self.is_ready() and self.gauge(work, "fanfare_store_events") == work.events and super().has_settled(work)


@dataclass
class Subscriptions(Scenario):
    is_matching: bool = False

    def taking_turns(self, contestants: list) -> list:
        return [Subscribed(0, self.is_matching), Subscribed(self.projects, self.is_matching)]

    def measure(self, contestant, broker, quick: bool) -> dict:
        # What only one subscription is to match can only be of one project.
        projects = self.projects if contestant.projects or not self.is_matching else 1
        return run(replace(self, projects=projects), contestant, broker, quick)


COLUMNS = ("stored_per_second", "stored_ratio", "cpu_us", "cpu_ratio", "peak_mib")
SCENARIOS = [
    Subscriptions(
        name="subscriptions", sentence="{events} events of 1,000 projects, none for anybody; one subscription, or 10,000 in 1,000 projects",
        events=100_000, quick_events=20_000, projects=1_000, arriving=0, contestants=("fanfare",), columns=COLUMNS, position=20),
    Subscriptions(
        name="subscriptions-matched",
        sentence="{events} events, each for one subscription: the only one, or one of 10,000 in 1,000 projects",
        events=100_000, quick_events=20_000, projects=1_000, is_matching=True, contestants=("fanfare",), position=21,
        columns=("per_second", "rate_ratio", *COLUMNS)),
]

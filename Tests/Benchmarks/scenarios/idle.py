"""What Fanfare costs while it waits: connected with a broker that has nothing for it, its store empty."""

import shutil
import time
from dataclasses import dataclass

import place
from process import Process
from scenario import Scenario
from watch import idleness, seconds_until_ready
from work import Work


@dataclass
class Idle(Scenario):
    def measure(self, contestant, broker, quick: bool) -> dict:
        folder, queue = place.work() / "idle", "bench.idle"
        folder.mkdir(parents=True)
        work = Work(broker, folder, queue, events=0, receiver_url="http://127.0.0.1:9")
        broker.declare(queue)
        contestant.prepare(work)
        process = Process(contestant.command(work), work.environment(), folder / "log")
        try:
            started = seconds_until_ready(contestant, process)
            # What a start leaves behind is done by then.
            time.sleep(1 if quick else 5)
            return {"cold_start_s": started} | idleness(process.pid, 5 if quick else 20)
        finally:
            process.end()
            broker.delete(queue)
            shutil.rmtree(folder)


SCENARIOS = [
    Idle(
        name="idle", sentence="no events; a store with ten subscriptions and a broker that has nothing for it",
        events=0, quick_events=0, contestants=("fanfare",), columns=("cold_start_s", "idle_us", "idle_mib"), position=31),
]

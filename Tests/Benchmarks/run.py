"""One run: a contestant, a scenario, and what was measured from outside."""

import json
import shutil
import subprocess
import time

import machine
import place
from broker import Broker
from process import Process
from receiver import Receiver
from work import Work


class Meters:
    """What everybody had used when it was made, so that the difference is the run's."""

    def __init__(self, broker: Broker, receiver: Receiver):
        self._broker, self._receiver = broker, receiver
        self._start = self._read()

    def _read(self) -> tuple[float, ...]:
        return (
            time.monotonic(), *machine.busy_and_stolen(), self._broker.processor_time(), self._receiver.processor_time(),
            machine.own_time())

    def read(self, contestant_seconds: float, publisher_seconds: float) -> dict:
        wall, busy, stolen, broker, receiver, own = (now - then for now, then in zip(self._read(), self._start))
        others = busy - contestant_seconds - publisher_seconds - broker - receiver - own
        return {
            "wall_s": round(wall, 3), "broker_s": round(broker, 2), "receiver_s": round(receiver, 2),
            "others_processors": round(max(0, others) / wall, 3), "stolen_processors": round(stolen / wall, 3)}


def run(scenario, contestant, broker: Broker, quick: bool) -> dict:
    """Raises what went wrong; leaves nothing running, and nothing on disk but its log."""
    events = scenario.quick_events if quick else scenario.events
    queue = f"bench.{contestant.name}"
    folder = place.work() / contestant.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    process = publisher = None
    with Receiver(scenario.delay_ms, tls=scenario.tls_files()) as receiver:
        work = Work(
            broker, folder, queue, events, receiver.url, scenario.connections, scenario.fan_out, scenario.authority(),
            dict(scenario.settings), scenario.arriving)
        try:
            contestant.prepare(work)
            publish = broker.publisher(queue, events, scenario.rate, scenario.body_bytes, scenario.ids, scenario.projects)
            broker.declare(queue)
            if not scenario.rate:
                subprocess.run(publish, check=True, stdout=subprocess.DEVNULL)
            found = {"quiet_processors": round(machine.wait_until_quiet(1 if quick else 15), 2)}
            found |= {"fdatasync_ms": round(machine.fdatasync_ms(), 3), "spin_ms": round(machine.spin_ms(), 2)}
            receiver.reset()
            meters = Meters(broker, receiver)

            process = Process(contestant.command(work), work.environment(), folder / "log")
            if scenario.rate:
                wait_for(process, lambda: broker.consumers(queue) > 0, 30)
                # What is steady has started: no first connection, no page of code that is not in memory yet.
                process.wait(1)
                publisher = Process(publish, work.environment(), folder / "publisher.log")
            if contestant.is_service:
                wait_for(process, lambda: receiver.stats()["unique"] >= work.deliveries, scenario.patience)
                wait_for(process, lambda: contestant.has_settled(work), 30)
                process.end()
            elif not process.wait(scenario.patience):
                raise RuntimeError(f"it was not done within {scenario.patience} seconds: {process.last_words()}")
            if process.status:
                raise RuntimeError(f"it ended with status {process.status}: {process.last_words()}")
            if publisher:
                publisher.wait(30)
                found["publisher_latest_ms"] = json.loads(publisher.last_words())["latest_ms"]

            found |= meters.read(process.seconds, publisher.seconds if publisher else 0)
            found |= receiver.stats() | {"events": events, "deliveries": work.deliveries, "left_in_queue": broker.waiting(queue)}
            found |= contestant.audit(work)
            return judged(found, process)
        finally:
            for started in (publisher, process):
                if started:
                    started.end()
            broker.delete(queue)
            log = folder / "log"
            if log.exists():
                shutil.copy(log, place.work() / f"{contestant.name}.log")
            shutil.rmtree(folder, ignore_errors=True)


def wait_for(process: Process, condition, patience: float) -> None:
    """Asks ten times a second: often enough, since rates are the receiver's and not ours."""
    deadline = time.monotonic() + patience
    while not condition():
        if process.wait(0.1):
            raise RuntimeError(f"it ended early, with status {process.status}: {process.last_words()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"it was not done within {patience} seconds: {process.last_words()}")


def judged(found: dict, process: Process) -> dict:
    """Adds what is counted by the event, and holds what came in against what had to."""
    per_event = 1e6 / (found["deliveries"] or found["events"])
    found |= {
        "per_second": round((found["unique"] - 1) / found["seconds"]) if found["seconds"] else 0,
        "answered_per_second": round(found["unique"] / found["answered_seconds"]) if found["answered_seconds"] else 0,
        "cpu_us": round(process.seconds * per_event, 2), "broker_us": round(found["broker_s"] * per_event, 2),
        "receiver_us": round(found["receiver_s"] * per_event, 2), "peak_mib": round(process.peak_kib / 1024, 1),
        "cpu_s": round(process.seconds, 3)}
    wrong = []
    for name, expected in (("unique", "deliveries"), ("stored", "events"), ("marked", "deliveries")):
        # Not everybody keeps what was stored or marked.
        if name in found and found[name] != found[expected]:
            wrong.append(f"{name} {found[name]} instead of {found[expected]}")
    if found["left_in_queue"]:
        wrong.append(f"{found['left_in_queue']} not acknowledged")
    found["wrong"] = ", ".join(wrong)
    return found

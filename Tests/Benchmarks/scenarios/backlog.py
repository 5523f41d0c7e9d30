"""A million deliveries for an endpoint that is down: whether storing slows down or memory grows while they pile up, how soon the service is
ready again after kill -9, and what it costs to have them lie there.

Events come in over HTTP, five hundred a request, so that the broker has no part in it."""

import http.client
import json
import os
import shutil
import signal
import socket
import time
import uuid
from dataclasses import dataclass

import place
from fanfare import free_port
from process import Process
from scenario import Scenario
from watch import idleness, resident_mib, seconds_until_ready
from work import Work

REQUEST = 500
STEPS = 10


def requests(first: int, count: int) -> list[bytes]:
    """Made before the clock runs: JSON arrays of events of some 430 bytes."""
    padding = "x" * 170
    return [
        json.dumps([{
            "id": str(uuid.uuid4()), "seq": number, "type": "CREATE_STATE_DEPLOYMENT", "timestamp": str(time.time_ns()), "username": "ann",
            "allowed_groups": ["team"], "state_project": "shop", "state_environment": "live", "state_deployment": f"web/{number % 100}",
            "data": {"status": "done", "note": padding}} for number in range(start, start + REQUEST)]).encode()
        for start in range(first, first + count, REQUEST)]


def post_all(port: int, bodies: list[bytes]) -> float:
    """The seconds it takes until all are on disk."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    start = time.monotonic()
    for body in bodies:
        connection.request("POST", "/internal/create-event", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"events were answered with {answer.status}: {answer.read()[:200]!r}")
        answer.read()
    connection.close()
    return time.monotonic() - start


@dataclass
class Backlog(Scenario):
    def measure(self, contestant, broker, quick: bool) -> dict:
        events, queue, folder = self.quick_events if quick else self.events, "bench.backlog", place.work() / "backlog"
        folder.mkdir(parents=True)
        broker.declare(queue)
        port = free_port()
        process = None
        with socket.socket() as down:
            down.bind(("127.0.0.1", 0))
            work = Work(
                broker, folder, queue, events, receiver_url=f"http://127.0.0.1:{down.getsockname()[1]}",
                settings={"internal.listen": f"127.0.0.1:{port}"})
            try:
                contestant.prepare(work, {"shop": [{"id": "down", "type": "webhook", "url": work.hook(1)}]})
                process = Process(contestant.command(work), work.environment(), folder / "log")
                seconds_until_ready(contestant, process)
                found = self.pile_up(port, process, events)
                os.kill(process.pid, signal.SIGKILL)
                process.wait(10)
                process = Process(contestant.command(work), work.environment(), folder / "log")
                found["cold_start_s"] = seconds_until_ready(contestant, process)
                found["cold_mib"] = round(resident_mib(process.pid), 1)
                time.sleep(1 if quick else 5)
                found |= idleness(process.pid, 5 if quick else 20)
                stored = contestant.gauge(work, "fanfare_store_events")
                return found | {"wrong": "" if stored == events else f"stored {stored:.0f} instead of {events}"}
            finally:
                if process:
                    process.end()
                broker.delete(queue)
                shutil.rmtree(folder)

    def pile_up(self, port: int, process: Process, events: int) -> dict:
        step, rates, resident = events // STEPS, [], []
        for number in range(STEPS):
            bodies = requests(number * step, step)
            rates.append(round(step / post_all(port, bodies)))
            resident.append(round(resident_mib(process.pid), 1))
        waiting = [step * number for number in range(1, STEPS + 1)]
        return {
            "stored_per_second": round(STEPS / sum(1 / rate for rate in rates)), "last_ratio": rates[-1] / rates[0],
            "peak_mib": round(process.peak_kib / 1024, 1), "points": waiting, "stored_per_second_at": rates, "resident_mib_at": resident}


SCENARIOS = [
    Backlog(
        name="backlog", sentence="{events} deliveries pile up for an endpoint that refuses; then kill -9, a new start, and rest",
        events=1_000_000, quick_events=30_000, contestants=("fanfare",), position=30,
        columns=("stored_per_second", "last_ratio", "peak_mib", "cold_start_s", "cold_mib", "idle_us", "idle_mib")),
]

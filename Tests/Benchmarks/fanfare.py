"""Fanfare as a contestant: a service, which gets its subscriptions over its API and ends when it is told to."""

import json
import socket
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

import place
from process import Process
from work import TYPES, Work

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


class Fanfare:
    name = "fanfare"
    sentence = "Fanfare, a release build, with its defaults but for what may be in flight at once"
    is_service = True

    def missing(self) -> str | None:
        return None

    def command(self, work: Work, changed: dict[str, str] | None = None) -> list[str]:
        """`changed` are settings of this start alone; what is empty is left out."""
        settings = {
            "amqp.url": work.broker.url, "amqp.queue": work.queue, "amqp.declare": "false", "amqp.exchanges": "amq.topic",
            "http.listen": f"127.0.0.1:{self._port}", "internal.listen": "127.0.0.1:0", "log.level": "warning",
            "delivery.allowNetworks": "127.0.0.0/8",
            # Endpoints share the last quarter: ten of them leave an eleventh free for others, and so have together what the others have.
            "delivery.concurrency": str(work.connections * 11 // 10), "delivery.perEndpointConcurrency": str(work.connections),
        } | work.settings | (changed or {})
        command = [place.needed("FANFARE_BINARY"), "serve", "--data-directory", str(self.data(work))]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"] if value else []
        return trusting(work.authority, command)

    def data(self, work: Work) -> Path:
        return work.folder / "fanfare"

    # Before the run -----------------------------------------------------------------------------------------------------------------

    def prepare(self, work: Work, subscriptions: dict[str, list[dict]] | None = None) -> None:
        """Puts the subscriptions, by project, into a new store; what this costs is not the run's."""
        self._port = free_port()
        with self.started(work, settings={"amqp.url": ""}):
            for project, entries in (subscriptions or {"shop": self.subscriptions(work)}).items():
                self.ask(work, f"/api/v1/events/subscriptions/project/{project}/", entries)

    def subscriptions(self, work: Work) -> list[dict]:
        """As the other contestants have them: ten, each for one type, or all for all."""
        entries = [{"id": f"hook{number}", "type": "webhook", "url": work.hook(number)} for number in range(1, len(TYPES) + 1)]
        if work.fan_out == 1:
            for entry, kind in zip(entries, TYPES):
                entry["events"] = [kind]
        return entries

    def started(self, work: Work, settings: dict[str, str]) -> "Started":
        process = Process(self.command(work, settings), work.environment(), work.folder / "preparation.log")
        return Started(self, process)

    def ask(self, work: Work, path: str, body: object = None) -> bytes:
        """GET, or PUT with a body, as the admin of a new store."""
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", method="GET" if body is None else "PUT")
        request.add_header("Authorization", "Bearer " + (self.data(work) / "admin.token").read_text().strip())
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def gauge(self, work: Work, name: str) -> float:
        """A figure of /metrics without labels."""
        for line in self.ask(work, "/metrics").decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise RuntimeError(f"/metrics has no {name}")

    # After the receiver has everything --------------------------------------------------------------------------------------------------

    def has_settled(self, work: Work) -> bool:
        return self.gauge(work, "fanfare_deliveries_due") == 0 and self.gauge(work, "fanfare_deliveries_in_flight") == 0

    def audit(self, work: Work) -> dict:
        """What its store says, and the time from publishing to an attempt's start, which no event has before it is durable."""
        database = sqlite3.connect(self.data(work) / "fanfare.db")
        stored, = database.execute("SELECT count(*) FROM event").fetchone()
        marked, = database.execute("SELECT count(*) FROM delivery WHERE state = 1").fetchone()
        first, last = database.execute("SELECT min(received_at), max(received_at) FROM event").fetchone()
        times = [row[0] / 1e6 for row in database.execute("""
            SELECT attempt.started_at - event.occurred_at FROM attempt JOIN delivery ON delivery.row = attempt.delivery
            JOIN event ON event.seq = delivery.event WHERE attempt.number = 1 ORDER BY 1""")]
        database.close()
        found = {"stored": stored, "marked": marked}
        if stored > 1 and last > first:
            found["stored_per_second"] = round((stored - 1) * 1e9 / (last - first))
        for name, share in (("durable_p50_ms", 0.5), ("durable_p99_ms", 0.99), ("durable_p999_ms", 0.999)):
            if times:
                found[name] = round(times[int(share * len(times))], 3)
        return found


class Started:
    """A service that is ready, for as long as the `with` lasts."""

    def __init__(self, fanfare: Fanfare, process: Process):
        self._fanfare, self._process = fanfare, process

    def __enter__(self) -> Process:
        deadline = time.monotonic() + 60
        while not self._fanfare.is_ready():
            if not self._process.is_running or time.monotonic() > deadline:
                self._process.end()
                raise RuntimeError(f"Fanfare did not start: {self._process.last_words()}")
            time.sleep(0.02)
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.end()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


# Fanfare trusts whom the system trusts. Where a receiver has a certificate of its own making, Fanfare sees another list of them, in a mount
# namespace of its own.
NAMESPACE = ["unshare", "--map-root-user", "--mount", "sh", "-c", f'mount --bind "$0" {AUTHORITIES} && exec "$@"']


def trusting(authority: str | None, command: list[str]) -> list[str]:
    return [*NAMESPACE, authority, *command] if authority else command


def why_not_trusting() -> str | None:
    """What keeps Fanfare from being given another list of whom to trust, if anything does."""
    try:
        tried = subprocess.run([*NAMESPACE, __file__, "true"], capture_output=True, text=True)
    except OSError as error:
        return str(error)
    if tried.returncode:
        return f"no mount namespace for a list of certificate authorities: {tried.stderr.strip()}"
    return None

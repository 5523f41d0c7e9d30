"""The RabbitMQ that deploy/bench has started for us."""

import subprocess

import machine
import place


class Broker:
    def __init__(self) -> None:
        self.port = place.needed("BENCH_AMQP_PORT")
        self.pid = int(place.needed("BENCH_BROKER_PID"))
        # Fanfare looks whether what it publishes dead letters to is there.
        self._queue("dead-letters", "fanfare.dead")

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}"

    def _queue(self, command: str, name: str) -> str:
        return subprocess.run([place.tool("queue"), self.port, command, name], check=True, stdout=subprocess.PIPE, text=True).stdout

    def declare(self, queue: str) -> None:
        """A durable classic queue, empty."""
        self._queue("declare", queue)

    def delete(self, queue: str) -> None:
        self._queue("delete", queue)

    def waiting(self, queue: str) -> int:
        """Messages that nobody has taken, or that were taken and never acknowledged by somebody who has gone."""
        return int(self._queue("depth", queue).split()[0])

    def consumers(self, queue: str) -> int:
        return int(self._queue("depth", queue).split()[1])

    def publisher(self, queue: str, events: int, rate: int = 0, body: int = 430, ids: str = "random", projects: int = 1) -> list[str]:
        """The command that publishes so many events; at once without a rate a second."""
        return [
            place.tool("publish"), "--port", self.port, "--queue", queue, "--events", str(events), "--rate", str(rate), "--body", str(body),
            "--ids", ids, "--projects", str(projects)]

    def processor_time(self) -> float:
        return machine.processor_time(self.pid)

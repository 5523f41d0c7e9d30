"""Who takes part. The first is what the others are held against."""

import sqlite3
from pathlib import Path
from typing import Callable

import place
from fanfare import Fanfare
from work import Work
from worker import Worker


def all_contestants() -> list:
    reference = place.tool("reference")
    return [
        Worker("c", "C on librabbitmq, SQLite and curl_multi, commits whatever has come", [reference]),
        Worker(
            "c-20ms", "the same, waits up to 20 ms for larger commits",
            [reference, "--linger", "20", "--prefetch", "4000", "--batch", "1500"]),
        Fanfare(),
        Worker("go", "Go: amqp091-go, net/http and database/sql, group commit", [place.tool("worker-go")], built),
        Worker(
            "python", "Python: aio-pika, aiohttp and sqlite3 in a thread, group commit", python("worker.py"),
            has("aio_pika", "aiohttp")),
        Outbox(
            "mq-bridge", "mq-bridge (Rust): an outbox in SQLite whose rows are deleted once they are sent", python("bridge.py"),
            has("mq_bridge")),
        Connect(
            "connect", "Redpanda Connect's components, batched, with what was stored and sent in SQLite", python("connect.py", "stored"),
            has("mq_bridge_connect")),
        Unstored(
            "connect-direct", "the same, and nothing is stored", python("connect.py", "direct"), has("mq_bridge_connect")),
    ]


class Outbox(Worker):
    """It keeps what waits and nothing else, so its tables say only that nothing does."""

    is_service = True

    def has_settled(self, work: Work) -> bool:
        return count(work, "outbox") == 0

    def audit(self, work: Work) -> dict:
        return {}


class Connect(Worker):
    is_service = True

    def has_settled(self, work: Work) -> bool:
        return count(work, "deliveries WHERE status = 1") == work.deliveries


class Unstored(Worker):
    is_service = True

    def has_settled(self, work: Work) -> bool:
        return True

    def audit(self, work: Work) -> dict:
        return {}


def count(work: Work, rows: str) -> int:
    database = sqlite3.connect(work.database)
    try:
        return database.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]
    finally:
        database.close()


# Those that need more than a C compiler were built by Contestants/build.sh, or were not ---------------------------------------------------


def environment() -> Path:
    return Path(place.needed("BENCH_BUILD")) / "python"


def python(program: str, *arguments: str) -> list[str]:
    return [str(environment() / "bin" / "python"), str(Path(__file__).parent / "Contestants" / program), *arguments]


def built() -> str | None:
    return None if Path(place.tool("worker-go")).exists() else "it was not built"


def has(*packages: str) -> Callable[[], str | None]:
    def missing() -> str | None:
        lacking = [package for package in packages if not list(environment().glob(f"lib/python*/site-packages/{package}"))]
        return f"{' and '.join(lacking)} could not be installed" if lacking else None

    return missing

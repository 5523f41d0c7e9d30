"""Who takes part. The first is what the others are held against."""

import place
from fanfare import Fanfare
from worker import Worker


def all_contestants() -> list:
    reference = place.tool("reference")
    return [
        Worker("c", "C on librabbitmq, SQLite and curl_multi, commits whatever has come", [reference]),
        Worker(
            "c-20ms", "the same, waits up to 20 ms for larger commits",
            [reference, "--linger", "20", "--prefetch", "4000", "--batch", "1500"]),
        Fanfare(),
    ]

"""Where things are: the programs that deploy/bench has built, the folder for stores, the broker. All of it comes from the environment."""

import os
from pathlib import Path


def needed(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SystemExit(f"Error: {name} is not set; deploy/bench sets it, and starts this program")
    return value


def tool(name: str) -> str:
    """The path of one of our own programs in C."""
    return str(Path(needed("BENCH_PROGRAMS")) / name)


def work() -> Path:
    """On the disk that is measured; not in /tmp, which may be memory."""
    return Path(needed("BENCH_WORK"))

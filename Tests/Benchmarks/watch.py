"""What a service that runs needs while it has little to do, and how soon it is ready."""

import time

from process import Process


def resident_mib(pid: int) -> float:
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def busy_seconds(pid: int) -> float:
    """Of all its threads, also those that have ended, to the nanosecond: /proc counts in ticks, which would not show what an idle process does."""
    # The kernel's number for the processor clock of another process; clock_getcpuclockid(3) is not in Python.
    return time.clock_gettime((~pid << 3) | 2)


def idleness(pid: int, seconds: float) -> dict:
    """Processor time while nobody wants anything, in µs a second, and the memory it has."""
    before, start = busy_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return {
        "idle_us": round((busy_seconds(pid) - before) * 1e6 / (time.monotonic() - start)), "idle_mib": round(resident_mib(pid), 1)}


def seconds_until_ready(fanfare, process: Process, patience: float = 60) -> float:
    """From its start to its first good answer to /health/ready."""
    while not fanfare.is_ready():
        if not process.is_running or time.monotonic() - process.start > patience:
            raise RuntimeError(f"Fanfare did not get ready: {process.last_words()}")
        time.sleep(0.002)
    return round(time.monotonic() - process.start, 3)

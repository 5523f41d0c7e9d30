"""What the machine does besides: a probe of the disk and the processor, and who else uses it."""

import hashlib
import os
import time
from pathlib import Path

import place

TICKS = os.sysconf("SC_CLK_TCK")


def busy_and_stolen() -> tuple[float, float]:
    """Seconds of processor time that anybody used, and that the hypervisor took, since the machine started."""
    with open("/proc/stat") as file:
        user, nice, system, idle, waiting, irq, soft_irq, stolen = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + soft_irq) / TICKS, stolen / TICKS


def processor_time(pid: int) -> float:
    """Seconds that a process has used, without its children."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def own_time() -> float:
    """What the harness itself has used, without its children."""
    times = os.times()
    return times.user + times.system


def fdatasync_ms(count: int = 100) -> float:
    """How long it takes until 4 KiB at the end of a file are on disk."""
    path = place.work() / "probe"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    try:
        start = time.perf_counter()
        for _ in range(count):
            os.write(descriptor, b"x" * 4096)
            os.fdatasync(descriptor)
        return (time.perf_counter() - start) / count * 1000
    finally:
        os.close(descriptor)
        path.unlink()


def spin_ms() -> float:
    """How long the SHA-256 of 16 MB takes: slower than usual means a slower clock, or a processor that others use."""
    block = b"x" * 1_000_000
    start = time.perf_counter()
    for _ in range(16):
        hashlib.sha256(block).digest()
    return (time.perf_counter() - start) * 1000


def wait_until_quiet(limit: float) -> float:
    """Waits until all together use less than a quarter of one processor, at most so many seconds; returns what they use then."""
    deadline = time.monotonic() + limit
    while True:
        start, (before, _) = time.monotonic(), busy_and_stolen()
        time.sleep(min(1.0, limit))
        used = (busy_and_stolen()[0] - before) / (time.monotonic() - start)
        if used < 0.25 or time.monotonic() >= deadline:
            return used


def description() -> dict:
    """The machine, for the head of the results."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {"processors": len(os.sched_getaffinity(0)), "model": model, "memory_mib": memory, "kernel": os.uname().release}

"""A process that is measured: the processor time of all of it, and the most memory it ever had."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path


class Process:
    """Started at once; what it prints goes to a log, whose end says why when it fails."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path):
        self.log = log
        self.peak_kib = 0
        self.status: int | None = None
        self.seconds = 0.0
        self._ended = threading.Event()
        self.start = time.monotonic()
        with open(log, "wb") as output:
            # A session of its own: Ctrl-C reaches the harness only, which ends things in their order.
            self._popen = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        self.pid = self._popen.pid
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                break
            self.peak_kib = max(self.peak_kib, sum(map(peak_kib, family(self.pid))))
            time.sleep(0.05)
        self.duration = time.monotonic() - self.start
        self.seconds = usage.ru_utime + usage.ru_stime
        self.status = self._popen.returncode = os.waitstatus_to_exitcode(status)
        self._ended.set()

    @property
    def is_running(self) -> bool:
        return not self._ended.is_set()

    def wait(self, timeout: float) -> bool:
        """Whether it has ended within the time."""
        return self._ended.wait(timeout)

    def end(self, patience: float = 30) -> None:
        """Politely, and after a while not so; returns once it has ended."""
        for number, time_left in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
            if self.is_running:
                os.kill(self.pid, number)
            if self._ended.wait(time_left):
                return

    def last_words(self) -> str:
        return self.log.read_text(errors="replace").strip()[-600:] or "it said nothing"


def family(pid: int) -> list[int]:
    """A process and its children's children."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += family(int(child))
    except OSError:
        pass
    return found


def peak_kib(pid: int) -> int:
    """Not ru_maxrss: that counts the harness, whose memory a child has until it becomes another program."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)
    except OSError:
        return 0

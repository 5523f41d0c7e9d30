"""A receiver of webhooks, which counts and times what comes."""

import http.client
import json
import ssl
import subprocess

import machine
import place


class Receiver:
    """`tls` is a certificate and its key: then it speaks TLS only."""

    def __init__(self, delay_ms: int = 0, status: int = 204, tls: tuple[str, str] | None = None):
        command = [place.tool("receive"), "--delay", str(delay_ms), "--status", str(status)]
        if tls:
            command += ["--tls", *tls]
        self._tls = tls
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.port = int(self._process.stdout.readline() or 0)
        if not self.port:
            raise RuntimeError("the receiver did not start")
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        # One connection for all our questions: how many there are says something about the contestant.
        if tls:
            self._asked = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=ssl.create_default_context(cafile=tls[0]))
        else:
            self._asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *_: object) -> None:
        self._asked.close()
        self._process.terminate()
        self._process.wait()

    def _ask(self, path: str) -> dict:
        self._asked.request("GET", path)
        return json.loads(self._asked.getresponse().read())

    def stats(self) -> dict:
        stats = self._ask("/stats")
        # Our own is open all the time.
        stats["most_connections"] -= 1
        return stats

    def reset(self) -> None:
        self._ask("/reset")

    def processor_time(self) -> float:
        return machine.processor_time(self._process.pid)

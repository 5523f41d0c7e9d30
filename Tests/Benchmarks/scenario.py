"""What a scenario is made of. A file of `scenarios` has one or a few of these in `SCENARIOS`; one that is measured in a way of its own
overrides `measure`."""

import subprocess
from dataclasses import dataclass, field

import place
import run
from broker import Broker


@dataclass
class Scenario:
    name: str
    #: What happens, for the head of its table; `{events}` becomes their number.
    sentence: str
    events: int
    quick_events: int
    #: Events a second that are published while the contestant works; 0: all of them wait before it starts.
    rate: int = 0
    fan_out: int = 1
    body_bytes: int = 430
    #: "random" (UUIDv4) or "ordered" (by time, as KSUIDs).
    ids: str = "random"
    projects: int = 1
    #: Posts in flight at most.
    connections: int = 64
    #: How long the receiver takes for an answer.
    delay_ms: int = 0
    tls: bool = False
    #: Keys of Fanfare's configuration, beyond those that every scenario sets.
    settings: dict[str, str] = field(default_factory=dict)
    #: Share of the deliveries that gets to the receiver.
    arriving: float = 1
    #: Names of those that take part, unless others are asked for; None: all there are.
    contestants: tuple[str, ...] | None = None
    #: Names of those that take part in --quick.
    quick_contestants: tuple[str, ...] = ("c", "fanfare")
    #: Columns of its table, from `report.COLUMNS`.
    columns: tuple[str, ...] = (
        "per_second", "rate_ratio", "cpu_us", "cpu_ratio", "peak_mib", "broker_us", "receiver_us", "connections", "duplicates")
    #: Where its table stands among the others.
    position: int = 100
    #: How often it is run at most, where one run has its comparison in itself.
    runs_at_most: int = 1_000
    #: Seconds until a run is given up.
    patience: float = 180

    def missing(self) -> str | None:
        """What keeps the scenario from being run on this machine, if anything does."""
        return None

    def invites(self, name: str, by_name: bool, quick: bool) -> bool:
        """Who is asked for by name takes part wherever that makes sense: not where a scenario is about Fanfare only."""
        if self.contestants == ("fanfare",):
            return name == "fanfare"
        if by_name:
            return True
        return (self.contestants is None or name in self.contestants) and (not quick or name in self.quick_contestants)

    def taking_turns(self, contestants: list) -> list:
        """Who does in one round; a scenario about one of them has him in several ways here."""
        return contestants

    def taking_turns_quickly(self, contestants: list) -> list:
        return self.taking_turns(contestants)

    def measure(self, contestant, broker: Broker, quick: bool) -> dict:
        return run.run(self, contestant, broker, quick)

    def tls_files(self) -> tuple[str, str] | None:
        """A certificate for 127.0.0.1 that nobody else has signed, and its key; made once. Rust's verifier wants it to be no authority."""
        if not self.tls:
            return None
        certificate, key = place.work() / "receiver.pem", place.work() / "receiver.key"
        if not certificate.exists():
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                 "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
                 "-keyout", str(key), "-out", str(certificate)],
                check=True, capture_output=True)
        return str(certificate), str(key)

    def authority(self) -> str | None:
        files = self.tls_files()
        return files[0] if files else None

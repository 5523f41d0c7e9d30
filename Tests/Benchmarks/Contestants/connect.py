"""Components of Redpanda Connect (Go, inside mq-bridge, from PyPI): the whole way is theirs, mq-bridge only runs them.

`direct` posts and acknowledges, and stores nothing. `stored` takes batches, stores them, posts them, and stores what was delivered.
"""

import json
import sys

import mq_bridge_connect

from routes import AUTHORITY, BATCH, BROKER_PORT, CONNECTIONS, DATABASE, FAN_OUT, PREFETCH, QUEUE, run, subscriptions

BATCHES_AT_ONCE = 4
WAYS = ("direct", "stored")


def consumed() -> dict:
    return {"amqp_0_9": {"urls": [f"amqp://guest:guest@127.0.0.1:{BROKER_PORT}/"], "queue": QUEUE, "prefetch_count": PREFETCH}}


def matched() -> dict:
    numbers = json.dumps({kind: number for number, kind, _ in subscriptions()})
    return {"mapping": f"let numbers = {numbers}\nmeta subscription = $numbers.get(this.type)\nmeta id = this.id"}


def posted(parallel: bool) -> list[dict]:
    """With all ten told, a batch goes to one after the other."""
    urls = [url for _, _, url in subscriptions()]
    if FAN_OUT == 1:
        urls = [urls[0].rsplit("/", 1)[0] + '/${! meta("subscription") }']
    settings = {"verb": "POST", "headers": {"Content-Type": "application/json"}, "retries": 5, "parallel": parallel}
    if AUTHORITY:
        settings["tls"] = {"enabled": True, "root_cas_file": AUTHORITY}
    return [{"branch": {"processors": [{"http": {"url": url} | settings}]}} for url in urls]


def inserted(table: str, columns: list[str], values: str) -> dict:
    pragmas = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(20000)"
    return {
        "sql_insert": {
            "driver": "sqlite",
            "dsn": f"file:{DATABASE}?{pragmas}",
            "conn_max_open": 1,
            "table": table,
            "columns": columns,
            "suffix": "ON CONFLICT DO NOTHING",
            "args_mapping": f"root = {values}",
        }
    }


def direct() -> dict:
    return {"input": consumed(), "pipeline": {"threads": CONNECTIONS, "processors": [matched(), *posted(parallel=False)]}}


def stored() -> dict:
    events = inserted("events", ["id", "type", "received_at", "body"], "[this.id, this.type, 0, content().string()]")
    columns = ["event_id", "sub_id", "status", "attempts", "updated_at"]
    numbers = ['meta("subscription").number()'] if FAN_OUT == 1 else [str(number) for number, _, _ in subscriptions()]
    marks = [inserted("deliveries", columns, f"[this.id, {number}, 1, 1, 0]") for number in numbers]
    processors = [matched(), events, *posted(parallel=True), *marks]
    batches = {"broker": {"inputs": [consumed()], "batching": {"count": 200, "period": "5ms"}}}
    return {"input": batches, "pipeline": {"threads": BATCHES_AT_ONCE, "processors": processors}}


way = sys.argv[1] if len(sys.argv) == 2 and sys.argv[1] in WAYS else sys.exit(f"usage: connect.py {'|'.join(WAYS)}")
mq_bridge_connect.register()
flow = (direct() if way == "direct" else stored()) | {"logger": {"level": "ERROR"}, "max_in_flight": 1024}
# It reads YAML, which JSON is.
source = {"custom": {"name": "connect", "config": {"yaml": json.dumps(flow)}}}
run({"connect": {"input": source, "output": {"null": None}, "batch_size": BATCH}})

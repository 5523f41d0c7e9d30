"""mq-bridge (Rust, from PyPI) with the outbox its documentation describes: one route puts messages into a table of SQLite and acknowledges
them, the other posts rows and deletes them once they are answered.

What it leaves out: what was sent is gone, so nobody can ask for it; a message that comes twice is sent twice; routing is by one field.
"""

from routes import AUTHORITY, BATCH, BROKER_PORT, CONNECTIONS, DATABASE, FAN_OUT, PREFETCH, QUEUE, run, subscriptions

TABLE = {"url": "sqlite://" + DATABASE, "table": "outbox"}
# Each of the ten receivers gets a tenth of the events, or all get all: either way a tenth of the connections.
EACH = max(1, CONNECTIONS // 10)
# A batch ends before the next begins. Where many connections are there because receivers are slow, nothing should wait for a second turn.
POSTED = BATCH if CONNECTIONS <= 64 else EACH * 10


def receiver(url: str) -> dict:
    posts = {"url": url, "batch_concurrency": EACH, "request_timeout_ms": 10000}
    if AUTHORITY:
        posts["tls"] = {"required": True, "ca_file": AUTHORITY}
    return {"middlewares": [{"retry": {"max_attempts": 5}}], "http": posts}


def told() -> dict:
    if FAN_OUT == 1:
        return {"switch": {"when": [{"if": f"type == '{kind}'", "to": receiver(url)} for _, kind, url in subscriptions()]}}
    return {"fanout": [receiver(url) for _, _, url in subscriptions()]}


broker = {"url": f"amqp://guest:guest@127.0.0.1:{BROKER_PORT}/%2f", "queue": QUEUE, "prefetch_count": PREFETCH}
store = {"input": {"amqp": broker}, "output": {"sqlx": TABLE | {"auto_create_table": True}}, "batch_size": BATCH}
outbox = {"sqlx": TABLE | {"delete_after_read": True, "polling_interval_ms": 5}}
run({"store": store, "deliver": {"input": outbox, "output": told(), "batch_size": POSTED}})

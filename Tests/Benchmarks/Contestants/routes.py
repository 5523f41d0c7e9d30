"""What the contestants on mq-bridge share: the work as the harness describes it, and running routes until the harness ends them.

They do not say when they are done, so the harness watches the receiver and their tables, and sends SIGTERM.
"""

import logging
import os
import signal
import sqlite3
import threading
import time

import mq_bridge

DATABASE = os.environ["BENCH_DATABASE"]
BROKER_PORT = os.environ["BENCH_AMQP_PORT"]
QUEUE = os.environ["BENCH_QUEUE"]
CONNECTIONS = int(os.environ["BENCH_CONNECTIONS"])
FAN_OUT = int(os.environ["BENCH_FANOUT"])
AUTHORITY = os.environ.get("BENCH_CA")

# Messages that go through a route together, as many as are there.
BATCH = 512
PREFETCH = 1000
# The last posts are answered when the harness ends them, and not yet acknowledged.
ACKNOWLEDGE_WITHIN = 1
STOP_WITHIN = 3


def subscriptions() -> list[tuple[int, str, str]]:
    database = sqlite3.connect(DATABASE)
    rows = database.execute("SELECT id, type, url FROM subscriptions ORDER BY id").fetchall()
    database.close()
    return rows


def run(routes: dict):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    logging.basicConfig(level=logging.WARNING)
    mq_bridge.init_logging("debug")
    running = [mq_bridge.Route.from_config({"routes": routes}, name) for name in routes]
    for route in running:
        route.start()
    signal.sigwait([signal.SIGTERM])
    time.sleep(ACKNOWLEDGE_WITHIN)
    for route in running:
        route.stop()
    # Its threads do not always end.
    threading.Thread(target=leave, daemon=True).start()
    for route in running:
        route.join()
    os._exit(0)


def leave():
    time.sleep(STOP_WITHIN)
    os._exit(0)

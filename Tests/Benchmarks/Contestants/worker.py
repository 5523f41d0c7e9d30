"""The worker a team writes in Python: aio-pika, aiohttp, and sqlite3 in a thread.

Events are stored before they are posted, marked as delivered after, and acknowledged last; whatever waits for the disk shares one commit.
What it leaves out: a schedule of retries that survives a restart, attempts, signatures, queries.
"""

import asyncio
import json
import os
import sqlite3
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

import aio_pika
import aiohttp

PREFETCH = 500
COMMIT_AT_MOST = 1000
ATTEMPTS = 5
ATTEMPT_TIMEOUT = 10

EVENT = "INSERT OR IGNORE INTO events(id, type, received_at, body) VALUES(?, ?, ?, ?)"
DELIVERY = "INSERT OR IGNORE INTO deliveries VALUES(?, ?, 0, 0, ?)"
MARK = "UPDATE deliveries SET status = 1, attempts = attempts + 1, updated_at = ? WHERE event_id = ? AND sub_id = ?"


class Store:
    """Group commit: all that waits goes to the one thread that has the database, and everybody in it is told together."""

    def __init__(self, path: str):
        self.database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        self.thread = ThreadPoolExecutor(1)
        self.waiting = asyncio.Queue()

    def subscriptions(self) -> list[tuple[int, str, str]]:
        return self.database.execute("SELECT id, type, url FROM subscriptions").fetchall()

    def commit(self, events=(), deliveries=(), marks=()) -> asyncio.Future:
        done = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((events, deliveries, marks, done))
        return done

    async def commit_forever(self):
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self.waiting.get()]
            while len(batch) < COMMIT_AT_MOST and not self.waiting.empty():
                batch.append(self.waiting.get_nowait())
            rows = [[row for change in batch for row in change[kind]] for kind in range(3)]
            await loop.run_in_executor(self.thread, self.write, *rows)
            for change in batch:
                change[3].set_result(None)

    def write(self, events, deliveries, marks):
        self.database.execute("BEGIN IMMEDIATE")
        self.database.executemany(EVENT, events)
        self.database.executemany(DELIVERY, deliveries)
        self.database.executemany(MARK, marks)
        self.database.execute("COMMIT")


async def post(http: aiohttp.ClientSession, url: str, body: bytes) -> bool:
    for attempt in range(ATTEMPTS):
        try:
            async with http.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
                if answer.status // 100 == 2:
                    return True
        except (aiohttp.ClientError, asyncio.TimeoutError):
            pass
        await asyncio.sleep(2**attempt)
    return False


async def work():
    store = Store(os.environ["BENCH_DATABASE"])
    fan_out = os.environ["BENCH_FANOUT"] == "10"
    everybody = [(number, url) for number, _, url in store.subscriptions()]
    by_type = {kind: [(number, url)] for number, kind, url in store.subscriptions()}
    left = int(os.environ["BENCH_EVENTS"])
    finished = asyncio.get_running_loop().create_future()

    async def handle(message: aio_pika.abc.AbstractIncomingMessage):
        nonlocal left
        event = json.loads(message.body)
        key, now = event["id"], int(time.time())
        told = everybody if fan_out else by_type.get(event["type"], [])
        await store.commit([(key, event["type"], now, message.body)], [(key, number, now) for number, _ in told])
        for _, url in told:
            if not await post(http, url, message.body):
                await message.reject()
                return
        now = int(time.time())
        await store.commit(marks=[(now, key, number) for number, _ in told])
        await message.ack()
        left -= 1
        if left == 0:
            finished.set_result(None)

    committing = asyncio.create_task(store.commit_forever())
    trusted = ssl.create_default_context(cafile=os.environ.get("BENCH_CA"))
    connector = aiohttp.TCPConnector(limit=int(os.environ["BENCH_CONNECTIONS"]), ssl=trusted)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ATTEMPT_TIMEOUT)) as http:
        broker = await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{os.environ['BENCH_AMQP_PORT']}/")
        channel = await broker.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(os.environ["BENCH_QUEUE"], ensure=False)
        await queue.consume(handle)
        # A commit that fails ends the worker instead of leaving everybody waiting.
        await asyncio.wait([finished, committing], return_when=asyncio.FIRST_COMPLETED)
        if committing.done():
            committing.result()
        await broker.close()
    committing.cancel()


asyncio.run(work())

"""Contestants that are programs of this folder: each takes what it is to do from its environment, and ends once it has done it."""

import sqlite3
from typing import Callable

from work import TYPES, Work

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE events(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, received_at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE deliveries(
  event_id TEXT NOT NULL, sub_id INTEGER NOT NULL, status INTEGER NOT NULL, attempts INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY(event_id, sub_id)) WITHOUT ROWID;
CREATE TABLE subscriptions(id INTEGER PRIMARY KEY, type TEXT NOT NULL, url TEXT NOT NULL);
"""


class Worker:
    #: It ends by itself.
    is_service = False

    def __init__(self, name: str, sentence: str, command: list[str], missing: Callable[[], str | None] = lambda: None):
        """`missing` says what keeps it from taking part, if anything does."""
        self.name = name
        self.sentence = sentence
        self._command = command
        self.missing = missing

    def prepare(self, work: Work) -> None:
        database = sqlite3.connect(work.database)
        database.executescript(SCHEMA)
        database.executemany(
            "INSERT INTO subscriptions VALUES(?, ?, ?)", [(number, kind, work.hook(number)) for number, kind in enumerate(TYPES, 1)])
        database.commit()
        database.close()

    def command(self, work: Work) -> list[str]:
        return self._command

    def audit(self, work: Work) -> dict:
        """What its store says afterwards."""
        database = sqlite3.connect(work.database)
        stored, = database.execute("SELECT count(*) FROM events").fetchone()
        marked, = database.execute("SELECT count(*) FROM deliveries WHERE status = 1").fetchone()
        database.close()
        return {"stored": stored, "marked": marked}

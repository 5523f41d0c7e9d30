/// Events, timelines, subscriptions, deliveries, quarantine and outbox.
enum Migration0001 {
  static let sql = """
    -- Numbers that belong to this database: the key of the id fingerprints, the middle of the delivery ids.
    CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

    -- Texts that many rows share, each once.
    CREATE TABLE type(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE origin(
      id INTEGER PRIMARY KEY, door TEXT NOT NULL, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
      UNIQUE(door, exchange, routing_key));
    CREATE TABLE audience(id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE);
    CREATE TABLE audience_group(name TEXT, audience INTEGER, PRIMARY KEY(name, audience)) WITHOUT ROWID;
    CREATE TABLE timeline(
      id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, c TEXT NOT NULL, UNIQUE(kind, a, b, c));
    INSERT INTO audience(id, names) VALUES (1, '[]');

    -- `deliveries` rows of `delivery` from `first_delivery` on are the event's: no index is needed to find them.
    CREATE TABLE event(
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL, id_fingerprint INTEGER NOT NULL, type INTEGER NOT NULL,
      occurred_at INTEGER NOT NULL, received_at INTEGER NOT NULL, audience INTEGER NOT NULL, origin INTEGER NOT NULL,
      flags INTEGER NOT NULL, first_delivery INTEGER NOT NULL, deliveries INTEGER NOT NULL, traceparent TEXT, compact BLOB NOT NULL);
    CREATE INDEX event_by_id ON event(id_fingerprint);

    -- For each timeline of an event one row in the run of all (audience 0) and one in the run of its audience.
    CREATE TABLE timeline_entry(
      timeline INTEGER, audience INTEGER, occurred_at INTEGER, seq INTEGER, event_audience INTEGER NOT NULL, type INTEGER NOT NULL,
      flags INTEGER NOT NULL, PRIMARY KEY(timeline, audience, occurred_at, seq)) WITHOUT ROWID;

    CREATE TABLE endpoint(row INTEGER PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL, UNIQUE(kind, url));
    CREATE TABLE subscription_set(
      row INTEGER PRIMARY KEY, side TEXT NOT NULL, project TEXT NOT NULL, version INTEGER NOT NULL, UNIQUE(project, side));
    -- Removed ones stay for the history of their deliveries.
    CREATE TABLE subscription(
      row INTEGER PRIMARY KEY AUTOINCREMENT, subscription_set INTEGER NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
      endpoint INTEGER NOT NULL, document BLOB NOT NULL, secrets TEXT NOT NULL, is_paused INTEGER NOT NULL, is_removed INTEGER NOT NULL);
    CREATE UNIQUE INDEX subscription_by_id ON subscription(subscription_set, id) WHERE is_removed = 0;
    CREATE INDEX subscription_by_set ON subscription(subscription_set);

    CREATE TABLE delivery(
      row INTEGER PRIMARY KEY, event INTEGER NOT NULL, subscription INTEGER NOT NULL, endpoint INTEGER NOT NULL,
      state INTEGER NOT NULL, is_retry INTEGER NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL, attempts INTEGER NOT NULL,
      throttles INTEGER NOT NULL, created_at INTEGER NOT NULL, dead_reason TEXT);
    -- A partial index that names the column of its condition answers from itself; without it SQLite reads each row to check.
    CREATE INDEX delivery_due ON delivery(state, endpoint, is_retry, due_at) WHERE state = 0;
    CREATE INDEX delivery_by_subscription ON delivery(subscription);
    CREATE INDEX delivery_unsent ON delivery(state) WHERE state IN (2, 3);
    CREATE INDEX delivery_parked ON delivery(state, subscription) WHERE state = 4;

    CREATE TABLE attempt(
      delivery INTEGER, number INTEGER, started_at INTEGER NOT NULL, duration INTEGER NOT NULL, status INTEGER, reason TEXT NOT NULL,
      detail TEXT, response_body BLOB, PRIMARY KEY(delivery, number)) WITHOUT ROWID;

    CREATE TABLE quarantine(
      row INTEGER PRIMARY KEY AUTOINCREMENT, reason TEXT NOT NULL, detail TEXT NOT NULL, received_at INTEGER NOT NULL,
      created_at INTEGER NOT NULL, origin INTEGER NOT NULL, is_redelivered INTEGER NOT NULL, content_type TEXT, headers TEXT,
      fingerprint INTEGER NOT NULL, raw BLOB NOT NULL);
    CREATE INDEX quarantine_by_content ON quarantine(fingerprint);

    -- Ids are never used twice: a confirm that comes late must not remove another message.
    CREATE TABLE outbox(
      id INTEGER PRIMARY KEY AUTOINCREMENT, routing_key TEXT NOT NULL, content_type TEXT NOT NULL, headers TEXT NOT NULL,
      body BLOB NOT NULL);
    """
}

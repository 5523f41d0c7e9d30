/// Delivery at full strength: lanes by subscription, ordered entities, the health of endpoints, and why each attempt was decided as it was.
enum Migration0004 {
  static let sql = """
    ALTER TABLE event ADD COLUMN committed_at INTEGER;

    -- `urgency` is a first attempt (0), a retry (1) or a replay (2). `entity` is set for ordered subscriptions: a number for the deployment
    -- or version that the event is about. `replay` says of which job the delivery is, `is_plain` that Slack refused its blocks.
    ALTER TABLE delivery RENAME COLUMN is_retry TO urgency;
    ALTER TABLE delivery ADD COLUMN entity INTEGER;
    ALTER TABLE delivery ADD COLUMN is_plain INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE delivery ADD COLUMN replay INTEGER;
    DROP INDEX delivery_due;
    CREATE INDEX delivery_due ON delivery(state, subscription, urgency, due_at) WHERE state = 0;
    -- Held ones (5) wait behind another of their entity.
    DROP INDEX delivery_parked;
    CREATE INDEX delivery_parked ON delivery(state, subscription) WHERE state IN (4, 5);
    CREATE INDEX delivery_by_entity ON delivery(subscription, entity, state) WHERE entity IS NOT NULL AND state IN (0, 4, 5);

    -- `decision` is the state that the attempt left the delivery in, `next_at` when it was to be tried again.
    ALTER TABLE attempt ADD COLUMN decision INTEGER;
    ALTER TABLE attempt ADD COLUMN next_at INTEGER;
    ALTER TABLE attempt ADD COLUMN why TEXT;
    ALTER TABLE attempt ADD COLUMN digest TEXT;

    -- Of endpoints that fail: how often in a row, since when, and when the next probe may be made.
    CREATE TABLE endpoint_health(
      endpoint INTEGER PRIMARY KEY, failures INTEGER NOT NULL, failing_since INTEGER NOT NULL, probe_at INTEGER, probes INTEGER NOT NULL);

    -- What Retry-After said.
    CREATE TABLE endpoint_pause(endpoint INTEGER PRIMARY KEY, until INTEGER NOT NULL);

    ALTER TABLE subscription ADD COLUMN paused_reason TEXT;
    """
}

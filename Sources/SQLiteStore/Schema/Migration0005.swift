/// Replays: deliveries that are made once more, as durable jobs.
enum Migration0005 {
  static let sql = """
    -- `document` is the order as its client gave it. What is replayed are the candidates after (`after_time`, `after_row`) up to `last_row`:
    -- entries of timelines by time and sequence, or for dead letters deliveries by their rows. They are counted first (`is_counted`), and
    -- then gone through once more from (`first_time`, `first_row`) on. `subscriptions` are the rows that it is for, if not for all.
    CREATE TABLE replay(
      row INTEGER PRIMARY KEY AUTOINCREMENT, created_at INTEGER NOT NULL, project TEXT NOT NULL, document BLOB NOT NULL,
      subscriptions TEXT, state INTEGER NOT NULL, reason TEXT, ended_at INTEGER, first_time INTEGER NOT NULL, first_row INTEGER NOT NULL,
      last_row INTEGER NOT NULL, after_time INTEGER NOT NULL, after_row INTEGER NOT NULL, is_counted INTEGER NOT NULL,
      matched INTEGER NOT NULL, done INTEGER NOT NULL, succeeded INTEGER NOT NULL, dead INTEGER NOT NULL, cancelled INTEGER NOT NULL);
    CREATE INDEX replay_open ON replay(state) WHERE state IN (0, 1);

    -- `original` is the delivery that is made once more; null where the subscription never got one.
    CREATE TABLE replay_delivery(delivery INTEGER PRIMARY KEY, event INTEGER NOT NULL, replay INTEGER NOT NULL, original TEXT);
    CREATE INDEX replay_delivery_by_event ON replay_delivery(event);
    CREATE INDEX delivery_by_replay ON delivery(replay, state) WHERE replay IS NOT NULL;

    -- In whatever way a delivery is settled, or taken up again, the figures of its replay are right in the same transaction.
    CREATE TRIGGER replay_settled AFTER UPDATE OF state ON delivery WHEN NEW.replay IS NOT NULL AND NEW.state <> OLD.state BEGIN
      UPDATE replay SET succeeded = succeeded + (NEW.state = 1) - (OLD.state = 1), dead = dead + (NEW.state = 2) - (OLD.state = 2),
        cancelled = cancelled + (NEW.state = 3) - (OLD.state = 3) WHERE row = NEW.replay;
    END;
    CREATE TRIGGER replay_forgotten AFTER DELETE ON delivery WHEN OLD.replay IS NOT NULL BEGIN
      DELETE FROM replay_delivery WHERE delivery = OLD.row;
    END;
    """
}

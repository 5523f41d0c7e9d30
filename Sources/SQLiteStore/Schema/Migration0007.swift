/// Since when a subscription is paused, and up to where it was something else.
enum Migration0007 {
  static let sql = """
    -- The last event that was stored before the entry began to ask for what it asks now. 0 where that is not known, or always was so.
    ALTER TABLE subscription ADD COLUMN changed_after INTEGER NOT NULL DEFAULT 0;
    -- Null for one that is not paused, or was when nobody wrote it down.
    ALTER TABLE subscription ADD COLUMN paused_at INTEGER;
    """
}

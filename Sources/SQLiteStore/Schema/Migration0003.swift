/// When a subscription was made, and which deliveries a reader may see.
enum Migration0003 {
  static let sql = """
    -- The last event that was stored before the entry was made: it was matched with none up to there. 0 where that is not known.
    ALTER TABLE subscription ADD COLUMN created_after INTEGER NOT NULL DEFAULT 0;

    -- Where the deliveries stand of an event that a reader may see: the event's audience, or as a negative number the timeline of
    -- the user who acted. In the order of deliveries, which that of events by time is not.
    CREATE TABLE reader_delivery(
      reader INTEGER, first_delivery INTEGER, deliveries INTEGER NOT NULL, PRIMARY KEY(reader, first_delivery)) WITHOUT ROWID;
    INSERT INTO reader_delivery SELECT audience, first_delivery, deliveries FROM event WHERE deliveries > 0 ORDER BY audience, seq;
    INSERT INTO reader_delivery
      SELECT -timeline.id, event.first_delivery, event.deliveries
      FROM timeline JOIN timeline_entry ON timeline_entry.timeline = timeline.id AND timeline_entry.audience = 0
        JOIN event ON event.seq = timeline_entry.seq
      WHERE timeline.kind = 9 AND event.deliveries > 0;
    """
}

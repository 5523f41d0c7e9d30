/// Hands out events in the order in which they were stored, for those who follow along.
///
/// Sequences are contiguous and become visible in their order, so a follower who goes on after the last one that was looked at misses
/// nothing. A sequence tells how many events there are besides his: it must not leave the service.
public protocol EventFeed: Sendable {
  /// The sequence of the event that was stored last; 0 if there is none.
  func lastSequence() async throws -> Int64

  /// The sequence after which the events begin that were received at `instant` or later.
  ///
  /// Events are received nearly, not quite, in the order in which they are stored: a few before and after may be on the wrong side.
  func sequence(receivedBefore instant: Timestamp) async throws -> Int64

  /// The next events that the reader may see and that fit the filter.
  ///
  /// Looks at a bounded number of events a call, so that following costs little whatever the share of them that the reader may see;
  /// a page may be empty before the end is reached.
  func events(for reader: Reader, filter: EventFilter, from request: FeedRequest) async throws -> FeedPage
}

public struct FeedRequest: Sendable {
  /// Only events that were stored after this one. 0 for all.
  public var after: Int64
  /// At least 1.
  public var events: Int
  /// The page ends with the event that brings it to so many bytes.
  public var bytes: Int

  public init(after: Int64, events: Int = 200, bytes: Int = 256 << 10) {
    self.after = after
    self.events = events
    self.bytes = bytes
  }
}

public struct FeedPage: Sendable {
  /// The earliest stored first.
  public var events: [StoredEvent]
  /// Every event up to this one has been looked at; the next page goes on after it.
  public var examined: Int64
  /// Whether there was nothing behind ``examined`` when the page was read.
  public var isAtEnd: Bool

  public init(events: [StoredEvent], examined: Int64, isAtEnd: Bool) {
    self.events = events
    self.examined = examined
    self.isAtEnd = isAtEnd
  }
}

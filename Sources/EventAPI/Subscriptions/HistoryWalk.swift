import Fanfare

/// A walk over a scope's past events, the newest first: as far as they go, or as far as it may.
///
/// It reads page by page, so that no read is long, and gives way after each event, so that nobody waits for a thread.
struct HistoryWalk: Sendable {
  static let maximumEvents = 100_000
  /// So many questions are asked in one run, whatever each event raises: a large set is tried on fewer events.
  static let maximumQuestions = 20_000_000
  /// But on no fewer than so many.
  static let minimumEvents = 1_000

  /// How far a walk came.
  struct Extent: Sendable, Equatable {
    var examined = 0
    /// When the last event happened that was examined, if there are older ones that were not.
    var cutAt: Timestamp?
  }

  let events: any EventHistory
  let scope: SubscriptionScope
  let reader: Reader
  let since: Timestamp
  let until: Timestamp
  var maximumEvents = Self.maximumEvents

  /// Shows each event to `body`.
  func run(questionsPerEvent: Int, _ body: (PastEvent) throws -> Void) async throws -> Extent {
    let limit = min(maximumEvents, max(Self.minimumEvents, Self.maximumQuestions / max(1, questionsPerEvent)))
    var extent = Extent()
    var request = HistoryRequest(since: since, until: until)
    while true {
      request.events = min(200, limit - extent.examined)
      let page = try await events.history(of: scope, for: reader, from: request)
      for event in page.events {
        try body(event)
        extent.examined += 1
        await Task.yield()
      }
      guard let next = page.next else { return extent }
      if extent.examined >= limit {
        extent.cutAt = next.occurredAt
        return extent
      }
      try Task.checkCancellation()
      request.place = next
    }
  }
}

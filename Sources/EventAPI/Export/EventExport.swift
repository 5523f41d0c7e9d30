import Fanfare

/// Reads a listing page by page and writes it out; holds no more than the first page and another one.
struct EventExport: Sendable {
  private static let pageEvents = 1_000
  private static let pageBytes = 1 << 20
  /// As much as is put together before it is written.
  private static let chunkBytes = 64 << 10

  let events: any EventQuery
  let timeline: Timeline
  let filter: EventFilter
  private var reader: Reader
  /// Asked before each page but the first.
  let authenticateAgain: @Sendable () async throws(AuthenticationFailure) -> Caller
  let format: ExportFormat
  let timestamp: TimestampFormat
  private(set) var written = 0
  private var page = EventPage(events: [], hasMore: true)

  init(
    events: any EventQuery, timeline: Timeline, filter: EventFilter, reader: Reader, format: ExportFormat, timestamp: TimestampFormat,
    authenticateAgain: @escaping @Sendable () async throws(AuthenticationFailure) -> Caller
  ) {
    self.authenticateAgain = authenticateAgain
    self.events = events
    self.timeline = timeline
    self.filter = filter
    self.reader = reader
    self.format = format
    self.timestamp = timestamp
  }

  /// Reads the next page.
  mutating func readOn() async throws {
    let request = EventPageRequest(size: Self.pageEvents, from: page.events.last?.id, bytes: Self.pageBytes)
    page = try await events.events(in: timeline, for: reader, filter: filter, page: request)
  }

  /// Writes the page that was read, and all that follow.
  mutating func write(to outlet: inout BodyOutlet) async throws {
    var text: [UInt8] = []
    if format == .csv { text += EventCSV.heading }
    while true {
      for event in page.events {
        switch format {
        case .jsonl:
          text += event.lineJSON(timestamp: timestamp)
          text.append(UInt8(ascii: "\n"))
        case .csv: try EventCSV.append(event, to: &text)
        }
        if text.count >= Self.chunkBytes {
          try await outlet.write(text)
          text.removeAll(keepingCapacity: true)
        }
      }
      written += page.events.count
      if !page.hasMore { break }
      try Task.checkCancellation()
      // Whoever may see nothing any more gets nothing any more.
      reader = try await authenticateAgain().reader
      try await readOn()
    }
    if !text.isEmpty { try await outlet.write(text) }
  }
}

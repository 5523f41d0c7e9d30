import Fanfare
import HTTPTypes
import Hummingbird
import Logging

/// Any number of events as one file, the newest first, as the listings have them.
///
/// Not one snapshot: it is read page by page, so that no read holds the store's log for minutes. What comes in meanwhile is in it only if
/// it happened before the place that the export has come to.
struct ExportRoutes: Sendable {
  private let events: any EventQuery
  private let now: @Sendable () -> Timestamp
  private let limits: StreamLimits
  private let slots: Slots

  init(ports: APIPorts, limits: StreamLimits) {
    events = ports.events
    now = ports.now
    self.limits = limits
    slots = Slots(limit: limits.maximumExports)
  }

  var routes: [Route] { [Route(.get, "/api/v1/events/export", access: .anonymousToo, handler: export)] }

  @Sendable private func export(_ call: Call) async throws -> Response {
    var query = call.query
    var filter = EventFilter(&query)
    filter.since = query.timestamp("since")
    filter.until = query.timestamp("until")
    let path = PathFilter(&query)
    let format = query.choice("format", default: ExportFormat.jsonl)
    let timestamp = query.choice("timestamp", default: TimestampFormat.number)
    try query.finish()
    let timeline = filter.narrow(by: path)
    guard let slot = slots.take() else { throw APIError.tooMany("exports", limit: slots.limit) }

    var export = EventExport(
      events: events, timeline: timeline, filter: filter, reader: call.caller.reader, format: format, timestamp: timestamp,
      authenticateAgain: call.authenticateAgain)
    // The first page is read while there still can be another answer.
    try await export.readOn()
    let begun = export
    let logger = call.logger
    let body = LastingBody(patience: limits.patience).body { outlet in
      // Held until the last byte is written.
      defer { withExtendedLifetime(slot) {} }
      var export = begun
      do {
        try await export.write(to: &outlet)
      } catch {
        // The status is long gone; what is left is to end without the last chunk, so that nobody takes this for a whole file.
        logger.warning("an export was cut off", metadata: ["events": "\(export.written)", "error": "\(error)"])
        throw error
      }
    }
    let instant = now().rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }
    return Response(
      status: .ok,
      headers: [
        .contentType: format.contentType, .cacheControl: "no-store",
        .contentDisposition: "attachment; filename=\"fanfare-events-\(instant)Z.\(format.rawValue)\"",
      ], body: body)
  }
}

enum ExportFormat: String, CaseIterable {
  /// One event a line, as the API shows it.
  case jsonl
  /// For spreadsheets (``EventCSV``).
  case csv

  var contentType: String {
    switch self {
    case .jsonl: "application/x-ndjson"
    case .csv: "text/csv; charset=utf-8; header=present"
    }
  }
}

import AsyncHTTPClient
import Fanfare
import NIOCore
import NIOHTTP1

/// Follows the live stream, and connects again where it was cut off.
struct TailRun: Sendable {
  let service: ServiceClient
  /// What is asked for, `since` included.
  let query: [(String, String)]
  /// Told of each event, in the order of storing.
  let show: @Sendable ([UInt8]) throws -> Void
  /// Told when the line is lost, and when it stands again.
  let note: @Sendable (String) -> Void

  /// A service that asks for less would have us come back without end, one that asks for more would keep us from ever coming back.
  private static let shortestWait = Duration.milliseconds(100)
  private static let longestWait = Duration.seconds(30)

  private var parser = EventStreamParser()
  /// When the service first answered, by its own clock: where to go on if the line is lost before an event has come.
  private var begun: Timestamp?
  private var wait = Duration.zero

  init(
    service: ServiceClient, query: [(String, String)], show: @escaping @Sendable ([UInt8]) throws -> Void,
    note: @escaping @Sendable (String) -> Void
  ) {
    self.service = service
    self.query = query
    self.show = show
    self.note = note
  }

  /// Runs until it is cancelled.
  ///
  /// - Throws: ``OpeningFailure`` if the service is not there at first, or refuses; whatever `show` throws.
  mutating func run() async throws {
    while true {
      if let response = try await open() {
        wait = .zero
        try await follow(response)
      }
      try Task.checkCancellation()
      // A back-off: what the service asks for at first, and twice as long each time that it is in vain.
      wait = wait == .zero ? min(max(parser.retry ?? .seconds(1), Self.shortestWait), Self.longestWait) : min(wait * 2, Self.longestWait)
      try await Task.sleep(for: wait * Double.random(in: 0.8...1.2))
    }
  }

  /// Nil if it may well work in a while. What has never worked is not tried again.
  private mutating func open() async throws -> HTTPClientResponse? {
    do {
      let response = try await service.open(["api", "v1", "events", "stream"], query: resumingQuery, headers: headers)
      if begun != nil { note("Connected again.") }
      begun = begun ?? response.headers.first(name: "Date").flatMap { Timestamp(httpDate: $0, now: SystemClock.now()) } ?? SystemClock.now()
      return response
    } catch {
      try Task.checkCancellation()
      guard begun != nil, error.isRetriable else { throw error }
      return nil
    }
  }

  /// Reads until the stream ends, whichever way.
  private mutating func follow(_ response: HTTPClientResponse) async throws {
    parser = EventStreamParser(lastEventID: parser.lastEventID)
    var reason = "the service ended the stream"
    var body = response.body.makeAsyncIterator()
    while true {
      let bytes: ByteBuffer?
      do {
        bytes = try await body.next()
      } catch {
        try Task.checkCancellation()
        reason = ServiceClient.reason(for: error)
        break
      }
      guard let bytes else { break }
      for message in parser.take(bytes.readableBytesView) { try show(message.data) }
    }
    note("The line was lost (\(reason)); connecting again.")
  }

  private var headers: HTTPHeaders { parser.lastEventID.isEmpty ? [:] : ["Last-Event-ID": parser.lastEventID] }

  private var resumingQuery: [(String, String)] {
    guard parser.lastEventID.isEmpty, let begun, !query.contains(where: { $0.0 == "since" }) else { return query }
    return query + [("since", begun.rfc3339)]
  }
}

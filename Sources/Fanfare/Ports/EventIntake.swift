/// The door for events that come over HTTP, and for what leaves the quarantine: the same decoder, the same store, one way in.
public protocol EventIntake: Sendable {
  /// Reads a document (one event, an array of them, or CloudEvents) and stores all of it or none, durably.
  ///
  /// - Returns: the id of each event, in the document's order; of a duplicate the id of the one that is stored.
  /// - Throws: ``ValidationErrors`` if something in it is wrong (all of it at once), ``EventConflict`` if an id is taken by an event that
  ///   says something else, ``DocumentTooLarge``, ``IntakeOverloaded``.
  func create(_ document: InboundDocument) async throws -> [String]

  /// Reads a quarantined entry again, stores it, and takes it out of the quarantine. Throws as ``create(_:)`` does; it stays then.
  func release(_ entry: QuarantineEntry) async throws -> [String]
}

/// A request's body and what its headers say about it.
public struct InboundDocument: Sendable {
  public var body: [UInt8]
  public var contentType: String?
  public var contentEncoding: String?
  /// All headers, names in lower case: CloudEvents in binary mode has its attributes there (`ce-…`), and `traceparent`.
  public var headers: [(name: String, value: String)]

  public init(body: [UInt8], contentType: String? = nil, contentEncoding: String? = nil, headers: [(name: String, value: String)] = []) {
    self.body = body
    self.contentType = contentType
    self.contentEncoding = contentEncoding
    self.headers = headers
  }
}

/// Longer than `events.maxBytes`.
public struct DocumentTooLarge: Error, Sendable {
  public let limit: Int

  public init(limit: Int) { self.limit = limit }
}

/// Too much waits for the store already; to be tried again in a moment.
public struct IntakeOverloaded: StoreFailure {
  public init() {}

  public var shortage: StoreShortage? { .overloaded }
}

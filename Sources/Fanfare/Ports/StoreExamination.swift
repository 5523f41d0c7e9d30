/// Something that was looked at, and how it stands.
public struct Finding: Sendable, Hashable {
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    case ok
    /// Not as it should be, and no promise is broken.
    case warning
    /// Something is lost, or about to be, or does not work.
    case fault

    public static func < (left: Severity, right: Severity) -> Bool {
      allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
  }

  /// What was looked at: a constant name in snake_case.
  public var subject: String
  public var severity: Severity
  /// How it stands, in a sentence without its full stop.
  public var observation: String
  /// What to do; nil where nothing is to be done.
  public var advice: String?

  /// All is well.
  public init(_ subject: String, _ observation: String) { self.init(subject, .ok, observation) }

  public init(_ subject: String, _ severity: Severity, _ observation: String, advice: String? = nil) {
    self.subject = subject
    self.severity = severity
    self.observation = observation
    self.advice = advice
  }
}

/// One look at what is stored.
public enum StoreCheck: String, Sendable, CaseIterable {
  /// Whether it is a store of this version. Nothing else can be looked at if not.
  case version
  /// Whether the pages are what the database's engine wrote.
  case integrity
  /// Whether each event is there, with its deliveries, and when it came.
  case events
  /// Whether each delivery, attempt and replay belongs to something, and whether a delivery waits for what never comes.
  case deliveries
  /// Whether each event is in its timelines, and nothing else is.
  case timelines
  /// Whether each event is found by its id, so that it is told from a new one when it comes again.
  case ids
  /// Whether what is due is being made.
  case backlog
  /// What could not be read, and what is to be published.
  case mail
  /// Whether the key opens the secrets, and whether the operator's own credential is known.
  case secrets
  /// How much of the store is in its log.
  case log
}

/// Takes account of a store, beside the service that writes to it or without one. Changes nothing.
///
/// Reads in short transactions, some thousands of rows each, in bounded memory, so that whoever writes is not kept from tidying up. Only the
/// check of the pages reads each table in one.
public protocol StoreExamination: Sendable {
  /// - Returns: what was found; at least one thing.
  func examine(_ check: StoreCheck) async throws -> [Finding]
}

import PlainMatcher

/// The account: what became of each event that was published, and what does not add up.
///
/// It knows the service's promises (README, contract) and its tables, and nothing of its code.
public struct Reckoning: Sendable {
  public private(set) var figures: Figures
  /// Empty if the promise was kept.
  public private(set) var violations: [Violation]

  public init(of evidence: Evidence) throws {
    let books = try Books(evidence)
    figures = Figures(books)
    violations = try books.intakeViolations() + books.fanOutViolations() + books.deliveryViolations() + books.receiptViolations()
    violations += books.deadLetterViolations()
    if let text = evidence.store.integrity, text != "ok" { violations.append(Violation(.damaged, text)) }
  }

  /// What was lost of what was promised to be kept.
  public var losses: Int { violations.count(where: \.kind.isLoss) }
}

public struct Figures: Sendable, Hashable {
  public var published = 0
  public var confirmed = 0
  /// Events of producers that are, or were, in the store.
  public var stored = 0
  /// Of them, what retention has removed.
  public var removed = 0
  /// The service's own events.
  public var own = 0
  public var quarantined = 0
  public var deliveries = 0
  public var succeeded = 0
  public var dead = 0
  public var scheduled = 0
  public var requests = 0
  /// Requests that were taken although the same delivery had been taken before.
  public var repeated = 0
  /// Deliveries that had been taken when the service was killed, and were not written down as such; over all kills.
  public var inFlight = 0
  /// Messages in the dead-letter queue beyond those that had to be there.
  public var repeatedDeadLetters = 0

  public init() {}

  init(_ books: Books) {
    published = books.evidence.sent.count
    confirmed = books.evidence.sent.count(where: \.isConfirmed)
    removed = books.store.removed.values.count { PlainKSUID($0) == nil }
    own = books.ownEvents.count
    stored = books.store.events.count - own + removed
    quarantined = books.store.quarantine.count
    deliveries = books.store.deliveries.count
    succeeded = books.store.deliveries.count { $0.state == .succeeded }
    dead = books.store.deliveries.count { $0.state == .dead }
    scheduled = books.store.deliveries.count(where: \.isPending)
    requests = books.evidence.requests.count
    repeated = books.taken.values.reduce(0) { $0 + $1.count - 1 }
    inFlight = books.evidence.kills.reduce(0) { $0 + books.inFlight(at: $1).count }
    repeatedDeadLetters = max(0, books.evidence.deadLetters.count - quarantined - books.deaths.values.reduce(0, +))
  }
}

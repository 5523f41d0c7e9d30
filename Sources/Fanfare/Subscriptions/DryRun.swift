/// What a set of subscriptions would have sent of past events, beside what the present set sent of them.
///
/// It is shown one event after the other and keeps counts and a few examples, so that its size does not depend on how many events there
/// are. What would have been sent is what the set matches; a paused subscription's deliveries count, as they would go out in the end.
/// What was sent is what there are deliveries for: a subscription that was made later, or said something else, did not send what it
/// would send now.
public struct DryRun: Sendable {
  /// Of each entry's additions and of its removals.
  public static let maximumExamples = 5

  private let drafts: SubscriptionIndex
  private let draftsByID: [String: Subscription]
  private let present: [Int64: Subscription]
  private let presentByID: [String: Subscription]
  private let visibility: DefaultVisibility
  private let order: [String]
  private var differences: [String: SubscriptionDifference] = [:]

  /// - Parameters:
  ///   - drafts: the set that is tried, of one scope.
  ///   - present: the set that is in force there.
  ///   - visibility: what events without groups are taken for.
  public init(_ drafts: [Subscription], against present: [Subscription], byDefault visibility: DefaultVisibility) {
    self.drafts = SubscriptionIndex(drafts, defaultVisibility: visibility)
    self.present = Dictionary(present.map { ($0.row, $0) }, uniquingKeysWith: { first, _ in first })
    self.visibility = visibility
    draftsByID = Dictionary(drafts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    presentByID = Dictionary(present.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let kept = draftsByID
    order = drafts.map(\.id) + present.map(\.id).filter { kept[$0] == nil }
  }

  /// What of each subscription would be different: those of the set that is tried in its order, then those that it leaves out.
  public var result: [SubscriptionDifference] {
    order.map { differences[$0] ?? SubscriptionDifference(id: $0, standing: standing(of: $0)) }
  }

  /// How many questions an event may raise, for who bounds a run's work.
  public var questionsPerEvent: Int { draftsByID.values.reduce(1) { $0 + 1 + $1.filters.count } }

  public mutating func examine(_ past: PastEvent) throws(JSONError) {
    let event = try Event(compact: past.event)
    var sent: Set<String> = []
    for row in past.told { if let subscription = present[row] { sent.insert(subscription.id) } }
    for subscription in drafts.matches(event) where !event.tells(of: subscription) {
      if sent.remove(subscription.id) != nil {
        change(subscription.id) { $0.unchanged += 1 }
      } else {
        count(past.event, event, addedTo: subscription.id)
      }
    }
    for id in sent { count(past.event, event, removedFrom: id) }
  }

  private func standing(of id: String) -> SubscriptionDifference.Standing {
    draftsByID[id] == nil ? .removed : presentByID[id] == nil ? .new : .kept
  }

  private mutating func change(_ id: String, _ body: (inout SubscriptionDifference) -> Void) {
    let untouched = SubscriptionDifference(id: id, standing: standing(of: id))
    body(&differences[id, default: untouched])
  }

  private mutating func count(_ stored: StoredEvent, _ event: Event, addedTo id: String) {
    let example = hasRoom(\.addedExamples, of: id) ? SubscriptionDifference.Example(stored, why: whyNotSent(event, by: id)) : nil
    change(id) { difference in
      difference.added += 1
      if let example { difference.addedExamples.append(example) }
    }
  }

  private mutating func count(_ stored: StoredEvent, _ event: Event, removedFrom id: String) {
    let example = hasRoom(\.removedExamples, of: id) ? SubscriptionDifference.Example(stored, why: whyNotMatched(event, by: id)) : nil
    change(id) { difference in
      difference.removed += 1
      if let example { difference.removedExamples.append(example) }
    }
  }

  private func hasRoom(_ examples: KeyPath<SubscriptionDifference, [SubscriptionDifference.Example]>, of id: String) -> Bool {
    (differences[id]?[keyPath: examples].count ?? 0) < Self.maximumExamples
  }

  private func whyNotSent(_ event: Event, by id: String) -> String {
    guard let subscription = presentByID[id] else { return "it is not in the present set" }
    return objection(of: subscription, to: event) ?? "it was made after the event had come, or was something else then"
  }

  private func whyNotMatched(_ event: Event, by id: String) -> String {
    guard let subscription = draftsByID[id] else { return "it is not in the set that is tried" }
    return objection(of: subscription, to: event) ?? "it does not match"
  }

  private func objection(of subscription: Subscription, to event: Event) -> String? {
    let verdict = subscription.verdict(for: event, byDefault: visibility)
    return verdict == .disabled ? "it is disabled" : subscription.clause(of: verdict, on: event)?.sentence
  }
}

/// What a subscription would send that it did not, and the other way round.
public struct SubscriptionDifference: Sendable {
  /// In which of the two sets its id is.
  public enum Standing: String, Sendable, CaseIterable {
    case kept, new, removed
  }

  public struct Example: Sendable {
    public let id: String
    public let type: EventType
    public let occurredAt: Timestamp
    /// Which term of the set that does not have it stands against it, as a sentence without its full stop.
    public let why: String

    init(_ event: StoredEvent, why: String) {
      id = event.id
      type = event.type
      occurredAt = event.occurredAt
      self.why = why
    }
  }

  public let id: String
  public let standing: Standing
  /// Sent, and would be sent.
  public internal(set) var unchanged = 0
  /// Would be sent, and was not.
  public internal(set) var added = 0
  /// Was sent, and would not be.
  public internal(set) var removed = 0
  /// The newest ones, at most ``DryRun/maximumExamples``.
  public internal(set) var addedExamples: [Example] = []
  public internal(set) var removedExamples: [Example] = []

  init(id: String, standing: Standing) {
    self.id = id
    self.standing = standing
  }

  public var wouldSend: Int { unchanged + added }
  public var presentSent: Int { unchanged + removed }
}

/// Something that does not add up.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, CaseIterable {
    // What came in.
    case eventLost = "confirmed, and neither stored nor quarantined"
    case storedTwice = "stored more than once"
    case storedUnsent = "stored, though nobody sent it"
    case storedOtherwise = "stored with something else in it than was sent"
    case messageLost = "confirmed and unreadable or contradictory, and not in the quarantine"
    case quarantinedTwice = "in the quarantine more than once"
    case quarantinedWrongly = "in the quarantine, where it does not belong"
    case gapInSequence = "a number of the sequence that no event has"
    // What is to go out.
    case deliveryMissing = "matches, and has no delivery"
    case deliveryUnwanted = "has a delivery, and does not match"
    case deliveryTwice = "has more than one delivery"
    case deliveryOrphaned = "a delivery of an event that is not there"
    case deliveriesMiscounted = "the event's own count of its deliveries is wrong"
    case notSettled = "is neither succeeded nor dead, though there was all the time in the world"
    case attemptsMiscounted = "the delivery's count of its attempts is wrong"
    case succeededTwice = "has more than one attempt that succeeded"
    case stateUnproven = "its last attempt does not say what its state says"
    // What went out.
    case successNotReceived = "succeeded, and nobody has received it"
    case receivedUnstored = "received before it was stored"
    case receivedUnknown = "received, and no delivery of the store's is called so"
    case receivedElsewhere = "received under the id of another event's or subscription's delivery"
    case repeatedWithoutKill = "taken more often than it was in flight at kills"
    case outOfOrder = "received after a later event of its entity, though its subscription is ordered"
    // Dead letters.
    case deadLetterMissing = "dead or quarantined, and not in the dead-letter queue"
    case deadLetterUnknown = "in the dead-letter queue, and neither dead nor quarantined"
    case deathUntold = "dead, and not one event in the trail for each death"
    case outboxNotEmpty = "waits in the outbox"
    // The file.
    case damaged = "the file is damaged"

    /// Whether something is gone that the guarantee promises to keep.
    public var isLoss: Bool {
      switch self {
      case .eventLost, .messageLost, .deliveryMissing, .successNotReceived, .deadLetterMissing, .notSettled: true
      default: false
      }
    }
  }

  public let kind: Kind
  /// Which event, delivery or message.
  public let subject: String

  public init(_ kind: Kind, _ subject: String) {
    self.kind = kind
    self.subject = subject
  }

  public var description: String { "\(subject): \(kind.rawValue)" }
}

internal import Fanfare

/// What the writer knows without asking the database: true of what is committed and, inside a transaction, of what that has written.
struct WriterMemory: Sendable {
  var catalogue = SubscriptionCatalogue()
  var counts = StoreCounts()
  /// Names accounts, keys and the service's own events.
  var ids = KSUIDGenerator()
  var types = Remembered<EventType, Int64>(bound: 4_096)
  var origins = Remembered<Origin.Door, Int64>(bound: 4_096)
  var audiences = Remembered<Audience, Int64>(bound: 16_384)
  /// The timelines of a place, the user's own not among them.
  var places = Remembered<EventPath, [Int64]>(bound: 16_384)
  var users = Remembered<ExactText, Int64>(bound: 16_384)

  /// A state to go back to.
  struct Mark {
    static let beginning = Mark(catalogue: nil, counts: nil, lengths: [0, 0, 0, 0, 0])
    fileprivate var catalogue: SubscriptionCatalogue?
    fileprivate var counts: StoreCounts?
    fileprivate var lengths: [Int]
  }

  /// As it was at the last commit, for ``Mark/beginning``.
  private var committed: Committed?

  private struct Committed: Sendable {
    var catalogue: SubscriptionCatalogue
    var counts: StoreCounts
  }

  /// Moves the memory out for a transaction, so that changing it copies nothing.
  mutating func taken() -> WriterMemory {
    var memory = WriterMemory()
    swap(&memory, &self)
    memory.committed = Committed(catalogue: memory.catalogue, counts: memory.counts)
    return memory
  }

  func mark() -> Mark {
    Mark(catalogue: catalogue, counts: counts, lengths: [types.mark, origins.mark, audiences.mark, places.mark, users.mark])
  }

  mutating func rollback(to mark: Mark) {
    catalogue = mark.catalogue ?? committed?.catalogue ?? catalogue
    counts = mark.counts ?? committed?.counts ?? counts
    types.rollback(to: mark.lengths[0])
    origins.rollback(to: mark.lengths[1])
    audiences.rollback(to: mark.lengths[2])
    places.rollback(to: mark.lengths[3])
    users.rollback(to: mark.lengths[4])
  }

  mutating func commit() {
    committed = nil
    types.commit()
    origins.commit()
    audiences.commit()
    places.commit()
    users.commit()
  }
}

/// How far the sequences have got, and what is counted so that nobody has to scan for it.
struct StoreCounts: Sendable {
  var lastSequence: Int64 = 0
  var lastDelivery: Int64 = 0
  /// When the last delivery, quarantine entry or replay was made: never goes back, so that rows are in the order of time.
  var lastCreatedAt = Timestamp(nanoseconds: .min)
  var dead = 0
  var quarantined = 0
  var outbox = 0
  /// Whether any event was removed whose id is, or was, remembered.
  var hasRemovedEvents = false
  /// ``AccountStore/accountVersion``.
  var accountVersion = 0
}

/// All subscriptions with what the store knows of them besides.
struct SubscriptionCatalogue: Sendable {
  var index = SubscriptionIndex()
  /// By the subscription's row.
  var endpoints: [Int64: EndpointID] = [:]
  var versions: [SubscriptionScope: Int64] = [:]
}

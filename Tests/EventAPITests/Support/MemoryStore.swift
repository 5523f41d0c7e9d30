import Fanfare
import Synchronization

/// The ports over arrays: slow, forgetful, and plainly right.
final class MemoryStore: Sendable {
  struct State {
    var events: [StoredEvent] = []
    var sets: [SubscriptionScope: SubscriptionSet] = [:]
    var deliveries: [DeliveryDetail] = []
    var replays: [Replay] = []
    /// Ids of subscriptions that were made after every event.
    var younger: Set<String> = []
    var quarantine: [QuarantineEntry] = []
    var accounts: [Account] = []
    var keys: [APIKey] = []
    var accountVersion = 0
    /// How often somebody asked whose a key is.
    var holderQuestions = 0
    var uses: [KeyUse] = []
    var released: [KSUID] = []
    var health: [Health] = [Health(part: "store", isReady: true, reason: "writes take 1 ms")]
    /// What every port throws instead of answering.
    var failure: (any Error)?
    var documents: [InboundDocument] = []
    /// How often somebody looked ahead in the feed, and how often somebody read a listing.
    var looks = 0
    var listings = 0
    /// What walks over the past asked for.
    var walks: [HistoryRequest] = []
    /// The listing from which on reading fails.
    var failingListing = Int.max
    var generator = KSUIDGenerator()
    var random = SystemRandomNumberGenerator()
  }

  struct Unreadable: Error {}

  static let now = Timestamp(seconds: 1_700_000_000)

  private let state = Mutex(State())
  private let decoder: EventDecoder

  init(maximumBytes: Int = 1_048_576) {
    decoder = EventDecoder(maximumBytes: maximumBytes)
  }

  func change<Result>(_ body: (inout sending State) throws -> sending Result) rethrows -> Result {
    try state.withLock(body)
  }

  /// What was given to the intake.
  var documents: [InboundDocument] { state.withLock { $0.documents } }

  func read<Result>(_ body: (inout State) throws -> Result) throws -> Result {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return try body(&state)
    }
  }
}

extension MemoryStore.State {
  mutating func makeID() -> KSUID { generator.next(at: MemoryStore.now, using: &random) }

  mutating func add(_ event: Event) {
    events.append(
      StoredEvent(
        sequence: Int64(events.count + 1), id: event.id, type: event.type, occurredAt: event.occurredAt, receivedAt: event.receivedAt,
        compact: event.compactJSON, traceparent: nil))
  }
}

extension MemoryStore: EventIntake {
  func create(_ document: InboundDocument) async throws -> [String] {
    try read { state in
      state.documents.append(document)
      let headers = JSONValue.object(document.headers.map { JSONValue.Member($0.name, .string($0.value)) })
      let readings = decoder.read(
        EventDecoder.Content(body: document.body, contentType: document.contentType, headers: headers, receivedAt: Self.now),
        makeID: { state.makeID().description })
      var faults: [ValidationError] = []
      var events: [Event] = []
      for reading in readings {
        switch reading.result {
        case .success(let event): events.append(event)
        case .failure(let fault): faults += fault.errors
        }
      }
      if !faults.isEmpty { throw ValidationErrors(faults) }
      for event in events {
        if let stored = state.events.first(where: { $0.id == event.id }) {
          if !(try Event(compact: stored)).saysTheSame(as: event) { throw EventConflict(id: event.id) }
        } else {
          state.add(event)
        }
      }
      return events.map(\.id)
    }
  }

  func release(_ entry: QuarantineEntry) async throws -> [String] {
    let ids = try await create(InboundDocument(body: entry.entry.origin.raw, contentType: entry.entry.origin.contentType))
    try await releaseFromQuarantine(entry.id)
    return ids
  }
}

extension MemoryStore: EventQuery {
  func events(in timeline: Timeline, for reader: Reader, filter: EventFilter, page: EventPageRequest) async throws -> EventPage {
    try read { state in
      var visible: [StoredEvent] = []
      for stored in state.events {
        let event = try Event(compact: stored)
        if Timeline.all(of: event).contains(timeline), reader.sees(event), filter.accepts(event) { visible.append(stored) }
      }
      state.listings += 1
      if state.listings >= state.failingListing { throw Unreadable() }
      visible.sort { ($0.occurredAt, $0.sequence) > ($1.occurredAt, $1.sequence) }
      if let from = page.from {
        guard let boundary = try state.events.first(where: { try $0.id == from && reader.sees(Event(compact: $0)) }) else {
          throw UnknownEvent(id: from)
        }
        visible = visible.filter { ($0.occurredAt, $0.sequence) < (boundary.occurredAt, boundary.sequence) }
      }
      var room = page.bytes
      let shown = visible.prefix(page.size).prefix { event in
        defer { room -= event.compact.count }
        return room > 0
      }
      return EventPage(events: Array(shown), hasMore: visible.count > shown.count)
    }
  }

  func event(_ id: String, for reader: Reader) async throws -> StoredEvent? {
    try read { state in
      guard let stored = state.events.first(where: { $0.id == id }) else { return nil }
      return reader.sees(try Event(compact: stored)) ? stored : nil
    }
  }

  func explanation(of id: String, for reader: Reader) async throws -> EventExplanation? {
    guard let stored = try await event(id, for: reader) else { return nil }
    return try read { state in
      let index = SubscriptionIndex(state.sets.values.flatMap(\.subscriptions))
      let deliveries = state.deliveries.filter { $0.summary.eventID == id }
      return EventExplanation(
        event: stored,
        custody: Custody(door: .amqp(exchange: "inventory.events", routingKey: "inventory.p"), isRedelivered: true),
        subscriptions: index.verdicts(on: try Event(compact: stored)).map { subscription, verdict in
          SubscriptionExplanation(
            id: subscription.id, scope: subscription.scope, kind: subscription.kind, url: subscription.url,
            standing: .there(subscription, verdict), isYounger: state.younger.contains(subscription.id),
            deliveries: deliveries.filter {
              $0.summary.scope == subscription.scope && $0.summary.subscriptionID == subscription.id
            })
        })
    }
  }
}

extension MemoryStore: EventFeed {
  func lastSequence() async throws -> Int64 { try read { Int64($0.events.count) } }

  func sequence(receivedBefore instant: Timestamp) async throws -> Int64 {
    try read { state in Int64(state.events.firstIndex { $0.receivedAt >= instant } ?? state.events.count) }
  }

  func events(for reader: Reader, filter: EventFilter, from request: FeedRequest) async throws -> FeedPage {
    try read { state in
      state.looks += 1
      var page = FeedPage(events: [], examined: request.after, isAtEnd: true)
      for stored in state.events.dropFirst(Int(request.after)) {
        if page.events.count == request.events || page.events.reduce(0, { $0 + $1.compact.count }) >= request.bytes {
          page.isAtEnd = false
          break
        }
        page.examined = stored.sequence
        let event = try Event(compact: stored)
        if reader.sees(event), filter.accepts(event) { page.events.append(stored) }
      }
      return page
    }
  }
}

extension Reader {
  func sees(_ event: Event) -> Bool {
    switch self {
    case .everything: true
    case .member(let groups, let username): event.audience.meets(groups) || username != nil && event.username == username
    }
  }
}

extension EventFilter {
  fileprivate func accepts(_ event: Event) -> Bool {
    func equal(_ wanted: String?, _ found: String?) -> Bool { wanted == nil || wanted == found }
    let version = event.path.inventory?.version.map { InventoryPlace.comparable(version: $0) }
    return (types.isEmpty || types.contains { $0.matches(event.type.name) }) && equal(username, event.username)
      && (since.map { event.occurredAt >= $0 } ?? true) && (until.map { event.occurredAt < $0 } ?? true)
      && equal(inventoryProject, event.path.inventory?.project) && equal(inventoryApplication, event.path.inventory?.application)
      && equal(inventoryVersion, version) && equal(stateProject, event.path.state?.project)
      && equal(stateEnvironment, event.path.state?.environment) && equal(stateDeployment, event.path.state?.deployment)
      && (!hasDeployment || event.path.state?.deployment != nil)
  }
}

extension MemoryStore: SubscriptionStore {
  func subscriptions(of scope: SubscriptionScope) async throws -> SubscriptionSet {
    try read { $0.sets[scope] ?? SubscriptionSet(version: 0, subscriptions: []) }
  }

  func replace(
    _ scope: SubscriptionScope, with drafts: [Subscription], ifVersion version: Int64?, by actor: String?
  ) async throws -> SubscriptionSet {
    try read { state in
      let current = state.sets[scope]?.version ?? 0
      if let version, version != current { throw SubscriptionSetChanged(version: current) }
      let set = SubscriptionSet(version: current + 1, subscriptions: drafts)
      state.sets[scope] = set
      return set
    }
  }

  func setPaused(
    _ isPaused: Bool, subscription id: String, of scope: SubscriptionScope, by actor: String?
  ) async throws -> Subscription? {
    try read { state in
      state.change(id, in: scope) { old in
        Subscription(scope: scope, id: id, kind: old.kind, url: old.url, secrets: old.secrets, isPaused: isPaused)
      }
    }
  }

  func rotateSecret(
    ofSubscription id: String, of scope: SubscriptionScope, keepingOldUntil end: Timestamp, at now: Timestamp
  ) async throws -> Subscription? {
    try read { state in
      state.change(id, in: scope) { old in
        Subscription(
          scope: scope, id: id, kind: old.kind, url: old.url, secrets: ["whsec_made"],
          retiredSecrets: old.secretsRetired(until: end, at: now), isPaused: old.isPaused)
      }
    }
  }
}

extension MemoryStore.State {
  fileprivate mutating func change(
    _ id: String, in scope: SubscriptionScope, _ change: (Subscription) -> Subscription
  ) -> Subscription? {
    guard var set = sets[scope], let index = set.subscriptions.firstIndex(where: { $0.id == id }) else { return nil }
    set.subscriptions[index] = change(set.subscriptions[index])
    sets[scope] = set
    return set.subscriptions[index]
  }
}

extension MemoryStore: StoreInspection {
  func statistics(at now: Timestamp) async throws -> StoreStatistics {
    try read { state in
      StoreStatistics(
        events: Int64(state.events.count), due: 3, oldestDueAge: .milliseconds(1500),
        deadDeliveries: state.deliveries.count { $0.summary.state.name == "dead" }, quarantined: state.quarantine.count, outbox: 2,
        walBytes: 4096)
    }
  }
}

/// One part of the service as the store's state has it.
struct PartHealth: HealthReporting {
  let store: MemoryStore
  let index: Int

  func health() async -> Health { store.change { $0.health[index] } }
}

import Fanfare

extension MemoryStore: DeliveryQuery {
  func deliveries(matching filter: DeliveryFilter, for reader: Reader, page: CursorPage) async throws -> Page<DeliverySummary> {
    try read { state in
      let fitting = try state.deliveries.map(\.summary).filter { try filter.accepts($0) && state.shows($0, to: reader) }
      return Self.page(fitting, by: \.id.ksuid, page)
    }
  }

  func delivery(_ id: DeliveryID, for reader: Reader) async throws -> DeliveryDetail? {
    try read { state in try state.deliveries.first { try $0.summary.id == id && state.shows($0.summary, to: reader) } }
  }

  func projects(of ids: [DeliveryID], for reader: Reader) async throws -> Set<String> {
    var projects: Set<String> = []
    for id in ids {
      guard let delivery = try await delivery(id, for: reader) else { throw UnknownDelivery(id: id) }
      projects.insert(delivery.summary.scope.project)
    }
    return projects
  }

  func requeue(_ ids: [DeliveryID], for reader: Reader, at now: Timestamp) async throws -> Int {
    _ = try await projects(of: ids, for: reader)
    return try read { state in state.schedule(at: now) { ids.contains($0.id) } }
  }

  func requeue(matching filter: DeliveryFilter, for reader: Reader, at now: Timestamp) async throws -> Int {
    try read { state in
      let snapshot = state
      return try state.schedule(at: now) { try filter.accepts($0) && snapshot.shows($0, to: reader) }
    }
  }

  func quarantine(page: CursorPage) async throws -> Page<QuarantineEntry> {
    try read { state in Self.page(state.quarantine, by: \.id, page) }
  }

  func quarantined(_ id: KSUID) async throws -> QuarantineEntry? {
    try read { state in state.quarantine.first { $0.id == id } }
  }

  func releaseFromQuarantine(_ id: KSUID) async throws {
    try read { state in state.quarantine.removeAll { $0.id == id } }
  }

  static func page<Element>(_ all: [Element], by key: (Element) -> KSUID, _ page: CursorPage) -> Page<Element> {
    let isAscending = page.order == .ascending
    let sorted = all.sorted { isAscending ? key($0) < key($1) : key($0) > key($1) }
    func isBehind(_ element: Element, _ boundary: KSUID) -> Bool { isAscending ? key(element) > boundary : key(element) < boundary }
    switch page.boundary {
    case nil: return Page(elements: Array(sorted.prefix(page.size)), hasPrevious: false, hasNext: sorted.count > page.size)
    case .after(let boundary):
      let rest = sorted.filter { isBehind($0, boundary) }
      return Page(elements: Array(rest.prefix(page.size)), hasPrevious: rest.count < sorted.count, hasNext: rest.count > page.size)
    case .before(let boundary):
      let rest = sorted.filter { key($0) != boundary && !isBehind($0, boundary) }
      return Page(elements: Array(rest.suffix(page.size)), hasPrevious: rest.count > page.size, hasNext: rest.count < sorted.count)
    }
  }
}

extension MemoryStore.State {
  fileprivate func shows(_ delivery: DeliverySummary, to reader: Reader) throws -> Bool {
    if case .everything = reader { return true }
    guard let event = events.first(where: { $0.id == delivery.eventID }) else { return false }
    return reader.sees(try Event(compact: event))
  }

  fileprivate mutating func schedule(at now: Timestamp, where isMeant: (DeliverySummary) throws -> Bool) rethrows -> Int {
    var count = 0
    for index in deliveries.indices where try isMeant(deliveries[index].summary) {
      let old = deliveries[index].summary
      deliveries[index] = DeliveryDetail(
        summary: DeliverySummary(
          id: old.id, eventID: old.eventID, eventType: old.eventType, scope: old.scope, subscriptionID: old.subscriptionID, kind: old.kind,
          url: old.url, state: .scheduled(at: now), attempts: old.attempts, createdAt: old.createdAt, lastAttemptAt: old.lastAttemptAt,
          lastReason: old.lastReason), attempts: deliveries[index].attempts)
      count += 1
    }
    return count
  }
}

extension DeliveryFilter {
  fileprivate func accepts(_ delivery: DeliverySummary) -> Bool {
    (project.map { delivery.scope.project == $0 } ?? true) && (subscription.map { delivery.subscriptionID == $0 } ?? true)
      && (state.map { delivery.state.name == $0 } ?? true) && (event.map { delivery.eventID == $0 } ?? true)
      && (since.map { delivery.createdAt >= $0 } ?? true) && (until.map { delivery.createdAt < $0 } ?? true)
      && (replay.map { delivery.replay?.replay == $0 } ?? true)
  }
}

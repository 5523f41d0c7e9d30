import Fanfare

/// Makes replays and steers them; nobody carries them out.
extension MemoryStore: ReplayQuery {
  /// The events of the order's time, whosever they are.
  func count(_ order: ReplayOrder) async throws -> Int {
    try check(order)
    return try read { state in state.events.count { $0.occurredAt >= order.since && $0.occurredAt < order.until } }
  }

  func makeReplay(_ order: ReplayOrder) async throws -> Replay {
    try check(order)
    return try read { state in
      if state.replays.count(where: { $0.state == .running }) >= Replay.maximumOpen { throw ReplayError.tooMany }
      let replay = Replay(
        id: state.makeID(), order: order, state: .running, createdAt: Self.now,
        figures: Replay.Figures(matched: 0, isCounted: false, done: 0, succeeded: 0, dead: 0, cancelled: 0))
      state.replays.append(replay)
      return replay
    }
  }

  func replays(ofProjects projects: Set<String>?, page: CursorPage) async throws -> Page<Replay> {
    try read { state in
      Self.page(state.replays.filter { projects?.contains($0.order.project) ?? true }, by: \.id, page)
    }
  }

  func replay(_ id: KSUID) async throws -> Replay? {
    try read { state in state.replays.first { $0.id == id } }
  }

  func change(_ id: KSUID, _ change: Replay.Change) async throws -> Replay? {
    try read { state in
      guard let index = state.replays.firstIndex(where: { $0.id == id }) else { return nil }
      let old = state.replays[index]
      state.replays[index] = Replay(
        id: id, order: old.order, state: try old.state(after: change), createdAt: old.createdAt, figures: old.figures)
      return state.replays[index]
    }
  }

  private func check(_ order: ReplayOrder) throws {
    if let subscription = order.subscription, subscription != "hook" { throw ReplayError.unknownSubscription(subscription) }
  }
}

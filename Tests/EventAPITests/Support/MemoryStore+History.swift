import Fanfare

extension MemoryStore: EventHistory {
  var defaultVisibility: DefaultVisibility { .restricted }

  func history(of scope: SubscriptionScope, for reader: Reader, from request: HistoryRequest) async throws -> HistoryPage {
    try read { state in
      state.walks.append(request)
      let older = try state.events.filter { stored in
        let event = try Event(compact: stored)
        return scope.contains(event) && reader.sees(event) && stored.occurredAt >= request.since && stored.occurredAt < request.until
          && (request.place.map { HistoryPlace(of: stored) < $0 } ?? true)
      }
      .sorted { HistoryPlace(of: $0) > HistoryPlace(of: $1) }
      let rows = Dictionary(
        (state.sets[scope]?.subscriptions ?? []).map { ($0.id, $0.row) }, uniquingKeysWith: { first, _ in first })
      let events = older.prefix(request.events).map { event in
        let told = state.deliveries.filter { $0.summary.eventID == event.id && $0.summary.scope == scope }
        return PastEvent(event: event, told: Set(told.compactMap { rows[$0.summary.subscriptionID] }))
      }
      return HistoryPage(events: events, next: older.count > events.count ? events.last.map { HistoryPlace(of: $0.event) } : nil)
    }
  }
}

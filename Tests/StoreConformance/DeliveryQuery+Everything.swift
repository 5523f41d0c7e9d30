import Fanfare

// As an admin, for the cases that are not about who sees what.
extension DeliveryQuery {
  func deliveries(matching filter: DeliveryFilter, page: CursorPage) async throws -> Page<DeliverySummary> {
    try await deliveries(matching: filter, for: .everything, page: page)
  }

  func delivery(_ id: DeliveryID) async throws -> DeliveryDetail? { try await delivery(id, for: .everything) }

  func requeue(_ ids: [DeliveryID], at now: Timestamp) async throws -> Int { try await requeue(ids, for: .everything, at: now) }

  func requeue(matching filter: DeliveryFilter, at now: Timestamp) async throws -> Int {
    try await requeue(matching: filter, for: .everything, at: now)
  }
}

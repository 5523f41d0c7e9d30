internal import Fanfare

/// Why and by whom a subscription is paused or resumed.
struct Pausing {
  static let byHand = "by_hand"
  /// Its endpoint failed for too long.
  static let failing = "failing"

  var reason: String
  var actor: String?
  var failingSince: Timestamp?

  init(reason: String, actor: String? = nil, failingSince: Timestamp? = nil) {
    self.reason = reason
    self.actor = actor
    self.failingSince = failingSince
  }
}

// What the service does to subscriptions and deliveries is told in their projects' trails (contract §7), in the transaction that does it.

extension WriteTransaction {
  func announce(_ isPaused: Bool, _ subscription: Subscription, _ pausing: Pausing, _ receipt: inout RecordReceipt) throws {
    var data = subscriptionData(subscription)
    data.member("reason", pausing.reason)
    data.member("failing_since", pausing.failingSince?.rfc3339)
    data.endObject()
    try storeOwn(
      isPaused ? .subscriptionPaused : .subscriptionResumed, about: subscription, by: pausing.actor,
      audience: Audience(subscription.allowedGroups ?? []), data: data.bytes, &receipt)
  }

  /// Of a death that only tells of another death nothing is told: that would have no end.
  func announceDeath(
    of task: DeliveryTask, _ reason: DeadReason, lastReason: String, attempts: Int64, _ receipt: inout RecordReceipt
  ) throws {
    if task.event.type == .deliveryDead { return }
    var data = subscriptionData(task.subscription)
    data.member("delivery", task.id.description)
    data.member("event", task.event.id)
    data.member("event_type", task.event.type.name)
    data.member("reason", reason.rawValue)
    data.member("last_reason", lastReason)
    data.key("attempts")
    data.integer(attempts)
    data.endObject()
    try storeOwn(
      .deliveryDead, about: task.subscription, by: nil, audience: try Event(compact: task.event).audience, data: data.bytes, &receipt)
  }

  private func subscriptionData(_ subscription: Subscription) -> JSONWriter {
    var data = JSONWriter(capacity: 256)
    data.beginObject()
    data.member("subscription", subscription.id)
    data.member("scope", subscription.scope.side.rawValue)
    data.member("type", subscription.kind.rawValue)
    data.member("url", subscription.publicURL)
    return data
  }

  private func storeOwn(
    _ type: EventType, about subscription: Subscription, by actor: String?, audience: Audience, data: [UInt8],
    _ receipt: inout RecordReceipt
  ) throws {
    var random = SystemRandomNumberGenerator()
    let (side, project) = (subscription.scope.side, subscription.scope.project)
    let event = Event(
      id: memory.ids.next(at: now, using: &random).description, type: type, occurredAt: now, receivedAt: now, username: actor,
      audience: audience,
      path: EventPath(
        inventory: side == .state ? nil : InventoryPlace(project: project), state: side == .inventory ? nil : StatePlace(project: project)),
      data: data)
    _ = try store(
      event, identity.fingerprint(of: event.id), Origin(door: .service, raw: []), about: subscription.row, deliveries: &receipt.deliveries)
    receipt.hasEvents = true
  }
}

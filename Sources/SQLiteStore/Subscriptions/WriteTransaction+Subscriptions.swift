internal import Failpoints
internal import Fanfare
internal import GRDB

extension WriteTransaction {
  /// Replaces a scope's set; see ``SubscriptionStore``.
  func replace(
    _ scope: SubscriptionScope, with drafts: [Subscription], ifVersion expected: Int64?, by actor: String?,
    using random: inout some RandomNumberGenerator
  ) throws -> SubscriptionSet {
    let version = memory.catalogue.versions[scope] ?? 0
    if let expected, expected != version { throw SubscriptionSetChanged(version: version) }
    guard Set(drafts.map(\.id)).count == drafts.count else { throw SQLiteStoreError(.invalid, "a set names a subscription id twice") }
    let set = try setRow(scope, version: version + 1)
    let old = memory.catalogue.index.subscriptions(of: scope)
    let oldByID = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let kept = Set(drafts.map(\.id))
    for gone in old where !kept.contains(gone.id) { try remove(gone) }
    if old.contains(where: { !kept.contains($0.id) }) { try endReplaysWithoutSubscriptions() }
    var members: [Subscription] = []
    var changed: [Subscription] = []
    for (position, draft) in drafts.enumerated() {
      let endpoint = try endpointRow(draft.kind, draft.url)
      if let entry = oldByID[draft.id] {
        // What was said of one address does not hold for another.
        let isPaused = draft.keepsPause ? entry.isPaused && entry.url == draft.url : draft.isPaused
        let subscription = draft.stored(
          row: entry.row, secrets: draft.secrets.isEmpty ? entry.secrets : draft.secrets,
          retiredSecrets: draft.secrets.isEmpty ? entry.retiredSecrets : [], isPaused: isPaused,
          pausedReason: isPaused ? entry.pausedReason ?? Pausing.byHand : nil)
        if entry.isPaused != isPaused { changed.append(subscription) }
        try update(subscription, position: position, endpoint: endpoint)
        try noteChange(of: entry, to: subscription)
        try moveDeliveries(of: entry, to: subscription, endpoint: endpoint)
        members.append(subscription)
      } else {
        let secrets = draft.secrets.isEmpty ? [Self.secret(using: &random)] : draft.secrets
        members.append(try insert(draft, set: set, secrets: secrets, position: position, endpoint: endpoint))
      }
    }
    memory.catalogue.index.replace(scope, with: members)
    memory.catalogue.versions[scope] = version + 1
    isCatalogueChanged = true
    try Failpoint.subscriptionsReplaced.reachOrFail()
    var receipt = RecordReceipt()
    for subscription in changed {
      try announce(subscription.isPaused, subscription, Pausing(reason: Pausing.byHand, actor: actor), &receipt)
    }
    return SubscriptionSet(version: version + 1, subscriptions: members)
  }

  /// Pauses or resumes; its scheduled deliveries are parked, or come back as they were.
  func setPaused(_ isPaused: Bool, subscription row: Int64, _ pausing: Pausing, _ receipt: inout RecordReceipt) throws {
    guard let entry = memory.catalogue.index.subscription(row: row), let endpoint = memory.catalogue.endpoints[row],
      entry.isPaused != isPaused
    else { return }
    let subscription = entry.stored(
      row: row, secrets: entry.secrets, retiredSecrets: entry.retiredSecrets, isPaused: isPaused,
      pausedReason: isPaused ? pausing.reason : nil)
    let update = try statement("UPDATE subscription SET is_paused = ?, paused_reason = ? WHERE row = ?")
    update.bind(1, isPaused)
    update.bind(2, subscription.pausedReason)
    update.bind(3, row)
    try update.run()
    try noteChange(of: entry, to: subscription)
    try moveDeliveries(of: entry, to: subscription, endpoint: endpoint)
    put(subscription)
    // The pause is part of what a client reads of the set.
    let version = (memory.catalogue.versions[entry.scope] ?? 0) + 1
    _ = try setRow(entry.scope, version: version)
    memory.catalogue.versions[entry.scope] = version
    try announce(isPaused, subscription, pausing, &receipt)
  }

  /// Makes a new secret; see ``SubscriptionStore``.
  func rotateSecret(
    ofSubscription id: String, of scope: SubscriptionScope, keepingOldUntil end: Timestamp, at now: Timestamp,
    using random: inout some RandomNumberGenerator
  ) throws -> Subscription? {
    guard let entry = memory.catalogue.index.subscriptions(of: scope).first(where: { $0.id == id }) else { return nil }
    let subscription = entry.stored(
      row: entry.row, secrets: [Self.secret(using: &random)], retiredSecrets: entry.secretsRetired(until: end, at: now),
      isPaused: entry.isPaused, pausedReason: entry.pausedReason)
    let update = try statement("UPDATE subscription SET secrets = ? WHERE row = ?")
    update.bind(1, try secrets.seal(subscription).secrets)
    update.bind(2, entry.row)
    try update.run()
    put(subscription)
    return subscription
  }

  /// Puts an entry in the place of the one with its row.
  private func put(_ subscription: Subscription) {
    let members = memory.catalogue.index.subscriptions(of: subscription.scope).map { $0.row == subscription.row ? subscription : $0 }
    memory.catalogue.index.replace(subscription.scope, with: members)
    isCatalogueChanged = true
  }

  // MARK: Rows

  private func setRow(_ scope: SubscriptionScope, version: Int64) throws -> Int64 {
    let upsert = try statement(
      """
      INSERT INTO subscription_set(side, project, version) VALUES (?1, ?2, ?3)
      ON CONFLICT(project, side) DO UPDATE SET version = ?3 RETURNING row
      """)
    upsert.bind(1, scope.side.rawValue)
    upsert.bind(2, scope.project)
    upsert.bind(3, version)
    defer { upsert.reset() }
    guard try upsert.step() else { throw SQLiteStoreError(.other, "the set of subscriptions could not be written") }
    let row = upsert.int64(0)
    while try upsert.step() {}
    return row
  }

  private func endpointRow(_ kind: Subscription.Kind, _ url: String) throws -> EndpointID {
    let fingerprint = secrets.fingerprint(of: kind, url: url)
    let insert = try statement("INSERT OR IGNORE INTO endpoint(kind, url, fingerprint) VALUES (?, ?, ?)")
    insert.bind(1, kind.rawValue)
    insert.bind(2, kind.publicURL(url))
    insert.bind(3, fingerprint)
    try insert.run()
    let select = try statement("SELECT row FROM endpoint WHERE fingerprint = ?")
    select.bind(1, fingerprint)
    defer { select.reset() }
    guard try select.step() else { throw SQLiteStoreError(.other, "the endpoint could not be written") }
    return EndpointID(row: select.int64(0))
  }

  private func insert(_ draft: Subscription, set: Int64, secrets: [String], position: Int, endpoint: EndpointID) throws -> Subscription {
    let insert = try statement(
      """
      INSERT INTO subscription(subscription_set, id, position, endpoint, document, secrets, is_paused, created_after, paused_reason, is_removed)
      VALUES (?1, ?2, ?3, ?4, x'', x'', ?5, ?6, ?7, 0)
      """)
    insert.bind(1, set)
    insert.bind(2, draft.id)
    insert.bind(3, position)
    insert.bind(4, endpoint.row)
    insert.bind(5, draft.isPaused)
    insert.bind(6, memory.counts.lastSequence)
    let pausedReason = draft.isPaused ? Pausing.byHand : nil
    insert.bind(7, pausedReason)
    try insert.run()
    let subscription = draft.stored(row: db.lastInsertedRowID, secrets: secrets, isPaused: draft.isPaused, pausedReason: pausedReason)
    // Sealed for its row, which nobody knew before.
    let sealed = try self.secrets.seal(subscription)
    let fill = try statement("UPDATE subscription SET document = ?, secrets = ? WHERE row = ?")
    fill.bind(1, sealed.document)
    fill.bind(2, sealed.secrets)
    fill.bind(3, subscription.row)
    try fill.run()
    memory.catalogue.endpoints[subscription.row] = endpoint
    try noteChange(of: nil, to: subscription)
    return subscription
  }

  private func update(_ subscription: Subscription, position: Int, endpoint: EndpointID) throws {
    let update = try statement(
      "UPDATE subscription SET position = ?, endpoint = ?, document = ?, secrets = ?, is_paused = ?, paused_reason = ? WHERE row = ?")
    update.bind(1, position)
    update.bind(2, endpoint.row)
    let sealed = try secrets.seal(subscription)
    update.bind(3, sealed.document)
    update.bind(4, sealed.secrets)
    update.bind(5, subscription.isPaused)
    update.bind(6, subscription.pausedReason)
    update.bind(7, subscription.row)
    try update.run()
  }

  private func remove(_ subscription: Subscription) throws {
    let update = try statement("UPDATE subscription SET is_removed = 1 WHERE row = ?")
    update.bind(1, subscription.row)
    try update.run()
    try changeDeliveries(
      of: subscription, in: [StateCode.scheduled, StateCode.parked, StateCode.held],
      set: "state = \(StateCode.cancelled), dead_reason = '\(CancelReason.removed.rawValue)'")
    memory.catalogue.endpoints[subscription.row] = nil
  }

  // MARK: Their deliveries

  /// Parks, brings back and redirects what is scheduled, as the entry's change asks for, and lets go what no longer waits for its turn.
  private func moveDeliveries(of old: Subscription, to new: Subscription, endpoint: EndpointID) throws {
    let former = memory.catalogue.endpoints[old.row] ?? endpoint
    let state = new.isPaused || new.isDisabled ? StateCode.parked : StateCode.scheduled
    if (old.isPaused || old.isDisabled) && !(new.isPaused || new.isDisabled) { try resume(endpoint) }
    if former != endpoint || (old.isPaused || old.isDisabled) != (new.isPaused || new.isDisabled) {
      try changeDeliveries(
        of: old, in: [StateCode.scheduled, StateCode.parked], set: "state = \(Self.state(state)), endpoint = \(endpoint.row)")
      try changeDeliveries(of: old, in: [StateCode.held], set: "endpoint = \(endpoint.row)")
    }
    if old.ordering == .entity, new.ordering == .none {
      try changeDeliveries(of: old, in: [StateCode.scheduled, StateCode.parked], set: "entity = NULL")
      try changeDeliveries(of: old, in: [StateCode.held], set: "state = \(state), entity = NULL")
    }
    memory.catalogue.endpoints[old.row] = endpoint
  }

  /// What a replay that is paused made stays parked, whatever its subscription does.
  private static func state(_ code: Int64) -> String {
    if code != StateCode.scheduled { return String(code) }
    return "iif(EXISTS (SELECT 1 FROM replay WHERE replay.row = delivery.replay AND replay.state = 1), \(StateCode.parked), \(code))"
  }

  /// Changes all that are in one of these states, which are not the settled ones.
  private func changeDeliveries(of subscription: Subscription, in states: [Int64], set assignments: String) throws {
    for state in states {
      let source =
        state == StateCode.scheduled ? "delivery_due WHERE state = 0" : "delivery_parked WHERE state = \(state) AND state IN (4, 5)"
      try db.execute(
        sql: """
          UPDATE delivery SET \(assignments) WHERE row IN
            (SELECT row FROM delivery INDEXED BY \(source) AND subscription = ?)
          """, arguments: [subscription.row])
    }
  }

  private static func secret(using random: inout some RandomNumberGenerator) -> String {
    let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    return "whsec_" + Base64.encode(bytes)
  }
}

extension Subscription {
  /// The same entry with what the store gives it.
  func stored(row: Int64, secrets: [String], retiredSecrets: [RetiredSecret] = [], isPaused: Bool, pausedReason: String?) -> Subscription {
    Subscription(
      row: row, scope: scope, id: id, kind: kind, url: url, events: events, filters: filters, allowedGroups: allowedGroups, format: format,
      headers: headers, retrySchedule: retrySchedule, rateLimitPerSecond: rateLimitPerSecond, ordering: ordering,
      isDisabled: isDisabled,
      slackUsername: slackUsername, slackIcon: slackIcon, secrets: secrets, retiredSecrets: retiredSecrets, isPaused: isPaused,
      pausedReason: pausedReason)
  }
}

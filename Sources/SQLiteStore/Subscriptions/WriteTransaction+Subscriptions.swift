internal import Fanfare
internal import GRDB

extension WriteTransaction {
  /// Replaces a scope's set; see ``SubscriptionStore``.
  func replace(
    _ scope: SubscriptionScope, with drafts: [Subscription], ifVersion expected: Int64?, using random: inout some RandomNumberGenerator
  ) throws -> SubscriptionSet {
    let version = memory.catalogue.versions[scope] ?? 0
    if let expected, expected != version { throw SubscriptionSetChanged(version: version) }
    guard Set(drafts.map(\.id)).count == drafts.count else { throw SQLiteStoreError(.invalid, "a set names a subscription id twice") }
    let set = try setRow(scope, version: version + 1)
    let old = memory.catalogue.index.subscriptions(of: scope)
    let oldByID = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let kept = Set(drafts.map(\.id))
    for gone in old where !kept.contains(gone.id) { try remove(gone) }
    var members: [Subscription] = []
    for (position, draft) in drafts.enumerated() {
      let endpoint = try endpointRow(draft.kind, draft.url)
      if let entry = oldByID[draft.id] {
        // What was said of one address does not hold for another.
        let isPaused = draft.keepsPause ? entry.isPaused && entry.url == draft.url : draft.isPaused
        let subscription = draft.stored(
          row: entry.row, secrets: draft.secrets.isEmpty ? entry.secrets : draft.secrets,
          retiredSecrets: draft.secrets.isEmpty ? entry.retiredSecrets : [], isPaused: isPaused)
        try update(subscription, position: position, endpoint: endpoint)
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
    return SubscriptionSet(version: version + 1, subscriptions: members)
  }

  /// Pauses or resumes; its scheduled deliveries are parked, or come back as they were.
  ///
  /// - Returns: whether there is such a subscription.
  @discardableResult
  func setPaused(_ isPaused: Bool, subscription row: Int64) throws -> Bool {
    guard let entry = memory.catalogue.index.subscription(row: row), let endpoint = memory.catalogue.endpoints[row] else { return false }
    if entry.isPaused == isPaused { return true }
    let subscription = entry.stored(row: row, secrets: entry.secrets, retiredSecrets: entry.retiredSecrets, isPaused: isPaused)
    let update = try statement("UPDATE subscription SET is_paused = ? WHERE row = ?")
    update.bind(1, isPaused)
    update.bind(2, row)
    try update.run()
    try moveDeliveries(of: entry, to: subscription, endpoint: endpoint)
    put(subscription)
    // The pause is part of what a client reads of the set.
    let version = (memory.catalogue.versions[entry.scope] ?? 0) + 1
    _ = try setRow(entry.scope, version: version)
    memory.catalogue.versions[entry.scope] = version
    return true
  }

  /// Makes a new secret; see ``SubscriptionStore``.
  func rotateSecret(
    ofSubscription id: String, of scope: SubscriptionScope, keepingOldUntil end: Timestamp, at now: Timestamp,
    using random: inout some RandomNumberGenerator
  ) throws -> Subscription? {
    guard let entry = memory.catalogue.index.subscriptions(of: scope).first(where: { $0.id == id }) else { return nil }
    let subscription = entry.stored(
      row: entry.row, secrets: [Self.secret(using: &random)], retiredSecrets: entry.secretsRetired(until: end, at: now),
      isPaused: entry.isPaused)
    let update = try statement("UPDATE subscription SET secrets = ? WHERE row = ?")
    update.bind(1, subscription.storedSecrets)
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
    let insert = try statement("INSERT OR IGNORE INTO endpoint(kind, url) VALUES (?, ?)")
    insert.bind(1, kind.rawValue)
    insert.bind(2, url)
    try insert.run()
    let select = try statement("SELECT row FROM endpoint WHERE kind = ? AND url = ?")
    select.bind(1, kind.rawValue)
    select.bind(2, url)
    defer { select.reset() }
    guard try select.step() else { throw SQLiteStoreError(.other, "the endpoint could not be written") }
    return EndpointID(row: select.int64(0))
  }

  private func insert(_ draft: Subscription, set: Int64, secrets: [String], position: Int, endpoint: EndpointID) throws -> Subscription {
    let insert = try statement(
      """
      INSERT INTO subscription(subscription_set, id, position, endpoint, document, secrets, is_paused, created_after, is_removed)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
      """)
    insert.bind(1, set)
    insert.bind(2, draft.id)
    insert.bind(3, position)
    insert.bind(4, endpoint.row)
    insert.bind(5, draft.storedJSON())
    insert.bind(6, JSONValue.strings(secrets).text)
    insert.bind(7, draft.isPaused)
    insert.bind(8, memory.counts.lastSequence)
    try insert.run()
    let subscription = draft.stored(row: db.lastInsertedRowID, secrets: secrets, isPaused: draft.isPaused)
    memory.catalogue.endpoints[subscription.row] = endpoint
    return subscription
  }

  private func update(_ subscription: Subscription, position: Int, endpoint: EndpointID) throws {
    let update = try statement("UPDATE subscription SET position = ?, endpoint = ?, document = ?, secrets = ?, is_paused = ? WHERE row = ?")
    update.bind(1, position)
    update.bind(2, endpoint.row)
    update.bind(3, subscription.storedJSON())
    update.bind(4, subscription.storedSecrets)
    update.bind(5, subscription.isPaused)
    update.bind(6, subscription.row)
    try update.run()
  }

  private func remove(_ subscription: Subscription) throws {
    let update = try statement("UPDATE subscription SET is_removed = 1 WHERE row = ?")
    update.bind(1, subscription.row)
    try update.run()
    if let endpoint = memory.catalogue.endpoints[subscription.row] {
      try changeDeliveries(
        of: subscription, at: endpoint, set: "state = \(StateCode.cancelled), dead_reason = '\(CancelReason.removed.rawValue)'")
    }
    memory.catalogue.endpoints[subscription.row] = nil
  }

  // MARK: Their deliveries

  /// Parks, brings back and redirects what is scheduled, as the entry's change asks for.
  private func moveDeliveries(of old: Subscription, to new: Subscription, endpoint: EndpointID) throws {
    let former = memory.catalogue.endpoints[old.row] ?? endpoint
    let state = new.isPaused || new.isDisabled ? StateCode.parked : StateCode.scheduled
    if former != endpoint || (old.isPaused || old.isDisabled) != (new.isPaused || new.isDisabled) {
      try changeDeliveries(of: old, at: former, set: "state = \(state), endpoint = \(endpoint.row)")
    }
    memory.catalogue.endpoints[old.row] = endpoint
  }

  /// Changes all that are scheduled or parked. Reads the endpoint's lanes: no index is kept for what happens so seldom.
  private func changeDeliveries(of subscription: Subscription, at endpoint: EndpointID, set assignments: String) throws {
    for (index, state) in [("delivery_due", "state = 0 AND endpoint = \(endpoint.row)"), ("delivery_parked", "state = 4")] {
      try db.execute(
        sql: """
          UPDATE delivery SET \(assignments) WHERE row IN
            (SELECT row FROM delivery INDEXED BY \(index) WHERE \(state) AND subscription = ?)
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
  func stored(row: Int64, secrets: [String], retiredSecrets: [RetiredSecret] = [], isPaused: Bool) -> Subscription {
    Subscription(
      row: row, scope: scope, id: id, kind: kind, url: url, events: events, filters: filters, allowedGroups: allowedGroups, format: format,
      headers: headers, retrySchedule: retrySchedule, rateLimitPerSecond: rateLimitPerSecond, isDisabled: isDisabled,
      slackUsername: slackUsername, slackIcon: slackIcon, secrets: secrets, retiredSecrets: retiredSecrets, isPaused: isPaused)
  }
}

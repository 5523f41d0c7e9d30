internal import Failpoints
internal import Fanfare

extension WriteTransaction {
  /// Removes events with all that is theirs, and remembers their ids. One that has got a delivery to be made meanwhile stays.
  ///
  /// - Returns: how many were removed.
  func removeEvents(_ sequences: [Int64]) throws -> Int {
    let deliveries = try EventDeliveries(in: db)
    let select = try statement(
      """
      SELECT \(StoredEvent.columns), event.flags, event.audience, event.type
      FROM event JOIN type ON type.id = event.type WHERE seq = ?
      """)
    var entries: [EventEntries] = []
    var removed: [IDEntry] = []
    for sequence in sequences {
      if try deliveries.isAnyPending(ofEvent: sequence) { continue }
      select.bind(1, sequence)
      defer { select.reset() }
      guard try select.step() else { continue }
      var event = try Event(compact: StoredEvent(select))
      let next = StoredEvent.columnCount
      event.isTimeGiven = EventFlags(rawValue: select.int64(next)).contains(.isTimeGiven)
      let audience = select.int64(next + 1)
      entries.append(try self.entries(of: event, sequence: sequence, type: select.int64(next + 2), audience: audience))
      let fingerprint = identity.fingerprint(of: event.id)
      try remember(event, sequence: sequence, fingerprint: fingerprint)
      let readers = [audience] + (try event.username.map { [-(try userTimelineID($0))] } ?? [])
      try removeDeliveries(deliveries.rows(ofEvent: sequence), deliveries, readers: readers)
      removed.append(IDEntry(key: StoreIdentity.key(fingerprint: fingerprint), sequence: sequence))
    }
    try removeEntries(entries)
    try forget(removed)
    try rememberLastNumbers()
    if !removed.isEmpty { try Failpoint.eventsRemoved.reachOrFail() }
    return try removeRows(removed.map(\.sequence), of: "event", named: "seq")
  }

  private func removeDeliveries(_ rows: [Int64], _ deliveries: EventDeliveries, readers: [Int64]) throws {
    let removeAttempts = try statement("DELETE FROM attempt WHERE delivery = ?")
    let removeShown = try statement("DELETE FROM reader_delivery WHERE reader = ? AND first_delivery = ?")
    let remove = try statement("DELETE FROM delivery WHERE row = ?")
    for row in rows {
      if try deliveries.state(ofDelivery: row) == StateCode.dead { memory.counts.dead -= 1 }
      for statement in [removeAttempts, remove] {
        statement.bind(1, row)
        try statement.run()
      }
      for reader in readers {
        removeShown.bind(1, reader)
        removeShown.bind(2, row)
        try removeShown.run()
      }
    }
  }

  // MARK: Other kinds

  /// - Returns: how many attempts were removed.
  func removeAttempts(ofDeliveries rows: [Int64], before instant: Timestamp) throws -> Int {
    let remove = try statement(
      """
      DELETE FROM attempt
      WHERE delivery = ?1 AND started_at < ?2 AND EXISTS (SELECT 1 FROM delivery WHERE row = ?1 AND state IN (1, 2, 3))
      """)
    remove.bind(2, instant)
    var removed = 0
    for row in rows {
      remove.bind(1, row)
      try remove.run()
      removed += db.rowsChanged
    }
    return removed
  }

  func removeQuarantined(_ rows: [Int64]) throws -> Int {
    let removed = try removeRows(rows, of: "quarantine")
    memory.counts.quarantined -= removed
    return removed
  }

  /// Forgets events that were removed, but for the greatest number of them: up to there, numbers without an event are none that was lost.
  func forgetRemoved(_ rows: [Int64]) throws -> Int {
    let find = try statement("SELECT sequence FROM removed_event WHERE row = ?")
    var last: Int64 = 0
    for row in rows {
      find.bind(1, row)
      defer { find.reset() }
      if try find.step() { last = max(last, find.int64(0)) }
    }
    let keep = try statement(
      "INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = max(value, excluded.value)")
    keep.bind(1, LastNumber.forgotten.rawValue)
    keep.bind(2, last)
    try keep.run()
    return try removeRows(rows, of: "removed_event")
  }

  /// - Returns: how many were there.
  func removeRows(_ rows: [Int64], of table: String, named key: String = "row") throws -> Int {
    let remove = try statement("DELETE FROM \(table) WHERE \(key) = ?")
    var removed = 0
    for row in rows {
      remove.bind(1, row)
      try remove.run()
      removed += db.rowsChanged
    }
    return removed
  }
}

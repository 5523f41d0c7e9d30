public import Fanfare
internal import GRDB

extension SQLiteStore {
  public func quarantine(page: CursorPage) async throws -> Page<QuarantineEntry> {
    try await read { [self] db in
      let table = NamedRows(table: "quarantine", names: identity.quarantine, db: db)
      let found = try RowPage(page, of: table, within: try table.all()) { span, isDescending, limit in
        let select = try Statement(
          "SELECT row FROM quarantine WHERE row >= ? AND row < ? ORDER BY row \(isDescending ? "DESC" : "ASC") LIMIT ?", in: db)
        defer { select.reset() }
        select.bind(1, span.lowerBound)
        select.bind(2, span.upperBound)
        select.bind(3, limit)
        var rows: [Int64] = []
        while try select.step() { rows.append(select.int64(0)) }
        return rows
      }
      return Page(
        elements: try found.rows.compactMap { try quarantineEntry(row: $0, in: db) }, hasPrevious: found.hasPrevious,
        hasNext: found.hasNext)
    }
  }

  public func quarantined(_ id: KSUID) async throws -> QuarantineEntry? {
    try await read { [self] db in
      guard try NamedRows(table: "quarantine", names: identity.quarantine, db: db).creation(of: id) != nil else { return nil }
      return try quarantineEntry(row: Int64(bitPattern: id.low), in: db)
    }
  }

  public func releaseFromQuarantine(_ id: KSUID) async throws {
    try await writer.perform { transaction in
      guard
        try NamedRows(table: "quarantine", names: transaction.identity.quarantine, db: transaction.db).creation(of: id) != nil
      else { return }
      let delete = try transaction.statement("DELETE FROM quarantine WHERE row = ?")
      delete.bind(1, Int64(bitPattern: id.low))
      try delete.run()
      transaction.memory.counts.quarantined -= 1
    }
  }

  private func quarantineEntry(row: Int64, in db: Database) throws -> QuarantineEntry? {
    let select = try Statement(
      """
      SELECT q.created_at, q.reason, q.detail, q.received_at, origin.door, origin.exchange, origin.routing_key, q.is_redelivered,
        q.content_type, q.headers, q.raw
      FROM quarantine q JOIN origin ON origin.id = q.origin WHERE q.row = ?
      """, in: db)
    defer { select.reset() }
    select.bind(1, row)
    guard try select.step() else { return nil }
    let name = select.text(1)
    guard let reason = Quarantined.Reason(rawValue: name) else {
      throw SQLiteStoreError(.corrupt, "a quarantined entry has the unknown reason \"\(name)\"")
    }
    let door: Origin.Door = select.text(4) == "amqp" ? .amqp(exchange: select.text(5), routingKey: select.text(6)) : .http
    let origin = Origin(
      door: door, isRedelivered: select.bool(7), raw: select.blob(10), contentType: select.optionalText(8),
      headers: try select.optionalText(9).map { try JSONValue(parsing: Array($0.utf8)) })
    return QuarantineEntry(
      id: identity.quarantine.name(row: row, createdAt: select.timestamp(0)),
      entry: Quarantined(reason: reason, detail: select.text(2), origin: origin, receivedAt: select.timestamp(3)))
  }
}

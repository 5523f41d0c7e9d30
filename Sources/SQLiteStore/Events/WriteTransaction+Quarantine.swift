internal import Failpoints
internal import Fanfare

extension WriteTransaction {
  /// Keeps what could not be read or stored, and puts it into the outbox.
  ///
  /// The broker offers a message again that was stored but not acknowledged; it is kept once.
  func quarantine(_ quarantined: Quarantined) throws {
    let origin = quarantined.origin
    let fingerprint = identity.fingerprint(of: origin.raw)
    if origin.isRedelivered, try isQuarantined(quarantined, fingerprint) { return }
    let insert = try statement(
      """
      INSERT INTO quarantine(reason, detail, received_at, created_at, origin, is_redelivered, content_type, headers, fingerprint, raw)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    insert.bind(1, quarantined.reason.rawValue)
    insert.bind(2, quarantined.detail)
    insert.bind(3, quarantined.receivedAt)
    insert.bind(4, createdAt())
    insert.bind(5, try originID(origin.door))
    insert.bind(6, origin.isRedelivered)
    insert.bind(7, origin.contentType)
    insert.bind(8, origin.headers?.text)
    insert.bind(9, fingerprint)
    insert.bind(10, origin.raw)
    try insert.run()
    try Failpoint.quarantineInserted.reachOrFail()
    memory.counts.quarantined += 1
    try putInOutbox(.quarantined(quarantined))
  }

  private func isQuarantined(_ quarantined: Quarantined, _ fingerprint: Int64) throws -> Bool {
    let find = try statement("SELECT 1 FROM quarantine WHERE fingerprint = ? AND reason = ? AND raw = ?")
    find.bind(1, fingerprint)
    find.bind(2, quarantined.reason.rawValue)
    find.bind(3, quarantined.origin.raw)
    defer { find.reset() }
    return try find.step()
  }

  func putInOutbox(_ message: DeadLetter) throws {
    let insert = try statement("INSERT INTO outbox(routing_key, content_type, headers, body, created_at) VALUES (?, ?, ?, ?, ?)")
    insert.bind(1, message.routingKey)
    insert.bind(2, message.contentType)
    insert.bind(3, JSONValue.object(message.headers.map { .init($0.name, .string($0.value)) }).text)
    insert.bind(4, message.body)
    insert.bind(5, createdAt())
    try insert.run()
    memory.counts.outbox += 1
  }
}

extension JSONValue {
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

public import Fanfare
internal import GRDB

extension SQLiteStore: Outbox {
  /// At most `limit` and, but for the first, at most 4 MiB of bodies.
  public func pending(limit: Int) async throws -> [OutboxMessage] {
    try await read { db in
      let select = try Statement("SELECT id, routing_key, content_type, headers, body FROM outbox ORDER BY id LIMIT ?", in: db)
      defer { select.reset() }
      select.bind(1, limit)
      var messages: [OutboxMessage] = []
      var bytes = 0
      while bytes < 4 << 20, try select.step() {
        var headers: [(name: String, value: String)] = []
        if case .object(let members) = try JSONValue(parsing: Array(select.text(3).utf8)) {
          headers = members.map { (name: $0.key, value: $0.value.stringValue ?? "") }
        }
        let message = OutboxMessage(
          id: select.int64(0), routingKey: select.text(1), contentType: select.text(2), headers: headers, body: select.blob(4))
        bytes += message.body.count
        messages.append(message)
      }
      return messages
    }
  }

  public func remove(_ messages: [OutboxMessage.ID]) async throws {
    if messages.isEmpty { return }
    try await writer.perform { transaction in
      let delete = try transaction.statement("DELETE FROM outbox WHERE id = ?")
      for id in messages {
        delete.bind(1, id)
        try delete.run()
        transaction.memory.counts.outbox -= transaction.db.rowsChanged
      }
    }
  }
}

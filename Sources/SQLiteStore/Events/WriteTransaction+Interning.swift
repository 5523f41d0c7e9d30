internal import Fanfare
internal import GRDB

// Texts that many rows share are stored once and named by a small number.

extension WriteTransaction {
  func typeID(_ type: EventType) throws -> Int64 {
    if let id = memory.types[type] { return id }
    let id = try findOrInsert(
      find: "SELECT id FROM type WHERE name = ?", insert: "INSERT INTO type(name) VALUES (?)", [type.name])
    memory.types.remember(id, for: type)
    return id
  }

  func originID(_ door: Origin.Door) throws -> Int64 {
    if let id = memory.origins[door] { return id }
    let texts =
      switch door {
      case .amqp(let exchange, let routingKey): ["amqp", exchange, routingKey]
      case .http: ["http", "", ""]
      case .service: ["service", "", ""]
      }
    let id = try findOrInsert(
      find: "SELECT id FROM origin WHERE door = ? AND exchange = ? AND routing_key = ?",
      insert: "INSERT INTO origin(door, exchange, routing_key) VALUES (?, ?, ?)", texts)
    memory.origins.remember(id, for: door)
    return id
  }

  func audienceID(_ audience: Audience) throws -> Int64 {
    if audience.isEmpty { return AudienceCode.nobody }
    if let id = memory.audiences[audience] { return id }
    let names = String(decoding: JSONValue.strings(audience.groups).bytes, as: UTF8.self)
    var isNew = false
    let id = try findOrInsert(
      find: "SELECT id FROM audience WHERE names = ?", insert: "INSERT INTO audience(names) VALUES (?)", [names], isNew: &isNew)
    if isNew {
      let insert = try statement("INSERT INTO audience_group(name, audience) VALUES (?, ?)")
      for group in audience.groups {
        insert.bind(1, group)
        insert.bind(2, id)
        try insert.run()
      }
    }
    memory.audiences.remember(id, for: audience)
    return id
  }

  /// All timelines of an event but its user's.
  func timelineIDs(of event: Event) throws -> [Int64] {
    if let ids = memory.places[event.path] { return ids }
    var ids: [Int64] = []
    for timeline in Timeline.all(of: event) {
      if case .user = timeline { continue }
      ids.append(try timelineID(timeline))
    }
    memory.places.remember(ids, for: event.path)
    return ids
  }

  func userTimelineID(_ username: String) throws -> Int64 {
    let key = ExactText(username)
    if let id = memory.users[key] { return id }
    let id = try timelineID(.user(username))
    memory.users.remember(id, for: key)
    return id
  }

  private func timelineID(_ timeline: Timeline) throws -> Int64 {
    let key = timeline.key
    return try findOrInsert(
      find: TimelineKey.find, insert: "INSERT INTO timeline(a, b, c, kind) VALUES (?, ?, ?, ?)", [key.a, key.b, key.c], kind: key.kind)
  }

  private func findOrInsert(find: String, insert: String, _ texts: [String], kind: Int64? = nil) throws -> Int64 {
    var isNew = false
    return try findOrInsert(find: find, insert: insert, texts, kind: kind, isNew: &isNew)
  }

  private func findOrInsert(find: String, insert: String, _ texts: [String], kind: Int64? = nil, isNew: inout Bool) throws -> Int64 {
    func prepared(_ sql: String) throws -> Statement {
      let statement = try statement(sql)
      for (index, text) in texts.enumerated() { statement.bind(Int32(index + 1), text) }
      if let kind { statement.bind(Int32(texts.count + 1), kind) }
      return statement
    }
    let select = try prepared(find)
    defer { select.reset() }
    if try select.step() { return select.int64(0) }
    try prepared(insert).run()
    isNew = true
    return db.lastInsertedRowID
  }
}

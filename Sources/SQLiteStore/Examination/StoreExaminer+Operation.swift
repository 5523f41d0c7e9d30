internal import Fanfare
internal import GRDB
internal import Glibc

extension StoreExaminer {
  /// Deliveries that wait longer than this for no reason of their endpoint's are told of, and after ``strandedAfter`` they are a fault.
  private static let lateAfter: Duration = .seconds(15 * 60)
  private static let strandedAfter: Duration = .seconds(86_400)

  func backlog() async throws -> [Finding] {
    let now = configuration.clock()
    let lanes = try await file.read { try LateLane.all(at: now, in: $0) }
    if lanes.isEmpty { return [Finding("backlog", "no delivery is due")] }
    guard configuration.isServing else {
      return [
        Finding(
          "backlog", .warning, "deliveries are due of \(counted(lanes.count, "subscription")), and no service runs",
          advice: "Start the service.")
      ]
    }
    var (late, stranded, failing) = (Examples(), Examples(), Examples())
    for lane in lanes where !lane.isPaused {
      let text = "\(lane.name) since \(lane.dueAt.rfc3339)"
      if lane.failures > 0 {
        failing.add("\(lane.name) (\(lane.failures) in a row)")
      } else if now - lane.dueAt > Self.strandedAfter {
        stranded.add(text)
      } else if now - lane.dueAt > Self.lateAfter {
        late.add(text)
      }
    }
    var findings: [Finding] = []
    if !stranded.isEmpty {
      findings.append(
        Finding(
          "backlog", .fault, "what is due waits for more than a day though its endpoint answers: \(stranded.text)",
          advice: "See 'fanfare deliveries --state scheduled'; if nothing of it is attempted, restart the service and report the fault."))
    } else if !late.isEmpty {
      findings.append(
        Finding(
          "backlog", .warning, "what is due waits for more than 15 minutes: \(late.text)",
          advice: "The receiver is slower than what comes in, or rateLimit or ordering holds it back: see 'fanfare deliveries'."))
    }
    if !failing.isEmpty {
      findings.append(
        Finding(
          "endpoints", .warning, "endpoints fail: \(failing.text)",
          advice: "'fanfare deliveries' has what they answered. They are probed until they answer, or are paused."))
    }
    return findings.isEmpty ? [Finding("backlog", "what is due is being made")] : findings
  }

  // MARK: Deliveries that wait for a person

  func dead() async throws -> Finding {
    // The state twice, so that the index of settled deliveries is taken.
    let count = try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM delivery WHERE state = 2 AND state IN (2, 3)") ?? 0 }
    if count == 0 { return Finding("dead_letters", "no delivery is dead") }
    return Finding(
      "dead_letters", .warning, "\(counted(count, "delivery", "deliveries")) \(count == 1 ? "is" : "are") dead: nobody tries again",
      advice: "'fanfare dead-letters' says why; once the receiver is mended, 'fanfare requeue' gives them another chance.")
  }

  func paused() async throws -> Finding {
    let rows = try await file.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT t.project, s.id, s.paused_reason, t.side FROM subscription s JOIN subscription_set t ON t.row = s.subscription_set
          WHERE s.is_paused AND NOT s.is_removed ORDER BY t.project, s.position
          """
      ).map { (project: $0[0] as String, id: $0[1] as String, reason: $0[2] as String?, side: $0[3] as String) }
    }
    guard let first = rows.first else { return Finding("paused", "no subscription is paused") }
    var paused = Examples()
    for row in rows { paused.add("\(row.project)/\(row.id) (\(Self.cause(ofPause: row.reason)))") }
    return Finding(
      "paused", .warning, "\(counted(paused.count, "subscription")) \(paused.count == 1 ? "is" : "are") paused: \(paused.text)",
      advice: "What is for them waits. Once the receiver is there, or if nobody meant it: fanfare subscriptions resume \(first.project) "
        + first.id + (first.side == "project" ? "" : " --side \(first.side)"))
  }

  private static func cause(ofPause reason: String?) -> String {
    switch reason {
    case Pausing.byHand, nil: "by hand"
    case Pausing.failing: "its endpoint failed for too long"
    case let reason?:
      reason.hasPrefix("http_") ? "its endpoint answered \(reason.dropFirst(5))" : "its endpoint said that it is gone: \(reason)"
    }
  }

  // MARK: Mail

  func quarantine() async throws -> Finding {
    let dayAgo = configuration.clock() - .seconds(86_400)
    let (count, bytes, new) = try await file.read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT count(*), coalesce(sum(length(raw)), 0), coalesce(sum(created_at > ?), 0) FROM quarantine",
        arguments: [dayAgo.nanoseconds])
      return (row?[0] as Int? ?? 0, row?[1] as Int? ?? 0, row?[2] as Int? ?? 0)
    }
    let text = "\(counted(count, "message")) in quarantine, \(bytes >> 10) KiB"
    if new == 0 { return Finding("quarantine", text) }
    return Finding(
      "quarantine", .warning, "\(text); \(new) came in the last day",
      advice: "GET /api/v1/events/quarantine/ says why each could not be read; have its producer mended, and requeue it.")
  }

  func outbox() async throws -> Finding {
    let (count, oldest) = try await file.read { db in
      let oldest = try Int64.fetchOne(db, sql: "SELECT created_at FROM outbox ORDER BY id LIMIT 1")
      return (try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") ?? 0, oldest.map { Timestamp(nanoseconds: $0) })
    }
    guard let oldest else { return Finding("outbox", "nothing waits to be published to fanfare.dead") }
    let text = "\(counted(count, "message")) \(count == 1 ? "waits" : "wait") to be published to fanfare.dead"
    let since = oldest.nanoseconds > 0 ? "\(text), since \(oldest.rfc3339)" : "\(text), since before the store came to this version"
    if configuration.clock() - oldest <= Self.lateAfter { return Finding("outbox", since) }
    return Finding(
      "outbox", .warning, since,
      advice: "They are published when the broker takes them: see amqp_publisher in the service's health.")
  }

  // MARK: Secrets

  func secrets() async throws -> Finding {
    guard let id = try await file.read({ try SecretBox.keyID(in: $0) }) else {
      return Finding("secrets", .warning, "the secrets of subscriptions are not encrypted", advice: "Start the service once.")
    }
    let key: SecretKey
    do {
      key = try configuration.secretKey(id)
    } catch {
      return Finding("secrets", .fault, "\(error)", advice: configuration.keyAdvice)
    }
    do {
      try await file.read { try SecretBox(key).openAll(in: $0) }
      return Finding("secrets", "the key \(key.id) opens all secrets")
    } catch let error as SQLiteStoreError where error.code == .corrupt || error.code == .wrongKey {
      return Finding("secrets", .fault, error.description, advice: Advice.damaged)
    }
  }

  /// Nil if there is none to be looked at.
  func credential() async throws -> Finding? {
    guard let digest = configuration.credential else { return nil }
    let now = configuration.clock()
    let isGood = try await file.read { db in
      let find = try Statement(
        """
        SELECT 1 FROM api_key JOIN account ON account.id = api_key.account
        WHERE digest = ? AND NOT is_disabled AND (expires_at IS NULL OR expires_at > ?)
        """, in: db)
      find.bind(1, digest)
      find.bind(2, now)
      defer { find.reset() }
      return try find.step()
    }
    if isGood { return Finding("admin_token", "admin.token is a key of this store") }
    return Finding(
      "admin_token", .warning, "admin.token is no key of this store, or not any more",
      advice: "Remove it, if that was meant; 'fanfare keys create admin --offline' makes a key while the service is stopped.")
  }

  // MARK: The log

  func log() -> Finding {
    var status = stat()
    let bytes = stat(configuration.path + "-wal", &status) == 0 ? Int(status.st_size) : 0
    // It is cut back to 128 MiB whenever it begins anew.
    if bytes <= 512 << 20 { return Finding("log", "the write-ahead log has \(bytes >> 10) KiB") }
    return Finding(
      "log", .warning, "the write-ahead log has \(bytes >> 20) MiB",
      advice: "Somebody reads the store for long, and it cannot be moved into the database: look for a backup, or an open sqlite3.")
  }
}

/// What is due of a subscription, the longest first.
private struct LateLane: Sendable {
  let name: String
  let dueAt: Timestamp
  /// Whether its endpoint asked to be left alone until later.
  let isPaused: Bool
  /// Of its endpoint, in a row.
  let failures: Int

  static func all(at now: Timestamp, in db: Database) throws -> [LateLane] {
    let select = try Statement(
      """
      SELECT coalesce(t.project || '/' || s.id, 'the row ' || ?1), coalesce((SELECT until FROM endpoint_pause WHERE endpoint = ?2), 0),
        coalesce((SELECT failures FROM endpoint_health WHERE endpoint = ?2), 0)
      FROM (SELECT 1) LEFT JOIN subscription s ON s.row = ?1 LEFT JOIN subscription_set t ON t.row = s.subscription_set
      """, in: db)
    var lanes: [LateLane] = []
    for due in try SQLiteStore.dueLanes(db) where due.dueAt <= now {
      select.bind(1, due.lane.subscription)
      select.bind(2, due.endpoint.row)
      defer { select.reset() }
      guard try select.step() else { continue }
      lanes.append(LateLane(name: select.text(0), dueAt: due.dueAt, isPaused: select.timestamp(1) > now, failures: select.int(2)))
    }
    return lanes
  }
}

/// `1 message`, `2 messages`.
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String { "\(count) \(count == 1 ? one : many ?? one + "s")" }

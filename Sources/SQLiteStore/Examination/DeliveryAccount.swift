internal import Fanfare
internal import GRDB

/// Goes through deliveries, and what hangs on them: whether each belongs to something, and whether each that waits will be taken up.
struct DeliveryAccount {
  private let examiner: StoreExaminer

  init(_ examiner: StoreExaminer) { self.examiner = examiner }

  func findings() async throws -> [Finding] {
    let key = try? await examiner.file.read { try SecretBox.keyID(in: $0) }.map(examiner.configuration.secretKey)
    let tally = try await examiner.file.walk(Tally(secrets: key.map { SecretBox($0) }, now: examiner.configuration.clock()))
    return [tally.finding, tally.waiting] + (try await Leftovers.findings(in: examiner.file))
  }

  private struct Tally: TableWalk {
    /// No schedule waits for longer.
    static let patience: Duration = .seconds(60 * 86_400)

    let secrets: SecretBox?
    let now: Timestamp
    private(set) var isAtEnd = false
    private var last: Int64 = 0
    private var count = 0
    private var orphans = Examples()
    private var unknown = Examples()
    private var stranded = Examples()
    private var distant = Examples()

    init(secrets: SecretBox?, now: Timestamp) {
      self.secrets = secrets
      self.now = now
    }

    mutating func go(on db: Database) throws {
      let select = try Statement(
        """
        SELECT d.row, d.state, d.due_at, d.subscription, d.entity,
          e.seq IS NULL, s.row IS NULL, p.row IS NULL,
          d.row >= e.first_delivery AND d.row < e.first_delivery + e.deliveries OR r.delivery IS NOT NULL,
          s.is_paused, j.state
        FROM delivery d
          LEFT JOIN event e ON e.seq = d.event LEFT JOIN subscription s ON s.row = d.subscription LEFT JOIN endpoint p ON p.row = d.endpoint
          LEFT JOIN replay_delivery r ON r.delivery = d.row LEFT JOIN replay j ON j.row = d.replay
        WHERE d.row > ? ORDER BY d.row LIMIT ?
        """, in: db)
      let ahead = try Statement(
        """
        SELECT 1 FROM delivery INDEXED BY delivery_by_entity
        WHERE subscription = ? AND entity = ? AND entity IS NOT NULL AND state IN (0, 4) AND state IN (0, 4, 5) LIMIT 1
        """, in: db)
      var catalogue: SubscriptionCatalogue?
      select.bind(1, last)
      select.bind(2, StoreExaminer.reach)
      defer { select.reset() }
      var looked = 0
      while try select.step() {
        looked += 1
        last = select.int64(0)
        let lacks = [(5, "event"), (6, "subscription"), (7, "endpoint")].filter { select.bool($0.0) }.map(\.1)
        if let lack = lacks.first {
          orphans.add("\(last) (no \(lack))")
          continue
        }
        if !select.bool(8) {
          orphans.add("\(last) (no event names it)")
          continue
        }
        switch select.int64(1) {
        case StateCode.scheduled:
          if select.timestamp(2) - now > Self.patience { distant.add("\(last) (\(select.timestamp(2).rfc3339))") }
        case StateCode.parked:
          // Of a subscription that is paused, or of a replay that is.
          if select.bool(9) || select.int64(10) == 1 { continue }
          guard let secrets else { continue }
          let known = try catalogue ?? SubscriptionCatalogue(reading: db, secrets, .restricted)
          catalogue = known
          if known.index.subscription(row: select.int64(3))?.isDisabled != true { stranded.add("\(last) (parked)") }
        case StateCode.held:
          ahead.bind(1, select.int64(3))
          ahead.bind(2, select.isNull(4) ? nil : select.int64(4))
          if try !ahead.step() { stranded.add("\(last) (held)") }
          ahead.reset()
        case StateCode.succeeded, StateCode.dead, StateCode.cancelled: continue
        case let state: unknown.add("\(last) (\(state))")
        }
      }
      count += looked
      isAtEnd = looked < StoreExaminer.reach
    }

    var finding: Finding {
      if !orphans.isEmpty {
        return Finding(
          "deliveries", .fault, "\(orphans.count) deliveries belong to nothing, by row: \(orphans.text)", advice: Advice.inconsistent)
      }
      if !unknown.isEmpty {
        return Finding(
          "deliveries", .fault, "\(unknown.count) deliveries are in a state that there is not, by row: \(unknown.text)",
          advice: Advice.inconsistent)
      }
      return Finding("deliveries", "\(count) deliveries, and each belongs to its event and its subscription")
    }

    var waiting: Finding {
      if !stranded.isEmpty {
        return Finding(
          "waiting_deliveries", .fault,
          "\(stranded.count) deliveries wait for what will not come, by row: \(stranded.text)",
          advice: "Pause and resume their subscriptions ('fanfare subscriptions pause', 'resume'), and report the fault.")
      }
      if !distant.isEmpty {
        return Finding(
          "waiting_deliveries", .warning, "\(distant.count) deliveries are due in a far future, by row: \(distant.text)",
          advice: "The clock was wrong when they were scheduled: set it, and 'fanfare requeue' them.")
      }
      return Finding("waiting_deliveries", "nothing waits for what will not come")
    }
  }
}

internal import Fanfare
internal import GRDB

/// Goes through the events in their order: whether numbers are missing, whether what belongs to each is there, and what their times say.
struct EventAccount {
  private let examiner: StoreExaminer

  init(_ examiner: StoreExaminer) { self.examiner = examiner }

  func findings() async throws -> [Finding] {
    let tally = try await examiner.file.walk(Tally(now: examiner.configuration.clock()))
    let missing = try await SequenceGaps(examiner.file, tally.gaps, hasMore: tally.hasMoreGaps).finding(events: tally.count)
    return [missing, tally.deliveries, tally.shown, tally.clock]
  }

  private struct Tally: TableWalk {
    /// Gaps that are kept apart: more are not looked into.
    static let maximumGaps = 16_384
    /// A difference of clocks that nobody wonders about.
    static let tolerance: Duration = .seconds(60)
    /// What the clock did longer ago is of no use to anybody.
    static let memory: Duration = .seconds(7 * 86_400)

    let now: Timestamp
    private(set) var isAtEnd = false
    private(set) var count = 0
    private(set) var gaps: [ClosedRange<Int64>] = []
    private(set) var hasMoreGaps = false
    private var last: Int64 = 0
    private var lastCommit: Timestamp?
    private var withoutDeliveries = Examples()
    private var notShown = Examples()
    private var inFuture = Examples()
    private var steps = Examples()

    init(now: Timestamp) { self.now = now }

    mutating func go(on db: Database) throws {
      let select = try Statement(
        """
        SELECT seq, received_at, committed_at, first_delivery, deliveries, audience FROM event WHERE seq > ? ORDER BY seq LIMIT ?
        """, in: db)
      let made = try Statement("SELECT count(*) FROM delivery WHERE row >= ? AND row < ? AND event = ?", in: db)
      let shown = try Statement("SELECT deliveries FROM reader_delivery WHERE reader = ? AND first_delivery = ?", in: db)
      select.bind(1, last)
      select.bind(2, StoreExaminer.reach)
      defer { select.reset() }
      var looked = 0
      while try select.step() {
        looked += 1
        let sequence = select.int64(0)
        if sequence > last + 1 { note(last + 1...sequence - 1) }
        last = sequence
        judge(receivedAt: select.timestamp(1), committedAt: select.isNull(2) ? nil : select.timestamp(2))
        let (first, deliveries) = (select.int64(3), select.int64(4))
        if deliveries == 0 { continue }
        made.bind(1, first)
        made.bind(2, first + deliveries)
        made.bind(3, sequence)
        if try !made.step() || made.int64(0) != deliveries { withoutDeliveries.add("\(sequence)") }
        made.reset()
        shown.bind(1, select.int64(5))
        shown.bind(2, first)
        if try !shown.step() || shown.int64(0) != deliveries { notShown.add("\(sequence)") }
        shown.reset()
      }
      count += looked
      isAtEnd = looked < StoreExaminer.reach
      if !isAtEnd { return }
      // Those that came last may have been removed, too.
      let given = try LastNumber.lastSequence(in: db)
      if given > last { note(last + 1...given) }
    }

    private mutating func note(_ gap: ClosedRange<Int64>) {
      if gaps.count < Self.maximumGaps { gaps.append(gap) } else { hasMoreGaps = true }
    }

    private mutating func judge(receivedAt: Timestamp, committedAt: Timestamp?) {
      let latest = max(receivedAt, committedAt ?? receivedAt)
      if latest - now > Self.tolerance { inFuture.add("\(last) (\(latest.rfc3339))") }
      guard let committedAt else { return }
      if let lastCommit, lastCommit - committedAt > Self.tolerance, now - committedAt < Self.memory {
        steps.add("\((lastCommit - committedAt).components.seconds) s before the event \(last)")
      }
      lastCommit = committedAt
    }

    // MARK: What it comes to

    var deliveries: Finding {
      if withoutDeliveries.isEmpty { return Finding("event_deliveries", "each event has the deliveries that were made with it") }
      return Finding(
        "event_deliveries", .fault, "deliveries are missing of \(withoutDeliveries.count) events, by number: \(withoutDeliveries.text)",
        advice: Advice.inconsistent)
    }

    var shown: Finding {
      if notShown.isEmpty { return Finding("delivery_readers", "each event's deliveries are shown to its readers") }
      return Finding(
        "delivery_readers", .fault,
        "the deliveries of \(notShown.count) events are not shown to those who may see the events, by number: \(notShown.text)",
        advice: Advice.inconsistent)
    }

    var clock: Finding {
      if !inFuture.isEmpty {
        return Finding(
          "clock", .fault, "\(inFuture.count) events are of a time that has not come, by number: \(inFuture.text)",
          advice: "Set this machine's clock, and have it kept right (timedatectl status): what is due, and what has expired, goes by it.")
      }
      if !steps.isEmpty {
        return Finding(
          "clock", .warning, "the clock has stepped back: \(steps.text)",
          advice: "Have the clock kept right (timedatectl status). Nothing is lost by it; what is due may wait for so long after a start.")
      }
      return Finding("clock", "the times of events are in order")
    }
  }
}

internal import Fanfare
internal import GRDB

/// Rows that hang on a delivery that is not there.
enum Leftovers {
  static func findings(in file: StoreFile) async throws -> [Finding] {
    let attempts = try await examples(in: file, of: Self.attempts)
    let shown = try await examples(in: file, of: Self.shown)
    let replayed = try await examples(in: file, of: Self.replayed)
    return [
      finding("attempts", "attempts", attempts), finding("shown_deliveries", "entries of what readers may see", shown),
      finding("replayed_deliveries", "entries of replays", replayed),
    ]
  }

  /// Rows after (?1, ?2), ?3 at most: two numbers that they are ordered by, the delivery, and whether it is missing.
  private static let attempts = """
    SELECT delivery, number, delivery, NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = attempt.delivery)
    FROM attempt WHERE (delivery, number) > (?1, ?2) ORDER BY delivery, number LIMIT ?3
    """
  private static let shown = """
    SELECT reader, first_delivery, first_delivery, NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = first_delivery)
    FROM reader_delivery WHERE (reader, first_delivery) > (?1, ?2) ORDER BY reader, first_delivery LIMIT ?3
    """
  private static let replayed = """
    SELECT delivery, 0, delivery, NOT EXISTS (SELECT 1 FROM delivery d WHERE d.row = replay_delivery.delivery)
    FROM replay_delivery WHERE delivery > ?1 AND ?2 <> 1 ORDER BY delivery LIMIT ?3
    """

  private struct Walk: Sendable {
    var after: (Int64, Int64) = (.min, .min)
    var isAtEnd = false
    var missing = Examples()
  }

  private static func examples(in file: StoreFile, of sql: String) async throws -> Examples {
    var walk = Walk()
    while !walk.isAtEnd {
      let before = walk
      walk = try await file.read { db in
        var walk = before
        let select = try Statement(sql, in: db)
        defer { select.reset() }
        select.bind(1, walk.after.0)
        select.bind(2, walk.after.1)
        select.bind(3, StoreExaminer.reach)
        var looked = 0
        while try select.step() {
          looked += 1
          walk.after = (select.int64(0), select.int64(1))
          if select.bool(3) { walk.missing.add("\(select.int64(2))") }
        }
        walk.isAtEnd = looked < StoreExaminer.reach
        return walk
      }
    }
    return walk.missing
  }

  private static func finding(_ subject: String, _ things: String, _ missing: Examples) -> Finding {
    if missing.isEmpty { return Finding(subject, "no \(things) without a delivery") }
    return Finding(
      subject, .fault, "\(missing.count) \(things) are of deliveries that are not there, by row: \(missing.text)",
      advice: Advice.inconsistent)
  }
}

internal import GRDB

/// Goes through a table in short transactions, and knows where it was.
protocol TableWalk: Sendable {
  var isAtEnd: Bool { get }
  mutating func go(on db: Database) throws
}

extension StoreFile {
  func walk<Walk: TableWalk>(_ walk: Walk) async throws -> Walk {
    var walk = walk
    while !walk.isAtEnd {
      let before = walk
      walk = try await read { db in
        var walk = before
        try walk.go(on: db)
        return walk
      }
    }
    return walk
  }
}

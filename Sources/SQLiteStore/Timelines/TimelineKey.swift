internal import Fanfare
internal import GRDB

/// A timeline as a row names it.
struct TimelineKey {
  let kind: Int64
  let a: String
  let b: String
  let c: String

  /// Parameters: a, b, c, kind.
  static let find = "SELECT id FROM timeline WHERE a = ? AND b = ? AND c = ? AND kind = ?"
}

extension Timeline {
  var key: TimelineKey {
    switch self {
    case .everything: TimelineKey(kind: 0, a: "", b: "", c: "")
    case .inventory: TimelineKey(kind: 1, a: "", b: "", c: "")
    case .inventoryProject(let project): TimelineKey(kind: 2, a: project, b: "", c: "")
    case .inventoryApplication(let project, let application): TimelineKey(kind: 3, a: project, b: application, c: "")
    case .inventoryVersion(let project, let application, let version): TimelineKey(kind: 4, a: project, b: application, c: version)
    case .state: TimelineKey(kind: 5, a: "", b: "", c: "")
    case .stateProject(let project): TimelineKey(kind: 6, a: project, b: "", c: "")
    case .stateEnvironment(let project, let environment): TimelineKey(kind: 7, a: project, b: environment, c: "")
    case .stateDeployment(let project, let environment, let deployment):
      TimelineKey(kind: 8, a: project, b: environment, c: deployment)
    case .user(let name): TimelineKey(kind: 9, a: name, b: "", c: "")
    }
  }

  /// The timeline's number; nil if no event was ever in it.
  func id(in db: Database) throws -> Int64? {
    let select = try Statement(TimelineKey.find, in: db)
    defer { select.reset() }
    let key = key
    select.bind(1, key.a)
    select.bind(2, key.b)
    select.bind(3, key.c)
    select.bind(4, key.kind)
    return try select.step() ? select.int64(0) : nil
  }
}

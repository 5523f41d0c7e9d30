import Synchronization

/// How a receiver answers: as it should, or as it was told to.
final class Manners: Sendable {
  struct Reply: Sendable, Equatable {
    var status: Int
    var body: String
    var delay: Duration?
    /// Whether this is the misbehaviour that was asked for.
    var isFailure: Bool
  }

  private let status: Int?
  private let delay: Duration?
  private let failFirst: Int?
  private let paths: [String]
  private let playsSlack: Bool
  /// How often each message has come.
  private let seen = Mutex<[String: Int]>([:])

  init(status: Int? = nil, delay: Duration? = nil, failFirst: Int? = nil, paths: [String] = [], playsSlack: Bool = false) {
    self.status = status
    self.delay = delay
    self.failFirst = failFirst
    self.paths = paths
    self.playsSlack = playsSlack
  }

  /// - Parameter message: what stays the same when a message is sent again: its `webhook-id`, else its body.
  /// - Returns: what to answer, and the how-manieth time the message came.
  func reply(toPath path: String, message: String) -> (Reply, arrival: Int) {
    let arrival = seen.withLock { seen in
      seen[message, default: 0] += 1
      return seen[message, default: 0]
    }
    var reply = Reply(status: 200, body: playsSlack ? "ok" : "", isFailure: false)
    guard paths.isEmpty || paths.contains(where: { Self.isBelow($0, path) }), failFirst.map({ arrival <= $0 }) ?? true else {
      return (reply, arrival)
    }
    reply.delay = delay
    if let status {
      reply.status = status
      reply.isFailure = !(200..<300).contains(status)
      if reply.isFailure { reply.body = "fanfare listen was told to answer \(status)\n" }
    }
    return (reply, arrival)
  }

  private static func isBelow(_ root: String, _ path: String) -> Bool {
    let path = path.prefix { $0 != "?" }
    return path == root || path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
  }
}

import AMQPSource
import BrokerFixture
import Fanfare
import Logging
import Reckoning

/// The broker of all rounds. Each round has a virtual host of its own; they are made many at a time, since asking the broker takes a second.
actor MatrixBroker {
  private static let share = 25

  nonisolated let node: PrivateBroker
  /// Those who may do everything in each virtual host.
  private let users: [String]
  private var free: [String] = []
  private var used: [String] = []
  private var count = 0

  init(_ node: PrivateBroker, users: [String] = ["guest"]) {
    self.node = node
    self.users = users
  }

  /// A virtual host that nobody has used.
  func virtualHost() async throws -> String {
    if free.isEmpty {
      let names = (0..<Self.share).map { "round-\(count + $0)" }
      try await make(names, removing: used)
      count += Self.share
      used = []
      free = names.reversed()
    }
    let name = free.removeLast()
    used.append(name)
    return name
  }

  nonisolated func make(_ names: [String], removing old: [String] = []) async throws {
    try await node.control(
      "eval",
      "[rabbit_vhost:delete(N, <<\"test\">>) || N <- \(list(old))], [begin rabbit_vhost:add(N, <<\"test\">>), "
        + "[rabbit_auth_backend_internal:set_permissions(U, N, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>) "
        + "|| U <- \(list(users))] end || N <- \(list(names))].")
  }

  nonisolated func url(ofVirtualHost name: String) -> String { "\(node.url)/\(name)" }

  private nonisolated func list(_ names: [String]) -> String { "[" + names.map { "<<\"\($0)\">>" }.joined(separator: ",") + "]" }
}

extension Logger {
  static let silent = Logger(label: "matrix", factory: { _ in SwiftLogNoOpLogHandler() })
}

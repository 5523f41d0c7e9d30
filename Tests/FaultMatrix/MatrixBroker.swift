import AMQPSource
import BrokerFixture
import Fanfare
import Logging
import Reckoning

/// The broker of all rounds. Each round has a virtual host of its own; they are made many at a time, since asking the broker takes a second.
actor MatrixBroker {
  private static let share = 25

  nonisolated let node: PrivateBroker
  private var free: [String] = []
  private var used: [String] = []
  private var count = 0

  init(_ node: PrivateBroker) { self.node = node }

  /// A virtual host that nobody has used.
  func virtualHost() async throws -> String {
    if free.isEmpty {
      let names = (0..<Self.share).map { "round-\(count + $0)" }
      try await evaluate(
        "[rabbit_vhost:delete(N, <<\"test\">>) || N <- \(list(used))], [begin rabbit_vhost:add(N, <<\"test\">>), "
          + "rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, N, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>) end "
          + "|| N <- \(list(names))].")
      count += Self.share
      used = []
      free = names.reversed()
    }
    let name = free.removeLast()
    used.append(name)
    return name
  }

  nonisolated func url(ofVirtualHost name: String) -> String { "\(node.url)/\(name)" }

  private func evaluate(_ expression: String) async throws { try await node.control("eval", expression) }

  private func list(_ names: [String]) -> String { "[" + names.map { "<<\"\($0)\">>" }.joined(separator: ",") + "]" }
}

extension Logger {
  static let silent = Logger(label: "matrix", factory: { _ in SwiftLogNoOpLogHandler() })
}

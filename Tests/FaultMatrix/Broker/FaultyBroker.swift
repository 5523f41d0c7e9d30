import BrokerFixture
import Foundation

/// The broker of all rounds, and how each fault is begun and ended. Producers are `guest` and come by the plain listener; the service has a
/// user of its own, whose rights and password are changed, and comes by the way that the fault is about.
struct FaultyBroker: Sendable {
  static let users = ["guest", "fanfare"]
  private static let password = "right"
  /// Seconds. As short as the protocol has it.
  private static let heartbeat = 1

  let shared: MatrixBroker
  private let proxy: FaultyProxy

  private var node: PrivateBroker { shared.node }

  static func start() async throws -> FaultyBroker {
    let node = try await PrivateBroker.start()
    do {
      try await node.control("add_user", "fanfare", password)
      return FaultyBroker(shared: MatrixBroker(node, users: users), proxy: try FaultyProxy(to: node.port))
    } catch {
      try? await node.remove()
      throw error
    }
  }

  func remove() async throws {
    proxy.close()
    try await node.remove()
  }

  /// Where the service connects to in a round of this fault.
  func serviceURL(of fault: BrokerFault, virtualHost: String) -> String {
    // A handshake with a broker that stands still is given up after a second and a half.
    let options = "heartbeat=\(Self.heartbeat)&connection_timeout=1500"
    return switch fault {
    case .certificateExpired:
      "amqps://fanfare:\(Self.password)@localhost:\(node.tlsPort)/\(virtualHost)?\(options)&cacertfile=\(node.authorityFile)"
    case .halfOpen: "amqp://fanfare:\(Self.password)@127.0.0.1:\(proxy.port)/\(virtualHost)?\(options)"
    default: "amqp://fanfare:\(Self.password)@127.0.0.1:\(node.port)/\(virtualHost)?\(options)"
    }
  }

  func begin(_ fault: BrokerFault, virtualHost: String) async throws {
    switch fault {
    case .nodeKilled:
      try await writeTables()
      try await node.kill()
    case .connectionsClosed: try await node.control("close_all_connections", "--vhost", virtualHost, "for a test")
    case .halfOpen: proxy.silenceConnections()
    case .memoryAlarm: try await node.control("set_vm_memory_high_watermark", "absolute", "1MB")
    case .queueDeleted: try await node.control("delete_queue", "--vhost", virtualHost, "fanfare.events")
    case .nodePaused: try node.pause()
    case .passwordChanged:
      try await node.control("change_password", "fanfare", "another")
      try await closeConnections()
    case .permissionsWithdrawn:
      try await node.control("set_permissions", "--vhost", virtualHost, "fanfare", "^$", "^$", "^$")
      try await closeConnections()
    case .certificateExpired:
      try await node.show(.expired)
      try await closeConnections()
    case .virtualHostDeleted: try await node.control("delete_vhost", virtualHost)
    case .applicationRestarted: try await node.control("stop_app")
    }
  }

  /// Makes all as it was, but for what was deleted.
  func end(_ fault: BrokerFault, virtualHost: String) async throws {
    switch fault {
    case .connectionsClosed, .halfOpen, .queueDeleted: break
    case .nodeKilled: try await node.start()
    case .memoryAlarm: try await node.control("set_vm_memory_high_watermark", "absolute", "2GB")
    case .nodePaused: try node.resume()
    case .passwordChanged: try await node.control("change_password", "fanfare", Self.password)
    case .permissionsWithdrawn: try await node.control("set_permissions", "--vhost", virtualHost, "fanfare", ".*", ".*", ".*")
    case .certificateExpired: try await node.show(.good)
    case .virtualHostDeleted: try await shared.make([virtualHost])
    case .applicationRestarted: try await node.control("start_app")
    }
  }

  /// Ready ones and unacknowledged ones.
  func messagesWaiting(virtualHost: String) async throws -> Int {
    // What is listed of a queue is some seconds old: its leader is asked.
    let text = try await node.control(
      "eval",
      """
      {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"\(virtualHost)">>, queue, <<"fanfare.events">>)), \
      {ok, {_, N}, _} = ra:leader_query(amqqueue:get_pid(Q), fun rabbit_fifo:query_messages_total/1), N.
      """)
    guard let count = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw MatrixFailure("the broker does not say how many messages wait: \(text)")
    }
    return count
  }

  /// RabbitMQ 3.10 that is killed in the first seconds of a quorum queue has forgotten on its return that there was anything in it, what it
  /// had confirmed included. Ours are always that young, so its tables are written first.
  private func writeTables() async throws { try await node.control("eval", "[dets:sync(T) || T <- dets:all()].") }

  private func closeConnections() async throws {
    try await node.control("eval", "[rabbit_networking:close_connection(P, \"for a test\") || P <- rabbit_networking:connections()].")
  }
}

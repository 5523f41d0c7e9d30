public import Foundation

/// A RabbitMQ node of the tests' own: its own directory, node name, cookie, ports and epmd, all on loopback.
///
/// It lives on a leash, the standard input of a small shell script: however the test process ends, the leash is cut, and the script ends the
/// node and its epmd and removes the directory.
///
/// With `FANFARE_TEST_AMQP_URL` set, ``shared`` is that broker instead. For ``control(_:)`` it needs `FANFARE_TEST_RABBITMQ_HOME` too: a
/// directory with a file `environment` of `NAME=value` lines for `rabbitmqctl`, as this type writes it.
public final class PrivateBroker: Sendable {
  /// `amqp://guest:guest@127.0.0.1:PORT`, without a virtual host.
  public let url: String
  /// Of the plain listener.
  public let port: Int
  /// Of the TLS listener, whose certificate is made out to `localhost` and nothing else. 0 where there is none.
  public let tlsPort: Int
  public let directory: URL
  private let node: BrokerNode?

  /// PEM file with the authority that signed the TLS listener's certificate.
  public var authorityFile: String { directory.appending(path: "tls/ca.pem").path }

  /// The node that all suites of a test process share, started when it is first asked for.
  public static var shared: PrivateBroker {
    get async throws { try await SharedBroker.instance.broker() }
  }

  /// Like ``shared``, but always started by the tests: has a TLS listener, and may be controlled.
  public static var own: PrivateBroker {
    get async throws { try await SharedBroker.instance.ownBroker() }
  }

  /// Starts a node and waits until it answers: 5 to 10 seconds.
  public static func start() async throws -> PrivateBroker {
    let node = try BrokerNode()
    try await Certificates.make(in: node.directory.appending(path: "tls"))
    try await node.start()
    return PrivateBroker(node)
  }

  private init(_ node: BrokerNode) {
    self.node = node
    port = node.port
    tlsPort = node.tlsPort
    directory = node.directory
    url = "amqp://guest:guest@127.0.0.1:\(node.port)"
  }

  init(external url: String, home: String?) {
    node = nil
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    port = URLComponents(string: url)?.port ?? 5672
    tlsPort = 0
    directory = URL(filePath: home ?? "/nonexistent")
  }

  /// Runs `rabbitmqctl` with these arguments; 1 to 2 seconds.
  ///
  /// - Returns: its standard output.
  /// - Throws: ``BrokerFixtureError`` with what it printed, if it failed.
  @discardableResult
  public func control(_ arguments: String...) async throws -> String {
    try await Command.run(BrokerNode.binaries + "/rabbitmqctl", ["--quiet"] + arguments, environment: BrokerNode.environment(in: directory))
  }

  /// Takes the power from the node: its connections end, what it has on disk stays.
  public func kill() async throws { try await owned().end("kill") }

  /// Shuts the node down in order; some seconds.
  public func stop() async throws { try await owned().end("stop") }

  /// Has the node stand still as it is, with its connections open, until ``resume()``.
  public func pause() throws { try owned().send(SIGSTOP) }

  public func resume() throws { try owned().send(SIGCONT) }

  /// Has the TLS listener show another certificate from now on; 1 to 2 seconds.
  public func show(_ certificate: ListenerCertificate) async throws {
    try await Certificates.renew(in: directory.appending(path: "tls"), certificate)
    try await control("eval", "ssl:clear_pem_cache().")
  }

  /// Starts the node again on its data and its ports.
  public func start() async throws { try await owned().start() }

  /// Ends the node and removes its directory.
  public func remove() async throws { try await owned().end("remove") }

  /// A name that nobody else uses, for a queue, an exchange or a virtual host.
  public static func uniqueName(_ prefix: String) -> String { "\(prefix).\(UUID().uuidString.prefix(8).lowercased())" }

  private func owned() throws -> BrokerNode {
    guard let node else { throw BrokerFixtureError("this broker was not started by the tests") }
    return node
  }
}

/// What the TLS listener shows.
public enum ListenerCertificate: Sendable {
  case good
  /// Since yesterday.
  case expired
}

public struct BrokerFixtureError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

private actor SharedBroker {
  static let instance = SharedBroker()
  private var starting: Task<PrivateBroker, any Error>?

  func broker() async throws -> PrivateBroker {
    let environment = ProcessInfo.processInfo.environment
    if let url = environment["FANFARE_TEST_AMQP_URL"], !url.isEmpty {
      return PrivateBroker(external: url, home: environment["FANFARE_TEST_RABBITMQ_HOME"])
    }
    return try await ownBroker()
  }

  func ownBroker() async throws -> PrivateBroker {
    if let starting { return try await starting.value }
    let task = Task { try await PrivateBroker.start() }
    starting = task
    return try await task.value
  }
}

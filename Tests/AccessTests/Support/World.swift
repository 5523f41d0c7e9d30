import AsyncHTTPClient
import Fanfare
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import Pipeline
import SQLiteStore
import ServiceLifecycle

@testable import EventAPI

/// The real store in a directory of its own behind the real public listener, with callers that a test makes up.
struct World: Sendable {
  static let now = Timestamp(seconds: 1_790_000_000)

  /// The shared one gives an answer up that says nothing for 90 seconds, which a busy machine is too slow for.
  static let connections: HTTPClient = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    configuration.timeout.read = .minutes(30)
    configuration.timeout.connect = .minutes(10)
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  let store: SQLiteStore
  let callers: CallerBook
  /// All that the server answers.
  let routes: [Route]
  let port: Int

  /// Runs `body`, then stops the server, closes the store and removes its directory.
  ///
  /// - Parameter authenticator: knows the callers; the people of ``callers`` if nil.
  static func run(
    _ visibility: DefaultVisibility = .restricted, admission: AdmissionRules = AdmissionRules(allowsAnonymous: true),
    authenticator: (@Sendable (SQLiteStore) async throws -> any Authenticator)? = nil, _ body: @Sendable (World) async throws -> Void
  ) async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    var random = SystemRandomNumberGenerator()
    let key = SecretKey(using: &random)
    let store = try SQLiteStore.open(
      SQLiteStoreConfiguration(directory: directory.path, secretKey: { _ in key }, defaultVisibility: visibility, clock: { now }))
    do {
      let callers = CallerBook()
      callers.add(.admin)
      try await serve(store, callers, authenticator?(store) ?? callers, admission, body)
    } catch {
      try await store.close()
      throw error
    }
    try await store.close()
  }

  private static func serve(
    _ store: SQLiteStore, _ callers: CallerBook, _ authenticator: any Authenticator, _ admission: AdmissionRules,
    _ body: @Sendable (World) async throws -> Void
  ) async throws {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let door = EventDoor(reader: MessageReader(decoder: EventDecoder(), clock: { now }), store: store, quarantine: store) { _ in }
    let ports = APIPorts(
      intake: door, events: store, subscriptions: store, deliveries: store, accounts: store, inspection: store, health: [store],
      now: { now }, makeID: { "made" })
    var configuration = PublicServer.Configuration(
      address: ListenAddress(host: "127.0.0.1", port: 0), version: "1.2.3", admission: admission)
    // Nobody here is slow on purpose.
    configuration.limits = ListenerLimits(idleTimeout: .seconds(600), headerTimeout: .seconds(600), bodyTimeout: .seconds(600))
    let routes = PublicServer.routes(for: configuration, ports: ports, metrics: PrometheusMetrics())
    let server = PublicServer(
      configuration: configuration, ports: ports, authenticator: authenticator, metrics: PrometheusMetrics(), logger: logger)
    let group = ServiceGroup(services: [server], logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await body(World(store: store, callers: callers, routes: routes, port: try await server.port)))
      } catch {
        outcome = .failure(error)
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      try outcome.get()
    }
  }

  func get(_ target: String, as person: Person) async throws -> Answer { try await send("GET", target, as: person) }

  func send(
    _ method: String, _ target: String, _ body: String? = nil, type: String = "application/json", coding: String? = nil, as person: Person
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(target)")
    request.method = HTTPMethod(rawValue: method)
    if let token = person.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    // Unless it is told, the client asks for gzip and unpacks it.
    if let coding { request.headers.add(name: "Accept-Encoding", value: coding) }
    if let body {
      request.headers.add(name: "Content-Type", value: type)
      request.body = .bytes(Array(body.utf8), length: .known(Int64(body.utf8.count)))
    }
    let response = try await Self.connections.execute(request, timeout: .minutes(30))
    var answer = Answer(status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, body: [])
    // A stream has no end. Whoever wants its events reads them himself.
    if answer["Content-Type"] != "text/event-stream" {
      answer.body = Array(try await response.body.collect(upTo: 1 << 26).readableBytesView)
    }
    return answer
  }
}

/// A directory that nobody else has.
struct TemporaryDirectory {
  let path: String

  struct Failure: Error { let code: Int32 }

  init() throws {
    var template = Array("/tmp/fanfare-access-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw Failure(code: errno) }
    self.path = String(cString: path)
  }

  func remove() {
    if let listing = opendir(path) {
      while let entry = readdir(listing) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { unlink(path + "/" + name) }
      }
      closedir(listing)
    }
    rmdir(path)
  }
}

import AsyncHTTPClient
public import Fanfare
import NIOCore
import NIOHTTP1

/// Speaks to the service as any program would, with the admin's token.
public struct Client: Sendable {
  /// A service that was killed is not waited for: the shared client goes on connecting until the request's time is over.
  private static let connections: HTTPClient = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    // Nor is an answer given up that says nothing for 90 seconds: a busy machine may be that slow.
    configuration.timeout.read = .minutes(30)
    configuration.timeout.connect = .minutes(10)
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  public let url: String
  public let token: String

  public init(url: String, token: String) {
    self.url = url
    self.token = token
  }

  public struct Answer: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let bytes: [UInt8]

    public var text: String { String(decoding: bytes, as: UTF8.self) }
    public var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }

    public func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
  }

  public func get(_ path: String) async throws -> Answer { try await send("GET", path) }

  public func send(
    _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:], base: String? = nil
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: (base ?? url) + path)
    request.method = .init(rawValue: method)
    request.headers.add(name: "Authorization", value: "Bearer \(token)")
    // The client takes no answer that was packed more than tenfold.
    request.headers.add(name: "Accept-Encoding", value: "identity")
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    if let body {
      if headers["Content-Type"] == nil { request.headers.add(name: "Content-Type", value: "application/json") }
      request.body = .bytes(ByteBuffer(string: body))
    }
    let response = try await Self.connections.execute(request, timeout: .minutes(30))
    let bytes = Array(try await response.body.collect(upTo: 64 << 20).readableBytesView)
    return Answer(
      status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, bytes: bytes)
  }

  /// Every event's id, from the newest, page by page.
  public func allEventIDs(_ path: String = "/api/v1/events/query/") async throws -> [String] {
    var ids: [String] = []
    var from: String?
    repeat {
      let page = try await get("\(path)?page_size=1000" + (from.map { "&page_from=\($0)" } ?? ""))
      guard case .array(let events) = page.json else {
        throw ServiceFailure(description: "a page is not an array: \(page.text.prefix(500))")
      }
      ids += events.compactMap { $0["id"]?.stringValue }
      from = page.header("X-Next-Page-From")
    } while from != nil
    return ids
  }

  /// The number of a metric's line, or 0 if it is not there.
  public func metric(_ line: String) async throws -> Double {
    let text = try await get("/metrics").text
    for row in text.split(separator: "\n") where row.hasPrefix(line + " ") {
      return row.split(separator: " ").last.flatMap { Double($0) } ?? 0
    }
    return 0
  }
}

import AsyncHTTPClient
import Fanfare
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Talks to the HTTP API of a running service.
struct ServiceClient: Sendable {
  /// A response that was a success.
  struct Answer: Sendable {
    let body: [UInt8]
    private let headers: HTTPHeaders

    init(body: [UInt8], headers: HTTPHeaders) {
      self.body = body
      self.headers = headers
    }

    func header(_ name: String) -> String? { headers.first(name: name) }

    func json() throws -> JSONValue {
      do {
        return try JSONValue(parsing: body, repeatedKeys: .lastCounts)
      } catch {
        throw SentenceError("the service's answer is not JSON: \(error); is this the URL of a Fanfare?")
      }
    }
  }

  /// More than the largest page: 1,000 events of 64 KiB.
  private static let maximumAnswer = 64 << 20

  let base: String
  private let token: String
  let http: HTTPClient

  /// - Parameter ca: a PEM file of the certificates that the service's has to come from; nil for those that the system trusts.
  /// - Throws: a sentence if the file cannot be read, or holds no certificate.
  init(base: String, token: String, ca: String? = nil) throws {
    self.base = base
    self.token = token
    var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(5), read: .seconds(60)))
    // A service that is not there is to be told at once, not after many tries.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.tlsConfiguration = try ca.map { try TLSConfiguration.trusting(file: $0) }
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  func close() async throws { try await http.shutdown() }

  func get(_ path: [String], query: [(String, String)] = []) async throws -> Answer {
    try await send(.GET, path, query: query, body: nil, headers: [:])
  }

  func post(_ path: [String], _ body: JSONValue? = nil) async throws -> Answer {
    try await send(.POST, path, query: [], body: body?.bytes, headers: [:])
  }

  /// A document, as it is in a file.
  func post(_ path: [String], document: [UInt8], query: [(String, String)]) async throws -> Answer {
    try await send(.POST, path, query: query, body: document, headers: [:])
  }

  @discardableResult func delete(_ path: [String]) async throws -> Answer {
    try await send(.DELETE, path, query: [], body: nil, headers: [:])
  }

  /// - Parameter ifMatch: the `ETag` that what is replaced must still have.
  func put(_ path: [String], _ body: [UInt8], ifMatch: String? = nil) async throws -> Answer {
    try await send(.PUT, path, query: [], body: body, headers: ifMatch.map { ["If-Match": $0] } ?? [:])
  }

  /// - Throws: a sentence for every response that is not a success, and for every way not to get one.
  private func send(
    _ method: HTTPMethod, _ path: [String], query: [(String, String)], body: [UInt8]?, headers: HTTPHeaders
  ) async throws -> Answer {
    var request = request(method, path, query: query, headers: headers)
    if let body {
      request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
      request.body = .bytes(body, length: .known(Int64(body.count)))
    }
    let response: HTTPClientResponse
    let bytes: [UInt8]
    do {
      response = try await http.execute(request, timeout: .seconds(120))
      bytes = try await Array(response.body.collect(upTo: Self.maximumAnswer).readableBytesView)
    } catch {
      throw SentenceError("\(base) cannot be reached: \(Self.reason(for: error)); is the service running there?")
    }
    guard (200..<300).contains(response.status.code) else { throw Self.refusal(status: Int(response.status.code), bytes) }
    return Answer(body: bytes, headers: response.headers)
  }

  /// A request without a body, with the credential.
  func request(_ method: HTTPMethod, _ path: [String], query: [(String, String)], headers: HTTPHeaders) -> HTTPClientRequest {
    var target = base + path.map { "/" + $0.percentEncoded }.joined()
    if !query.isEmpty { target += "?" + query.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&") }
    var request = HTTPClientRequest(url: target)
    request.method = method
    request.headers = headers
    request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token)")
    request.headers.replaceOrAdd(name: "User-Agent", value: "fanfare/\(FanfareCommand.version)")
    return request
  }

  static func reason(for error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: error.shortDescription
    case let error as NIOConnectionError: error.connectionErrors.first.map { reason(for: $0.error) } ?? "no address answers"
    case let error as SentenceError: error.description
    case let error as NIOSSLError: Self.sentence(for: error)
    case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
    default: "\(error)"
    }
  }

  /// One of the things that are wrong with a document, under the sentence that says so.
  static func line(pointer: String, message: String) -> String { "  \(pointer.isEmpty ? "the document" : pointer): \(message)" }

  private static func sentence(for error: NIOSSLError) -> String {
    if "\(error)".contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted here; name its authority's with --ca" }
    if "\(error)".contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS; is it http://?" }
    return "TLS fails: \(error)"
  }

  /// The service's own sentence, with every fault that it names.
  static func refusal(status: Int, _ body: [UInt8]) -> SentenceError {
    guard let json = try? JSONValue(parsing: body), let sentence = json["error"]?.stringValue else {
      return SentenceError("the service answered \(status)")
    }
    var lines = ["\(sentence) (\(json["code"]?.stringValue ?? "no code"), status \(status))"]
    if case .array(let faults)? = json["data"]?["validation_errors"] {
      for fault in faults { lines.append(line(pointer: fault["pointer"]?.stringValue ?? "", message: fault["message"]?.stringValue ?? "")) }
    }
    if case .array(let faults)? = json["data"]?["parameters"], faults.count > 1 {
      for fault in faults { lines.append("  \(fault["parameter"]?.stringValue ?? ""): \(fault["message"]?.stringValue ?? "")") }
    }
    return SentenceError(lines.joined(separator: "\n").split(separator: "\n").map { String($0).printableLine }.joined(separator: "\n"))
  }
}

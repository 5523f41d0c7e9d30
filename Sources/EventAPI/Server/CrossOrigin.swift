import Fanfare
import Hummingbird

/// Which pages of other sites a browser lets use this API (CORS).
public struct CrossOrigin: Sendable, Hashable {
  /// `https://console.example.com`, as a browser sends it.
  private let origins: Set<String>
  private let allowsAny: Bool

  /// - Parameter origins: exact origins; `*` for all of them, which are then let in without the browser's own credentials.
  public init(origins: [String] = []) {
    self.origins = Set(origins.map { $0.lowercased() }).subtracting(["*"])
    allowsAny = origins.contains("*")
  }

  var isOff: Bool { origins.isEmpty && !allowsAny }

  /// Whether the operator has named the origin: such a page may act for whom is logged in there.
  func names(_ origin: String) -> Bool { origins.contains(origin.lowercased()) }

  /// The answer to a browser that asks before it sends a request; nil if this is none, or not for this origin.
  ///
  /// - Parameter methods: what the request's path answers; none for a path that is not there.
  func preflight(_ request: Request, methods: [HTTPRequest.Method]) -> Response? {
    guard request.method == .options, request.headers[.accessControlRequestMethod] != nil, isAllowed(request), !methods.isEmpty else {
      return nil
    }
    var response = Response(status: .noContent)
    response.headers[.accessControlAllowMethods] = methods.map(\.rawValue).joined(separator: ", ")
    response.headers[.accessControlAllowHeaders] = Self.requestHeaders
    response.headers[.accessControlMaxAge] = "600"
    return response
  }

  /// Says who may read an answer.
  func mark(_ response: inout Response, for request: Request) {
    if isOff { return }
    response.headers.vary(on: "Origin")
    guard isAllowed(request), let origin = request.headers[.origin] else { return }
    if names(origin) {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.accessControlAllowCredentials] = "true"
    } else {
      response.headers[.accessControlAllowOrigin] = "*"
    }
    response.headers[.accessControlExposeHeaders] = Self.responseHeaders
  }

  private func isAllowed(_ request: Request) -> Bool {
    guard let origin = request.headers[.origin] else { return false }
    return allowsAny || names(origin)
  }

  private static let requestHeaders =
    "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Escape-Token, X-Request-Id"
  private static let responseHeaders = "Link, X-Next-Page-From, X-Request-Id, X-Event-Id, ETag, Retry-After, Location"
}

extension HTTPFields {
  /// Adds a header's name to `Vary`.
  mutating func vary(on name: String) {
    self[.vary] = self[.vary].map { "\($0), \(name)" } ?? name
  }
}

import Hummingbird

/// One thing that the API does: a method, a path, who may, and how.
struct Route: Sendable {
  typealias Handler = @Sendable (Call) async throws -> Response

  /// What stands between a request and the handler.
  enum Access: Sendable {
    /// Nothing: health, the front page and the descriptions of the API.
    case open
    /// A credential that the server's ``Authenticator`` accepts.
    case authenticated
    /// The same, or no credential at all where anonymous callers are allowed: queries of events, and an internal door without a token.
    case anonymousToo
  }

  let method: HTTPRequest.Method
  /// `/a/{b}/c`; a last `{b...}` takes the rest of the path, slashes included.
  let pattern: String
  /// The names of the pattern's variables, in their order.
  let variables: [String]
  private(set) var access: Access
  let handler: Handler

  init(_ method: HTTPRequest.Method, _ pattern: String, access: Access = .authenticated, handler: @escaping Handler) {
    self.method = method
    self.pattern = pattern
    variables = pattern.split(separator: "/").compactMap { segment in
      switch PatternSegment(segment) {
      case .literal: nil
      case .variable(let name), .rest(let name): name
      }
    }
    self.access = access
    self.handler = handler
  }

  func with(access: Access) -> Route {
    var route = self
    route.access = access
    return route
  }
}

/// One segment of a ``Route/pattern``.
enum PatternSegment {
  case literal(String)
  case variable(String)
  case rest(String)

  init(_ text: some StringProtocol) {
    guard text.hasPrefix("{"), text.hasSuffix("}") else {
      self = .literal(String(text))
      return
    }
    let name = text.dropFirst().dropLast()
    self = name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .variable(String(name))
  }
}

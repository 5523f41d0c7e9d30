import Fanfare
import Hummingbird

/// All routes of a server, as a tree over path segments: the one source of what is found, what is allowed, and what is not there.
///
/// A literal segment goes before a variable. Segments are compared percent-decoded.
struct RouteTable: Sendable {
  enum Match: Sendable {
    case found(Route, [String: String])
    /// The path is known, with other methods.
    case methodNotAllowed(allowed: [HTTPRequest.Method])
    case notFound
    /// A variable of the path is not 1 to 255 printable characters, properly encoded.
    case invalidVariable(name: String)
  }

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var variable: (name: String, node: Int)?
    var rest: (name: String, node: Int)?
    var routes: [Route] = []
  }

  let routes: [Route]
  private var nodes = [Node()]

  init(_ routes: [Route]) {
    self.routes = routes
    for route in routes { insert(route) }
  }

  func match(_ method: HTTPRequest.Method, _ target: RequestTarget) -> Match {
    match(method, target.segments[...], at: 0, values: [])
  }

  /// Where a literal leads nowhere the variable beside it is tried: something may have the literal's text for its name.
  private func match(
    _ method: HTTPRequest.Method, _ segments: ArraySlice<Substring.UTF8View>, at node: Int, values: [String]
  ) -> Match {
    guard let segment = segments.first else { return route(at: node, for: method, values: values) }
    let decoded = PercentEncoding.decode(segment)
    if let decoded, let next = nodes[node].literals[decoded] {
      let match = match(method, segments.dropFirst(), at: next, values: values)
      guard case .notFound = match else { return match }
    }
    if let (name, next) = nodes[node].variable {
      guard let decoded, Self.isName(decoded) else { return .invalidVariable(name: name) }
      return match(method, segments.dropFirst(), at: next, values: values + [decoded])
    }
    if let (name, next) = nodes[node].rest {
      let whole = segments.joined(separator: CollectionOfOne(UInt8(ascii: "/")))
      guard let decoded = PercentEncoding.decode(Array(whole)), Self.isName(decoded) else { return .invalidVariable(name: name) }
      return route(at: next, for: method, values: values + [decoded])
    }
    return .notFound
  }

  /// Nothing else can be anybody's name or id.
  private static func isName(_ text: String) -> Bool { PrintableText.fault(of: text, limit: 255) == nil }

  private func route(at node: Int, for method: HTTPRequest.Method, values: [String]) -> Match {
    let routes = nodes[node].routes
    if routes.isEmpty { return .notFound }
    // HEAD is answered as GET would be, without the body.
    let wanted = method == .head ? .get : method
    guard let route = routes.first(where: { $0.method == wanted }) else {
      var allowed = routes.map(\.method)
      if allowed.contains(.get) { allowed.append(.head) }
      return .methodNotAllowed(allowed: allowed)
    }
    return .found(route, Dictionary(zip(route.variables, values), uniquingKeysWith: { first, _ in first }))
  }

  private mutating func insert(_ route: Route) {
    var node = 0
    for segment in route.pattern.split(separator: "/") {
      switch PatternSegment(segment) {
      case .literal(let text): node = child(of: node, at: \.literals[text])
      case .variable(let name): node = named(name, of: node, at: \.variable)
      case .rest(let name): node = named(name, of: node, at: \.rest)
      }
    }
    precondition(!nodes[node].routes.contains { $0.method == route.method }, "two routes for \(route.method) \(route.pattern)")
    nodes[node].routes.append(route)
  }

  private mutating func child(of node: Int, at path: WritableKeyPath<Node, Int?>) -> Int {
    if let existing = nodes[node][keyPath: path] { return existing }
    nodes.append(Node())
    nodes[node][keyPath: path] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func named(_ name: String, of node: Int, at path: WritableKeyPath<Node, (name: String, node: Int)?>) -> Int {
    if let existing = nodes[node][keyPath: path] { return existing.node }
    nodes.append(Node())
    nodes[node][keyPath: path] = (name, nodes.count - 1)
    return nodes.count - 1
  }
}

import Fanfare

/// Where a broker is and who we are to it: `amqp://user:password@host:port/vhost?option=value`, or `amqps://` for TLS.
///
/// Describes itself without the password.
public struct AMQPURL: Sendable, Hashable {
  /// How the broker's certificate is checked and which one we show, for `amqps`.
  public struct TLS: Sendable, Hashable {
    /// `cacertfile`: PEM file with the authorities to trust; nil for those of the system.
    public var authorityFile: String?
    /// `verify`: false (`verify_none`) accepts any certificate.
    public var verifiesPeer = true
    /// `server_name_indication`: the name to announce and to find in the certificate, where it is not the host.
    public var serverName: String?
    /// `certfile` and `keyfile`: PEM files of our own certificate, both or neither.
    public var certificateFile: String?
    public var keyFile: String?

    public init() {}
  }

  public var user = "guest"
  public var password = "guest"
  public var host: String
  public var port: Int
  public var virtualHost = "/"
  /// `heartbeat` in whole seconds; nil for ``AMQPConfiguration/heartbeat``.
  public var heartbeat: Duration?
  /// `connection_timeout` in milliseconds, as RabbitMQ's own clients have it: for the connection and for the log-in, each.
  public var connectionTimeout: Duration = .seconds(10)
  /// Nil for plain `amqp`.
  public var tls: TLS?

  public init(host: String, port: Int = 5672) {
    self.host = host
    self.port = port
  }

  /// - Throws: ``AMQPURLError``, which says what is wrong and does not hold the password.
  public init(parsing text: some StringProtocol) throws(AMQPURLError) {
    var rest = Substring(text)
    guard let scheme = rest.cut(through: "://") else { throw AMQPURLError("an AMQP URL begins with amqp:// or amqps://") }
    switch scheme.lowercased() {
    case "amqp": break
    case "amqps": tls = TLS()
    default: throw AMQPURLError("\"\(scheme)\" is not a scheme of an AMQP URL; allowed are amqp and amqps")
    }
    if rest.contains("#") { throw AMQPURLError("an AMQP URL has no fragment; a # in a user name or password is written %23") }
    let query = rest.firstIndex(of: "?").map { rest[$0...].dropFirst() }
    rest = rest.prefix { $0 != "?" }
    let path = rest.firstIndex(of: "/").map { rest[$0...].dropFirst() }
    rest = rest.prefix { $0 != "/" }

    if let end = rest.lastIndex(of: "@") {
      var credentials = rest[..<end]
      rest = rest[end...].dropFirst()
      let name = credentials.cut(through: ":")
      user = try (name ?? credentials).percentDecoded(as: "user name")
      password = name == nil ? "" : try credentials.percentDecoded(as: "password")
    }
    (host, port) = try Self.address(rest, defaultPort: tls == nil ? 5672 : 5671)
    if let path, !path.isEmpty { virtualHost = try path.percentDecoded(as: "virtual host") }
    for option in (query ?? "").split(separator: "&") {
      var value = option
      guard let name = value.cut(through: "=") else { throw AMQPURLError("the option \"\(option)\" has no value") }
      try set(String(name), to: try value.percentDecoded(as: "option \(name)"))
    }
    if let tls, (tls.certificateFile == nil) != (tls.keyFile == nil) {
      throw AMQPURLError("certfile and keyfile go together: \(tls.keyFile == nil ? "keyfile" : "certfile") is missing")
    }
  }

  /// A comma-separated list, to be tried in turn.
  ///
  /// - Throws: ``AMQPURLError``; of the first one that is wrong.
  public static func list(parsing text: some StringProtocol) throws(AMQPURLError) -> [AMQPURL] {
    var urls: [AMQPURL] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let trimmed = String(part).trimmingSpaces
      if trimmed.isEmpty { throw AMQPURLError("a list of AMQP URLs has an empty place; write them as URL,URL") }
      urls.append(try AMQPURL(parsing: trimmed))
    }
    return urls
  }

  private static func address(_ text: Substring, defaultPort: Int) throws(AMQPURLError) -> (host: String, port: Int) {
    var rest = text
    var host: Substring
    if rest.first == "[" {
      rest = rest.dropFirst()
      guard let address = rest.cut(through: "]") else { throw AMQPURLError("the IPv6 address lacks its closing bracket") }
      host = address
    } else {
      host = rest.prefix { $0 != ":" }
      rest = rest.dropFirst(host.count)
    }
    if host.isEmpty { host = "localhost" }
    let name = try host.percentDecoded(as: "host")
    if rest.isEmpty || rest == ":" { return (name, defaultPort) }
    let digits = rest.dropFirst()
    guard rest.first == ":", digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits), (1...65535).contains(port) else {
      throw AMQPURLError(
        "\"\(digits)\" is not a port; allowed is a number from 1 to 65535 (special characters of a password are percent-encoded)")
    }
    return (name, port)
  }

  private mutating func set(_ option: String, to value: String) throws(AMQPURLError) {
    switch option {
    case "heartbeat": heartbeat = .seconds(try number(value, of: option, in: 1...3600, unit: "seconds"))
    case "connection_timeout": connectionTimeout = .milliseconds(try number(value, of: option, in: 1...600_000, unit: "milliseconds"))
    case "cacertfile", "certfile", "keyfile", "server_name_indication", "verify":
      guard var tls else { throw AMQPURLError("the option \(option) is for amqps:// and has no meaning with amqp://") }
      switch option {
      case "cacertfile": tls.authorityFile = value
      case "certfile": tls.certificateFile = value
      case "keyfile": tls.keyFile = value
      case "server_name_indication": tls.serverName = value
      default:
        switch value {
        case "verify_peer": tls.verifiesPeer = true
        case "verify_none": tls.verifiesPeer = false
        default: throw AMQPURLError("\"\(value)\" is not a value of verify; allowed are verify_peer and verify_none")
        }
      }
      self.tls = tls
    default:
      throw AMQPURLError(
        "the option \"\(option)\" is unknown; allowed are heartbeat, connection_timeout, cacertfile, certfile, keyfile, verify and server_name_indication"
      )
    }
  }

  private func number(_ value: String, of option: String, in range: ClosedRange<Int>, unit: String) throws(AMQPURLError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw AMQPURLError("\"\(value)\" is not a value of \(option); allowed are \(range.lowerBound) to \(range.upperBound) \(unit)")
    }
    return number
  }
}

extension AMQPURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL without password and options.
  public var description: String {
    let bracketed = host.contains(":") ? "[\(host)]" : host
    let path = virtualHost == "/" ? "" : "/\(virtualHost.percentEncoded)"
    return "\(tls == nil ? "amqp" : "amqps")://\(user.percentEncoded)@\(bracketed):\(port)\(path)"
  }

  public var debugDescription: String { description }

  /// Nothing, so that `dump` and failing tests don't print the password.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is wrong with an AMQP URL, as a sentence.
public struct AMQPURLError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

extension Substring {
  /// Takes off everything before `mark` and the mark itself; nil, and unchanged, if it isn't there.
  fileprivate mutating func cut(through mark: String) -> Substring? {
    guard let range = firstRange(of: mark) else { return nil }
    defer { self = self[range.upperBound...] }
    return self[..<range.lowerBound]
  }

  fileprivate func percentDecoded(as what: String) throws(AMQPURLError) -> String {
    var bytes: [UInt8] = []
    var rest = self.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, let decoded = UInt8(Swift.String(decoding: digits, as: UTF8.self), radix: 16),
        digits.first != UInt8(ascii: "+")
      else {
        throw AMQPURLError("the \(what) has a % that two hexadecimal digits do not follow; a % itself is written %25")
      }
      if decoded == 0 { throw AMQPURLError("the \(what) has a zero byte") }
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw AMQPURLError("the \(what) is not UTF-8 once decoded") }
    return text
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}

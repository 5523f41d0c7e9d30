import AMQPSource
import EventAPI
import Fanfare
import HTTPDelivery

/// What a key's value may be, and how it is read.
struct SettingsKind<Value: Sendable>: Sendable {
  let allowed: String
  let takesList: Bool
  let mask: @Sendable (String) -> String
  private let read: @Sendable ([String]) -> Value?

  private init(
    allowed: String, takesList: Bool, mask: @escaping @Sendable (String) -> String, read: @escaping @Sendable ([String]) -> Value?
  ) {
    self.allowed = allowed
    self.takesList = takesList
    self.mask = mask
    self.read = read
  }

  func value(of text: SettingsText) -> Value? {
    switch text {
    case .scalar(let scalar) where takesList: read(Self.elements(of: scalar))
    case .scalar(let scalar): read([scalar])
    case .list(let elements): takesList ? read(elements) : nil
    }
  }

  private static func elements(of line: String) -> [String] {
    line.split(separator: ",").map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
  }
}

extension SettingsKind {
  static func one(
    _ allowed: String, mask: @escaping @Sendable (String) -> String = { $0 }, _ read: @escaping @Sendable (String) -> Value?
  ) -> SettingsKind {
    SettingsKind(allowed: allowed, takesList: false, mask: mask) { $0.count == 1 ? read($0[0]) : nil }
  }

  /// A comma-separated line or a YAML array; every element has to fit.
  static func list<Element>(
    _ allowed: String, mask: @escaping @Sendable (String) -> String = { $0 }, _ read: @escaping @Sendable (String) -> Element?
  ) -> SettingsKind where Value == [Element] {
    SettingsKind(allowed: allowed, takesList: true, mask: mask) { texts in
      let values = texts.compactMap(read)
      return values.count == texts.count ? values : nil
    }
  }
}

extension SettingsKind where Value == String {
  static var path: Self { .one("a path") { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 } }

  static var text: Self { .one("text without line breaks") { $0.isEmpty || !$0.isPrintable ? nil : $0 } }

  static var token: Self {
    .one("printable ASCII without spaces") { $0.isEmpty || !$0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? nil : $0 }
  }

  static var name: Self { .one("1 to 255 printable characters") { isName($0) ? $0 : nil } }

  static var httpURL: Self {
    .one("an http:// or https:// URL", mask: { JWKSFetch.publicName(of: $0) }, { isHTTPURL($0) ? $0 : nil })
  }

  private static func isHTTPURL(_ text: String) -> Bool {
    let rest =
      text.lowercased().hasPrefix("https://") ? text.dropFirst(8) : text.lowercased().hasPrefix("http://") ? text.dropFirst(7) : ""
    return !rest.isEmpty && !rest.hasPrefix("/") && text.isPrintable && !text.contains(" ")
  }

  private static func isName(_ text: String) -> Bool { (1...255).contains(text.utf8.count) && text.isPrintable }
}

extension SettingsKind where Value == [String] {
  static var names: Self {
    .list("names of 1 to 255 printable characters, separated by commas") { (1...255).contains($0.utf8.count) && $0.isPrintable ? $0 : nil }
  }
}

extension SettingsKind where Value == [AMQPURL] {
  static var brokers: Self {
    .list(
      "amqp:// or amqps:// URLs, separated by commas, with special characters of a password percent-encoded", mask: { $0.maskingPasswords },
      { try? AMQPURL(parsing: $0) })
  }
}

extension SettingsKind where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> Self {
    .one("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      guard let number = Int(text), range.contains(number) else { return nil }
      return number
    }
  }
}

extension SettingsKind where Value == Bool {
  static var boolean: Self {
    .one("true or false") { text in
      switch text.lowercased() {
      case "true", "yes", "1": true
      case "false", "no", "0": false
      default: nil
      }
    }
  }
}

extension SettingsKind where Value == Duration {
  static func duration(from least: Duration, to most: Duration) -> Self {
    .one("a duration from \(least.text) to \(most.text), like 15s, 5m, 2h or 90d") { text in
      guard let duration = Duration(text: text), duration >= least, duration <= most else { return nil }
      return duration
    }
  }
}

extension SettingsKind where Value == [Duration] {
  static func durations(upTo most: Duration) -> Self {
    .list("durations up to \(most.text) like 5s,5m,2h, separated by commas") { text in
      guard let duration = Duration(text: text), duration >= .zero, duration <= most else { return nil }
      return duration
    }
  }
}

extension SettingsKind where Value == ListenAddress {
  static var address: Self { .one("host:port, like 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080") { ListenAddress($0) } }
}

extension SettingsKind where Value == [CIDR] {
  static var networks: Self {
    .list("networks like 10.0.0.0/8 or fd00::/8 with no bits set behind the prefix, separated by commas") { try? CIDR(parsing: $0) }
  }
}

extension SettingsKind where Value == ProxyURL {
  static var proxy: Self {
    .one(
      "an http://, https://, socks5:// or socks5h:// URL without a path, with special characters of a password percent-encoded",
      mask: { $0.maskingPasswords }, { ProxyURL($0) })
  }
}

extension SettingsKind where Value == Settings.Store {
  static var store: Self {
    .one(
      "sqlite: (a file in the data directory) or sqlite:PATH; postgres:// is not there yet", mask: { $0.maskingPasswords },
      { Settings.Store($0) })
  }
}

extension SettingsKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  static var choice: Self {
    let names = Value.allCases.map(\.rawValue)
    return .one("one of \(names.joined(separator: ", "))") { Value(rawValue: $0.lowercased()) }
  }
}

/// A page of metrics in Prometheus' text format, version 0.0.4.
struct Exposition {
  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  private(set) var text = ""

  /// Starts a metric. All its samples follow directly.
  mutating func begin(_ name: String, _ kind: Kind, help: String) {
    text += "# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// - Parameter labels: as ``labels(_:)`` writes them; empty for none.
  mutating func sample(_ name: String, labels: String, _ value: Double) {
    text += labels.isEmpty ? "\(name) \(Self.number(value))\n" : "\(name){\(labels)} \(Self.number(value))\n"
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Double, labels: [(String, String)] = []) {
    begin(name, .gauge, help: help)
    sample(name, labels: Self.labels(labels), value)
  }

  mutating func counter(_ name: String, _ help: String, _ value: Double) {
    begin(name, .counter, help: help)
    sample(name, labels: "", value)
  }

  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, with `_` for everything else.
  static func sanitized(name: String) -> String {
    let bytes = name.utf8.enumerated().map { index, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: ":"): byte
      case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0: byte
      default: UInt8(ascii: "_")
      }
    }
    return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
  }

  /// `name="value",…` by name, values escaped.
  static func labels(_ dimensions: [(String, String)]) -> String {
    dimensions.sorted { $0.0 < $1.0 }.map { name, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      return "\(sanitized(name: name).replacing(":", with: "_"))=\"\(escaped)\""
    }.joined(separator: ",")
  }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value) { return String(whole) }
    return value.description
  }
}

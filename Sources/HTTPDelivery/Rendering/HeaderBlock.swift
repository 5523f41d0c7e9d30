/// The header lines of a request as libcurl takes them: `Name: value` and a NUL, one after the other.
///
/// Names and values come checked: nothing in them ends a line.
public struct HeaderBlock: Sendable, Equatable {
  private(set) var lines: [UInt8] = []
  private(set) var count = 0

  init(capacity: Int = 512) {
    lines.reserveCapacity(capacity)
  }

  mutating func append(_ name: some StringProtocol, _ value: some StringProtocol) {
    lines.append(contentsOf: name.utf8)
    if value.isEmpty {
      // libcurl's way to write a header without a value; with a colon it would leave it out.
      lines.append(UInt8(ascii: ";"))
    } else {
      lines.append(UInt8(ascii: ":"))
      lines.append(UInt8(ascii: " "))
      lines.append(contentsOf: value.utf8)
    }
    lines.append(0)
    count += 1
  }

  mutating func append(_ other: HeaderBlock) {
    lines.append(contentsOf: other.lines)
    count += other.count
  }

  /// Keeps libcurl from sending a header of its own accord.
  mutating func suppress(_ name: StaticString) {
    lines.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    lines.append(UInt8(ascii: ":"))
    lines.append(0)
    count += 1
  }

  /// Names and values, those that are suppressed left out.
  public var fields: [(name: String, value: String)] {
    lines.split(separator: 0).compactMap { line in
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
        return (String(decoding: line.dropLast(), as: UTF8.self), "")
      }
      let value = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
      return value.isEmpty ? nil : (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
  }

  /// The value of a header, its name in any case.
  public subscript(name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// What is kept of a response's header lines, and a bound on how many there may be.
struct ResponseHead {
  static let maximumLines = 256
  static let maximumBytes = 65_536

  /// The value of `Retry-After`, of the final response only.
  private(set) var retryAfter: String?
  /// What was too much, as a sentence.
  private(set) var excess: String?
  private var lines = 0
  private var byteCount = 0

  /// Whether not one line has come.
  var isEmpty: Bool { lines == 0 }

  /// Takes one line, its end included. False if the response is to be given up.
  mutating func add(_ line: UnsafeRawBufferPointer) -> Bool {
    lines += 1
    byteCount += line.count
    if lines > Self.maximumLines || byteCount > Self.maximumBytes {
      excess = "the response has more than \(Self.maximumLines) header lines or \(Self.maximumBytes) bytes of them"
      return false
    }
    if line.starts(with: "HTTP/".utf8) {
      // The head of another response: those before it were of status 1xx.
      retryAfter = nil
    } else if let value = Self.value(of: "retry-after", in: line), value.count <= 128 {
      retryAfter = String(decoding: value, as: UTF8.self)
    }
    return true
  }

  private static func value(of name: StaticString, in line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
    let length = name.utf8CodeUnitCount
    guard line.count > length, line[length] == UInt8(ascii: ":") else { return nil }
    for index in 0..<length where line[index] | 0x20 != name.utf8Start[index] | 0x20 { return nil }
    let isSpace = { (byte: UInt8) in byte <= 0x20 }
    var value = line[(length + 1)...].drop(while: isSpace)
    while let last = value.last, isSpace(last) { value = value.dropLast() }
    return value
  }
}

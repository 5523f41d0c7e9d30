import Glibc
import Threading

/// Reads a file or standard input line by line, without holding more than a line and a chunk of it.
struct LineReader: ~Copyable {
  /// A line without its line break.
  struct Line: Sendable {
    /// From 1.
    let number: Int
    let bytes: [UInt8]
    /// The bytes of the input up to the end of this line.
    let end: Int
  }

  /// The input's length in bytes; nil for what is no regular file.
  let size: Int?
  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var number = 0
  private var consumed = 0
  private var isAtEnd = false

  /// - Parameter path: `-` for standard input.
  init(path: String) throws {
    self.path = path
    descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SentenceError("\(path) cannot be read: \(systemReason())") }
    size = FileStatus(descriptor: descriptor).flatMap { $0.isRegular ? $0.size : nil }
  }

  deinit {
    if descriptor > STDIN_FILENO { close(descriptor) }
  }

  /// The next line that is not blank; nil at the end.
  mutating func next() throws -> Line? {
    while true {
      if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = take(through: end, length: end - start + 1)
        if let line { return line }
      } else if isAtEnd {
        if start == buffer.count { return nil }
        let line = take(through: buffer.count, length: buffer.count - start)
        if let line { return line }
      } else {
        try fill()
      }
    }
  }

  private mutating func take(through end: Int, length: Int) -> Line? {
    var bytes = buffer[start..<end]
    start += length
    consumed += length
    number += 1
    if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return nil }
    return Line(number: number, bytes: Array(bytes), end: consumed)
  }

  private mutating func fill() throws {
    buffer.removeSubrange(..<start)
    start = 0
    let size = 1 << 16
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: size))
    let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress?.advanced(by: old), size) }
    buffer.removeLast(size - max(count, 0))
    if count == 0 { isAtEnd = true }
    if count < 0, errno != EINTR { throw SentenceError("\(path) cannot be read: \(systemReason())") }
  }
}

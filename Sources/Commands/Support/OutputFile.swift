import Glibc
import Threading

/// Nobody reads what is written any more: the other end of the pipe is closed.
struct NobodyReads: Error {}

/// Standard output, or a file that stands under its name only when it is whole: it is written beside and renamed at the end.
struct OutputFile: ~Copyable {
  private let path: String?
  private let descriptor: Int32
  /// Whether it is written where it stands: a device or a pipe, which must not be replaced by a file.
  private let isDirect: Bool
  private var isRenamed = false

  /// - Parameter path: nil for standard output.
  /// - Throws: a sentence if the file cannot be made.
  init(path: String?) throws {
    self.path = path
    guard let path else {
      descriptor = STDOUT_FILENO
      isDirect = true
      return
    }
    isDirect = FileStatus(path: path).map { !$0.isRegular } ?? false
    descriptor =
      isDirect
      ? Glibc.open(path, O_WRONLY | O_CLOEXEC) : Glibc.open(Self.temporary(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SentenceError("\(path) cannot be written: \(systemReason())") }
  }

  /// What was not finished is removed.
  deinit {
    guard let path else { return }
    Glibc.close(descriptor)
    if !isRenamed, !isDirect { unlink(Self.temporary(path)) }
  }

  mutating func write(_ bytes: some Collection<UInt8>) throws { try Self.write(Array(bytes), to: descriptor, named: path) }

  /// Puts the file on the disk and under its name.
  mutating func finish() throws {
    guard let path, !isDirect else { return }
    guard fsync(descriptor) == 0, rename(Self.temporary(path), path) == 0 else {
      throw SentenceError("\(path) cannot be written: \(systemReason())")
    }
    isRenamed = true
  }

  static func writeToStandardOutput(_ bytes: [UInt8]) throws { try write(bytes, to: STDOUT_FILENO, named: nil) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, named path: String?) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EPIPE {
        throw NobodyReads()
      } else if errno != EINTR {
        throw SentenceError("\(path ?? "standard output") cannot be written: \(systemReason())")
      }
    }
  }

  /// Two runs at once do not write into each other's.
  private static func temporary(_ path: String) -> String { "\(path).\(getpid()).part" }
}

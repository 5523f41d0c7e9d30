internal import Glibc

/// The process that has a store, as far as the system tells without its lock being touched: to take it, even for a moment, could keep a
/// service from starting.
public struct StoreHolder: Sendable, Hashable {
  public let pid: Int32
  /// By a signal (SIGSTOP), or in a debugger.
  public let isStopped: Bool

  /// Nil if nobody has the store, or somebody whom this process cannot see: on another machine, in another container.
  ///
  /// - Parameter path: of the database.
  public init?(ofStoreAt path: String) {
    var status = stat()
    guard stat(path + ".lock", &status) == 0, let locks = Self.text(ofFile: "/proc/locks"),
      let pid = Self.text(ofFile: path + ".lock").flatMap({ Int32($0.prefix { $0.isNumber }) })
    else { return nil }
    // `1: FLOCK  ADVISORY  WRITE 25085 fe:01:131077 0 EOF`; the number after the device is the file's.
    // The pid in the lock's file alone could be a dead one's, and another file system's file may have the same number.
    let file = String(status.st_ino)
    let isHeld = locks.split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      guard words.count > 5, words[1] == "FLOCK", Int32(words[4]) == pid else { return false }
      return words[5].hasSuffix(":" + file)
    }
    if !isHeld { return nil }
    self.pid = pid
    // `25085 (name) T …`; the name may hold anything.
    let state = Self.text(ofFile: "/proc/\(pid)/stat").flatMap { text in
      text.lastIndex(of: ")").flatMap { text[$0...].dropFirst(2).first }
    }
    isStopped = state == "T" || state == "t"
  }

  /// A file of the kernel's, which has no size before it is read.
  private static func text(ofFile path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}

internal import CLinux
internal import Glibc

/// Keeps a second process out of a database for as long as it lives: an advisory lock on a file beside it, with our pid in it.
final class StoreLock: Sendable {
  private let descriptor: Int32

  /// - Throws: ``SQLiteStoreError`` with the file and the pid of who has it.
  init(besideDatabase path: String) throws {
    let lockPath = path + ".lock"
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let code = errno
      throw SQLiteStoreError(.inputOutput, nativeCode: code, "cannot open \(lockPath): \(String(cString: strerror(code)))")
    }
    // Root makes it for whom the directory belongs to: the service is to open it afterwards.
    if geteuid() == 0 { clinux_change_owner(descriptor, path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".") }
    let code = clinux_lock_file(descriptor)
    guard code == 0 else {
      let holder = Self.readPID(descriptor)
      close(descriptor)
      if code == EWOULDBLOCK {
        let who = holder.map { "the process \($0)" } ?? "another process"
        throw SQLiteStoreError(.inUse, nativeCode: code, "the database \(path) is in use by \(who), which holds \(lockPath)")
      }
      throw SQLiteStoreError(.inputOutput, nativeCode: code, "cannot lock \(lockPath): \(String(cString: strerror(code)))")
    }
    Self.write(pid: getpid(), to: descriptor)
    self.descriptor = descriptor
  }

  /// Closing the descriptor gives the lock up. The file stays: removing it would let two processes lock two files of one name.
  ///
  /// Given up by name as well: a child that was forked this moment still has the descriptor until it becomes another program.
  deinit {
    clinux_unlock_file(descriptor)
    close(descriptor)
  }

  private static func readPID(_ descriptor: Int32) -> Int32? {
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: buffer[..<count].prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
  }

  /// Only for the other's error message, so a failure to write it is nobody's failure.
  private static func write(pid: pid_t, to descriptor: Int32) {
    let text = Array("\(pid)\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }
}

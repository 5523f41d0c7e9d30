internal import CLinux
internal import Glibc

/// A file that is written beside the one it is to be, and takes its name when it is whole and on the disk. Only its owner may read it.
///
/// What is not finished is removed with this value; what a process that was killed has left is removed by the next that writes to the same
/// place. Meanwhile no other does.
struct StoreDraft: ~Copyable {
  let path: String
  private let target: String
  private let descriptor: Int32
  private var isFinished = false

  /// - Throws: ``SQLiteStoreError`` if it cannot be made, or another process writes it.
  init(for target: String) throws {
    self.target = target
    path = target + ".part"
    while true {
      let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      if made >= 0 {
        guard clinux_lock_file(made) == 0 else {
          // Somebody has taken it for a left one between the two calls.
          close(made)
          continue
        }
        descriptor = made
        // Root makes it for whom the directory belongs to: in the data directory, the service.
        if geteuid() == 0 { clinux_change_owner(made, Self.directory(of: target)) }
        return
      }
      guard errno == EEXIST else { throw Self.failure("\(target) cannot be written") }
      try Self.removeLeft(path)
    }
  }

  deinit {
    if !isFinished { Self.remove(path) }
    close(descriptor)
  }

  /// Puts it on the disk. It keeps its name.
  func sync() throws {
    guard fsync(descriptor) == 0 else { throw Self.failure("\(target) cannot be written") }
  }

  /// Puts it on the disk and gives it its name, in place of what had it.
  mutating func finish() throws {
    try sync()
    guard rename(path, target) == 0 else { throw Self.failure("\(target) cannot be written") }
    isFinished = true
    try Self.syncDirectory(of: target)
  }

  /// Names are on the disk when their directory is.
  static func syncDirectory(of path: String) throws {
    let directory = directory(of: path)
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("\(directory) cannot be read") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("\(directory) cannot be written") }
  }

  static func failure(_ sentence: String, code: Int32 = errno) -> SQLiteStoreError {
    SQLiteStoreError(code == ENOSPC ? .full : .inputOutput, nativeCode: code, "\(sentence): \(String(cString: strerror(code)))")
  }

  // MARK: Left ones

  /// - Throws: if it is not left: somebody writes it.
  private static func removeLeft(_ path: String) throws {
    let left = open(path, O_RDWR | O_CLOEXEC)
    guard left >= 0 else {
      if errno == ENOENT { return }
      throw failure("\(path) is in the way")
    }
    defer { close(left) }
    guard clinux_lock_file(left) == 0 else {
      throw SQLiteStoreError(.inUse, nativeCode: EWOULDBLOCK, "\(path) is being written by another process")
    }
    // Not one that has got its name meanwhile.
    if FileIdentity(descriptor: left) == FileIdentity(path: path) { remove(path) }
  }

  /// With what SQLite makes beside it.
  private static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
  }

  private static func directory(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "." }
}

/// Tells whether two names are of one file.
struct FileIdentity: Equatable {
  private let device: dev_t
  private let inode: ino_t

  /// Nil, with `errno`, if there is no such file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, inode) = (status.st_dev, status.st_ino)
  }

  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    (device, inode) = (status.st_dev, status.st_ino)
  }
}

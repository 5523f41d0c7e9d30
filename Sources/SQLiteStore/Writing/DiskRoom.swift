internal import Glibc

/// The room that the file system of a database has left.
struct DiskRoom {
  private let path: String

  /// - Parameter path: of the database.
  init(beside path: String) { self.path = path }

  /// Whether so many bytes could be written now, at the end of files as large as the database's. They are set aside for a moment, as the space
  /// that a file system tells is not all for everybody. Where that cannot be tried, the answer is yes.
  func has(_ bytes: Int) -> Bool {
    let name = path + "-room"
    let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor < 0 { return !Self.isShortage(errno) }
    defer { close(descriptor) }
    unlink(name)
    return !Self.isShortage(posix_fallocate(descriptor, max(size(of: path), size(of: path + "-wal")), off_t(bytes)))
  }

  private func size(of path: String) -> off_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_size : 0
  }

  /// Others say that the file system cannot set room aside, or that it may not be asked.
  private static func isShortage(_ code: Int32) -> Bool { [ENOSPC, EDQUOT, EFBIG, EIO, EROFS].contains(code) }
}

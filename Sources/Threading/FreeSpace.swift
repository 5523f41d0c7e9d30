import CLinux

/// What the system says of a file system. Any thread.
public struct FreeSpace: Sendable, Hashable {
  /// What this process may still write, in bytes.
  public let bytes: Int
  public let total: Int

  /// Of the file system that a file or directory is on. Nil, with `errno`, if that cannot be told.
  public init?(path: String) {
    var (free, total): (Int64, Int64) = (0, 0)
    guard clinux_free_space(path, &free, &total) == 0 else { return nil }
    (bytes, self.total) = (Int(free), Int(total))
  }
}

import CLinux
import Glibc

/// What the system says of a file. Any thread.
///
/// In C, since which module the system's `stat` belongs to depends on what else a Swift file happens to import.
public struct FileStatus: Sendable, Hashable {
  /// Not a directory, a pipe, a device.
  public let isRegular: Bool
  /// As in `chmod`: the lowest nine bits.
  public let permissions: UInt32
  /// In bytes.
  public let size: Int

  /// Nil, with `errno`, if there is no such file.
  public init?(path: String) { self.init(path, -1) }

  /// Nil, with `errno`, if nothing is open there.
  public init?(descriptor: Int32) { self.init(nil, descriptor) }

  private init?(_ path: String?, _ descriptor: Int32) {
    var mode: UInt32 = 0
    var size: Int64 = 0
    guard clinux_file_status(path, descriptor, &mode, &size) == 0 else { return nil }
    isRegular = mode & UInt32(S_IFMT) == UInt32(S_IFREG)
    permissions = mode & 0o777
    self.size = Int(size)
  }
}

extension FileStatus {
  /// Gives an open file to whom a directory belongs. Only root may.
  ///
  /// - Returns: whether it was done.
  public static func give(_ descriptor: Int32, toOwnerOf directory: String) -> Bool { clinux_change_owner(descriptor, directory) == 0 }
}

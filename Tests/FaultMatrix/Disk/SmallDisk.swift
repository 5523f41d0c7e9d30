import Foundation
import Glibc

/// A file system of its own in memory, so small that it can be filled. Somebody else's mounts are not touched: the program runs in a mount
/// namespace of its own (`unshare -m`).
struct SmallDisk {
  private let directory: URL

  private var filler: String { directory.appending(path: "filler").path }

  /// - Throws: ``MatrixFailure`` if it may not be mounted.
  init(at directory: URL, megabytes: Int) throws {
    self.directory = directory
    if mount("tmpfs", directory.path, "tmpfs", 0, "size=\(megabytes)m") != 0 {
      throw MatrixFailure("no tmpfs could be mounted (\(String(cString: strerror(errno)))): start the program as root with unshare -m")
    }
  }

  /// Leaves not a byte of room.
  func fill() throws {
    let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    if descriptor < 0 { throw MatrixFailure("the filler cannot be made: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let block = [UInt8](repeating: 0, count: 4096)
    while write(descriptor, block, block.count) > 0 {}
  }

  func makeRoom() { unlink(filler) }

  func remove() { umount2(directory.path, Int32(MNT_DETACH)) }
}

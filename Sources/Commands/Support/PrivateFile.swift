import Glibc
import Threading

/// Files that only their owner may read, and that appear whole or not at all, whenever the machine stops.
enum PrivateFile {
  static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// - Throws: a sentence if the file cannot be read, or if others may read it.
  static func read(_ path: String) throws -> String {
    if let status = FileStatus(path: path), status.permissions & 0o077 != 0 {
      throw SentenceError("\(path) can be read by others; make it yours alone with: chmod 600 \(path)")
    }
    return String(decoding: try contents(ofFile: path), as: UTF8.self)
  }

  /// Writes a draft beside the file and gives it its name, in place of what had it.
  ///
  /// - Throws: a sentence with the path and the system's reason.
  static func make(_ path: String, holding text: String, draft: String) throws {
    try write(text, toNewFile: draft)
    try move(draft, to: path)
  }

  /// Gives a file another's name, durably.
  static func move(_ path: String, to other: String) throws {
    guard rename(path, other) == 0 else { throw SentenceError("\(other) cannot be made: \(systemReason())") }
    try syncDirectory(of: other)
  }

  private static func write(_ text: String, toNewFile path: String) throws {
    // What a start that was cut short left behind.
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SentenceError("\(path) cannot be made: \(systemReason())") }
    defer { close(descriptor) }
    // Root makes it for whom the service runs as: its directory's owner.
    if geteuid() == 0, !FileStatus.give(descriptor, toOwnerOf: directory(of: path)) {
      throw SentenceError("\(path) cannot be given to the owner of its directory: \(systemReason())")
    }
    Console.write(text, to: descriptor)
    // A disk that is full has cut the text off without a word.
    guard lseek(descriptor, 0, SEEK_CUR) == text.utf8.count, fsync(descriptor) == 0 else {
      throw SentenceError("\(path) cannot be written: \(systemReason())")
    }
  }

  private static func directory(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "." }

  /// A name is on disk when its directory is.
  private static func syncDirectory(of path: String) throws {
    let directory = directory(of: path)
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SentenceError("\(directory) cannot be read: \(systemReason())") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SentenceError("\(directory) cannot be written: \(systemReason())") }
  }
}

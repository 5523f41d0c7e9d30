import Fanfare
import Glibc
import Threading

/// The first admin account's key, in a file that only its owner may read.
enum AdminToken {
  /// Reads the token that is there, or makes one.
  ///
  /// The file appears whole or not at all, whenever the machine stops.
  ///
  /// - Throws: a sentence if the file cannot be read or written, or if others may read it.
  static func readOrCreate(atPath path: String) throws -> String {
    if isThere(atPath: path) { return try read(atPath: path) }
    var random = SystemRandomNumberGenerator()
    let token = APIKey.makeSecret(using: &random)
    let draft = path + ".new"
    try write(token + "\n", toNewFile: draft)
    guard rename(draft, path) == 0 else { throw SentenceError("\(path) cannot be made: \(systemReason())") }
    try syncDirectory(of: path)
    return token
  }

  static func isThere(atPath path: String) -> Bool { access(path, F_OK) == 0 }

  /// The token in a file.
  static func read(atPath path: String) throws -> String {
    if let status = FileStatus(path: path), status.permissions & 0o077 != 0 {
      throw SentenceError("\(path) can be read by others; make it yours alone with: chmod 600 \(path)")
    }
    let text = String(decoding: try contents(ofFile: path), as: UTF8.self)
    guard let token = text.split(whereSeparator: \.isWhitespace).first else {
      throw SentenceError("\(path) is empty; remove it, and the next start makes a new token")
    }
    return String(token)
  }

  private static func write(_ text: String, toNewFile path: String) throws {
    // What a start that was cut short left behind.
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SentenceError("\(path) cannot be made: \(systemReason())") }
    defer { close(descriptor) }
    Console.write(text, to: descriptor)
    // A disk that is full has cut the text off without a word.
    guard lseek(descriptor, 0, SEEK_CUR) == text.utf8.count, fsync(descriptor) == 0 else {
      throw SentenceError("\(path) cannot be written: \(systemReason())")
    }
  }

  /// A name is on disk when its directory is.
  private static func syncDirectory(of path: String) throws {
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SentenceError("\(directory) cannot be read: \(systemReason())") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SentenceError("\(directory) cannot be written: \(systemReason())") }
  }
}

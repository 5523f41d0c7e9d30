import Fanfare
import Glibc

/// The key of the admin account, in a file that only its owner may read.
enum AdminToken {
  /// Reads the token, or makes one at the first start.
  ///
  /// - Throws: a sentence if the file cannot be read or written, or if others may read it.
  static func readOrCreate(atPath path: String) throws -> String {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor < 0 {
      guard errno == EEXIST else { throw SentenceError("\(path) cannot be made: \(systemReason())") }
      return try read(atPath: path)
    }
    defer { close(descriptor) }
    let token = make()
    Console.write(token + "\n", to: descriptor)
    guard fsync(descriptor) == 0 else { throw SentenceError("\(path) cannot be written: \(systemReason())") }
    return token
  }

  /// The token in a file.
  static func read(atPath path: String) throws -> String {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
      throw SentenceError("\(path) can be read by others; make it yours alone with: chmod 600 \(path)")
    }
    let text = String(decoding: try contents(ofFile: path), as: UTF8.self)
    guard let token = text.split(whereSeparator: \.isWhitespace).first else {
      throw SentenceError("\(path) is empty; remove it, and the next start makes a new token")
    }
    return String(token)
  }

  /// 256 random bits, with a prefix that says what it is.
  private static func make() -> String {
    var random = SystemRandomNumberGenerator()
    let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return "fanfare_" + String((0..<43).map { _ in digits[Int.random(in: 0..<digits.count, using: &random)] })
  }
}

import Fanfare

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
    try PrivateFile.make(path, holding: token + "\n", draft: path + ".new")
    return token
  }

  static func isThere(atPath path: String) -> Bool { PrivateFile.isThere(path) }

  /// The token in a file.
  static func read(atPath path: String) throws -> String {
    guard let token = try PrivateFile.read(path).split(whereSeparator: \.isWhitespace).first else {
      throw SentenceError("\(path) is empty; remove it, and the next start makes a new token")
    }
    return String(token)
  }
}

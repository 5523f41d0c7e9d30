import Fanfare
import Glibc
import SQLiteStore

/// The key that the store's secrets are encrypted with, in a file that only its owner may read.
///
/// A key that is to follow is written beside it first, and takes its name once the store has it: whenever the machine stops, the store's key
/// is in one of the two, and the next opening finds it.
struct SecretKeyFile: Sendable {
  let path: String

  /// The key that is to follow.
  var successorPath: String { path + ".new" }

  var isThere: Bool { PrivateFile.isThere(path) }

  /// The key of this id. For nil, when nothing is encrypted yet, the key that is there, or a new one.
  ///
  /// Finishes, or undoes, a change of the key that was cut short.
  ///
  /// - Throws: a sentence if the key is missing, is another one, cannot be read, or can be read by others.
  func key(withID id: SecretKey.ID?) throws -> SecretKey {
    guard let id else { return isThere ? try read() : try make(path) }
    if PrivateFile.isThere(successorPath), let successor = try? Self.read(successorPath), successor.id == id {
      try adoptSuccessor()
      return successor
    }
    let key = try existingKey(withID: id)
    unlink(successorPath)
    return key
  }

  /// The key of this id, also where a change of the key was cut short. Changes nothing.
  ///
  /// - Throws: a sentence if the key is missing, is another one, cannot be read, or can be read by others.
  @Sendable func existingKey(withID id: SecretKey.ID) throws -> SecretKey {
    if PrivateFile.isThere(successorPath), let successor = try? Self.read(successorPath), successor.id == id { return successor }
    guard isThere else { throw Self.missing(path, id) }
    let key = try read()
    if key.id != id { throw Self.another(path, key, id) }
    return key
  }

  /// - Throws: a sentence if there is no key in the file, or if others may read it.
  func read() throws -> SecretKey { try Self.read(path) }

  /// Makes the key that is to follow, on the disk when this returns.
  func makeSuccessor() throws -> SecretKey { try make(successorPath) }

  /// The store has the key that was to follow: it takes the other's place.
  func adoptSuccessor() throws { try PrivateFile.move(successorPath, to: path) }

  private func make(_ path: String) throws -> SecretKey {
    var random = SystemRandomNumberGenerator()
    let key = SecretKey(using: &random)
    try PrivateFile.make(path, holding: key.text + "\n", draft: path + ".part")
    return key
  }

  private static func missing(_ path: String, _ id: SecretKey.ID) -> SentenceError {
    SentenceError(
      "\(path) is missing, and the secrets in the store are encrypted with it (the key \(id)): put it back, no other key opens them")
  }

  private static func another(_ path: String, _ key: SecretKey, _ id: SecretKey.ID) -> SentenceError {
    SentenceError(
      "\(path) holds the key \(key.id), and the secrets in the store are encrypted with the key \(id): put the store's own key back")
  }

  private static func read(_ path: String) throws -> SecretKey {
    let lines = try PrivateFile.read(path).split(whereSeparator: \.isWhitespace)
    guard lines.count == 1, let key = SecretKey(text: lines[0]) else {
      throw SentenceError("\(path) holds no key that Fanfare has made: put back what it held")
    }
    return key
  }
}

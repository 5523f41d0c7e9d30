import Fanfare
import Yams

/// A file of subscriptions, as JSON.
enum SubscriptionDocument {
  /// - Throws: a sentence if the file is neither JSON nor YAML.
  static func read(_ path: String) throws -> [UInt8] {
    try json(contents(ofFile: path), named: path == "-" ? "standard input" : path)
  }

  /// JSON goes as it is, so that the service's pointers and messages fit the file; anything else is read as YAML.
  static func json(_ bytes: [UInt8], named name: String) throws -> [UInt8] {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
      do {
        _ = try JSONValue(parsing: bytes)
      } catch {
        throw SentenceError("\(name) is not JSON: \(error)")
      }
      return bytes
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw SentenceError("\(name) is not YAML: \(error)")
    }
    guard let node else { throw SentenceError("\(name) is empty; an empty set of subscriptions is written []") }
    return try value(of: node, named: name).bytes
  }

  private static func value(of node: Node, named name: String) throws -> JSONValue {
    switch node {
    case .mapping(let mapping):
      return .object(
        try mapping.map { key, value in
          guard let key = key.scalar?.string else { throw SentenceError("\(name), line \(key.mark?.line ?? 0): a key must be a word") }
          return JSONValue.Member(key, try self.value(of: value, named: name))
        })
    case .sequence(let sequence): return .array(try sequence.map { try value(of: $0, named: name) })
    case .scalar(let scalar): return value(of: scalar)
    case .alias: throw SentenceError("\(name) holds an alias, which is not supported here")
    }
  }

  /// A plain scalar is what YAML's core schema takes it for; a quoted one is a string.
  private static func value(of scalar: Node.Scalar) -> JSONValue {
    guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
    switch scalar.string {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    // What JSON takes for a number is one; its text is kept.
    if case .number(let text)? = try? JSONValue(parsing: Array(scalar.string.utf8)) { return .number(text) }
    return .string(scalar.string)
  }
}

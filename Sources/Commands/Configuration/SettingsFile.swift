import Yams

/// A configuration file's text and keys. swift-configuration answers only for keys that it is asked for; the keys that nobody asks
/// for, and the lines, are found here.
struct SettingsFile: Sendable {
  /// A key as the file has it.
  struct Key: Sendable {
    let name: String
    let line: Int
  }

  /// As it was given on the command line.
  let name: String
  let bytes: [UInt8]
  let keys: [Key]
  /// Keys and sections that stand there without a value.
  let emptySections: [Key]

  /// Whether nothing but comments and white space is in it.
  let isEmpty: Bool

  /// - Throws: a sentence if this is not YAML, or not a mapping of keys to values and arrays of values.
  init(name: String, bytes: [UInt8]) throws {
    self.name = name
    self.bytes = bytes
    var keys: [Key] = []
    var emptySections: [Key] = []
    let root: Node?
    do {
      root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw SentenceError("\(name) is not YAML: \(Self.sentence(for: error))")
    }
    var waiting: [(prefix: String, mapping: Node.Mapping)] = []
    switch root {
    case nil: break
    case .mapping(let mapping): waiting.append(("", mapping))
    case .some(let node):
      if node.scalar?.string.isEmpty != true { throw SentenceError("\(name) is not a mapping of keys to values") }
    }
    while !waiting.isEmpty {
      let (prefix, mapping) = waiting.removeFirst()
      for (keyNode, value) in mapping {
        let line = keyNode.mark?.line ?? 0
        guard let part = keyNode.scalar?.string else { throw SentenceError("\(name), line \(line): a key must be a word") }
        let key = Key(name: prefix + part, line: line)
        switch value {
        case .mapping(let mapping): waiting.append((key.name + ".", mapping))
        case .sequence(let elements):
          guard elements.allSatisfy({ $0.scalar != nil }) else {
            throw SentenceError("\(name), line \(line): \(key.name) must be a value or an array of values")
          }
          keys.append(key)
        case .scalar(let scalar):
          if Self.isNull(scalar) { emptySections.append(key) } else { keys.append(key) }
        case .alias: throw SentenceError("\(name), line \(line): \(key.name) is an alias, which is not supported")
        }
      }
    }
    self.keys = keys
    self.emptySections = emptySections
    if case .mapping? = root { isEmpty = false } else { isEmpty = true }
  }

  func place(of key: String) -> String {
    keys.first { $0.name == key }.map { "\(name), line \($0.line)" } ?? name
  }

  private static func isNull(_ scalar: Node.Scalar) -> Bool {
    scalar.style == .plain && ["", "~", "null"].contains(scalar.string.lowercased())
  }

  private static func sentence(for error: any Error) -> String {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      "\(problem) in line \(mark.line), column \(mark.column)"
    case YamlError.duplicatedKeysInMapping(let duplicates, _):
      "the key \(duplicates.joined(separator: ", ")) stands twice"
    default: "\(error)"
    }
  }
}

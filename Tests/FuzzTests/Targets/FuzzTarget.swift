/// Something that reads bytes from outside, and what has to hold whatever they are.
struct FuzzTarget: Sendable, CustomStringConvertible {
  let name: String
  /// What inputs are made of, for the mutator and for libFuzzer's dictionary.
  let words: [String]
  /// - Throws: ``Violation`` if something does not hold.
  let read: @Sendable (_ input: [UInt8]) throws -> Void

  init(_ name: String, words: [String] = [], _ read: @escaping @Sendable (_ input: [UInt8]) throws -> Void) {
    self.name = name
    self.words = words
    self.read = read
  }

  var description: String { name }

  static let all: [FuzzTarget] =
    events + subscriptions + brokers + receivers + requests + texts + stores

  static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Something that has to hold for every input, and did not for one.
struct Violation: Error, CustomStringConvertible {
  let description: String
}

/// - Throws: ``Violation`` with the sentence, if it is not so.
func hold(_ isSo: Bool, _ sentence: @autoclosure () -> String) throws {
  if !isSo { throw Violation(description: sentence()) }
}

extension [UInt8] {
  var asText: String { String(decoding: self, as: UTF8.self) }

  /// The input's first line and what follows, for targets that read two things.
  var firstLineAndRest: (String, [UInt8]) {
    let end = firstIndex(of: 0x0A) ?? count
    return (Array(self[..<end]).asText, Array(dropFirst(end + 1)))
  }
}

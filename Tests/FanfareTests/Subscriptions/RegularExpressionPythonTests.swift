import Fanfare
import Foundation
import RandomFixture
import Testing

/// Compares thousands of random expressions with Python's `re`, which works in another way altogether (it backtracks).
@Suite struct RegularExpressionPythonTests {
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: python != nil, "python3 is not installed"))
  func `random expressions find what Python finds`() throws {
    var random = PatternGenerator(seed: 2_024)
    var cases: [(ours: String, theirs: String, text: String)] = []
    for _ in 0..<1_500 {
      let pattern = random.pattern()
      for _ in 0..<4 { cases.append((pattern.ours, pattern.theirs, random.text())) }
    }
    let answers = try ask(cases.map { ($0.theirs, $0.text) })
    try #require(answers.count == cases.count)
    var found = 0
    #expect(answers.count { $0 == UInt8(ascii: "T") } < cases.count / 50)
    for (entry, answer) in zip(cases, answers) where answer != UInt8(ascii: "T") {
      let isFound = try RegularExpression(entry.ours).matches(entry.text)
      #expect(isFound == (answer == UInt8(ascii: "1")), "\(entry.ours) on \(entry.text.debugDescription), in Python \(entry.theirs)")
      found += isFound ? 1 : 0
    }
    // Neither all nor nothing, or the comparison would say little.
    #expect(found > cases.count / 10)
    #expect(found < cases.count * 9 / 10)
  }

  /// One character for each case: 1 found, 0 not found, E for a pattern that Python refuses, T for one that it does not come to an end with.
  private func ask(_ cases: [(pattern: String, text: String)]) throws -> [UInt8] {
    let script = """
      import json, re, signal, sys
      def give_up(number, frame):
          raise TimeoutError
      signal.signal(signal.SIGALRM, give_up)
      out = []
      for pattern, text in json.load(sys.stdin):
          signal.setitimer(signal.ITIMER_REAL, 0.1)
          try:
              out.append('1' if re.search(pattern, text, re.ASCII) else '0')
          except TimeoutError:
              out.append('T')
          except re.error as error:
              out.append('E')
          finally:
              signal.setitimer(signal.ITIMER_REAL, 0)
      sys.stdout.write(''.join(out))
      """
    let file = FileManager.default.temporaryDirectory.appending(path: "fanfare-regex-\(UUID().uuidString).json")
    let document = JSONValue.array(cases.map { .array([.string($0.pattern), .string($0.text)]) })
    try Data(document.bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }

    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.python))
    process.arguments = ["-c", script]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answers = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Array(answers)
  }
}

/// Makes a random expression in our spelling and in Python's. Letters beyond ASCII have one case only, since Python folds by its own rules.
private struct PatternGenerator {
  private var random: SeededGenerator
  private var isMultiline = false

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  typealias Spelling = (ours: String, theirs: String)

  mutating func pattern() -> Spelling {
    isMultiline = false
    return alternatives(depth: 0)
  }

  mutating func text() -> String {
    let alphabet: [Character] = ["a", "a", "b", "b", "A", "B", "c", "1", "_", " ", "\n", "-", "→", "漢", "𝄞"]
    // Not the empty text: before 3.14, Python's \B does not match in it, which it says is a mistake.
    return String((0..<number(1...8)).map { _ in pick(alphabet) })
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

  private mutating func alternatives(depth: Int) -> Spelling {
    joined((0..<pick([1, 1, 1, 2, 3])).map { _ in sequence(depth: depth) }, "|")
  }

  private mutating func sequence(depth: Int) -> Spelling {
    joined((0..<number(depth == 0 ? 1...4 : 0...3)).map { _ in repetition(depth: depth) }, "")
  }

  private mutating func repetition(depth: Int) -> Spelling {
    let atom = atom(depth: depth)
    let quantifier = pick(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?", "+?", "??"])
    return quantifier.isEmpty ? atom : ("(?:\(atom.ours))\(quantifier)", "(?:\(atom.theirs))\(quantifier)")
  }

  private mutating func atom(depth: Int) -> Spelling {
    switch number(0...(depth < 2 ? 12 : 9)) {
    case 0...3: return same(pick(["a", "b", "A", "c", "1", "_", " ", "-", "→", "漢"]))
    case 4: return pick([same("."), same(#"\d"#), same(#"\w"#), same(#"\s"#), same(#"\D"#), same(#"\W"#), same(#"\S"#)])
    case 5: return pick([(#"\x{1D11E}"#, #"\U0001D11E"#), same(#"\u6f22"#), same(#"\x61"#), same(#"\n"#), same(#"\-"#)])
    case 6, 7: return characterClass()
    case 8: return pick([same("^"), same(#"\A"#), (#"\z"#, #"\Z"#), ("$", isMultiline ? "$" : #"\Z"#)])
    case 9: return pick([same(#"\b"#), same(#"\B"#)])
    default: return group(depth: depth + 1)
    }
  }

  private mutating func group(depth: Int) -> Spelling {
    let opening = pick(["(", "(?:", "(?i:", "(?s:", "(?m:", "(?is:", "(?P<n>"])
    let outer = isMultiline
    if opening == "(?m:" { isMultiline = true }
    defer { isMultiline = outer }
    let inner = alternatives(depth: depth)
    // Python wants every name once.
    return (opening + inner.ours + ")", (opening == "(?P<n>" ? "(" : opening) + inner.theirs + ")")
  }

  private mutating func characterClass() -> Spelling {
    let items = (0..<number(1...3)).map { _ in
      pick(["a", "b", "a-c", "A-B", "0-9", #"\d"#, #"\w"#, #"\s"#, #"\W"#, "_", "→", "漢", #"\n"#, #"\]"#, "x-z"])
    }
    return same("[" + pick(["", "", "^"]) + items.joined() + "]")
  }

  private func same(_ text: String) -> Spelling { (text, text) }

  private func joined(_ parts: [Spelling], _ separator: String) -> Spelling {
    (parts.map(\.ours).joined(separator: separator), parts.map(\.theirs).joined(separator: separator))
  }
}

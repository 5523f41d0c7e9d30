/// A regular expression that is searched in time linear in the text: RE2's kind, without back-references and look-around.
///
/// Syntax: literals, `.`, classes (`[a-z]`, `[^…]`, `[[:alpha:]]`), `\d \w \s \D \W \S \b \B` (ASCII), `\t \n \r \f \v \a`, `\xHH`, `\x{…}`,
/// `\uHHHH`, anchors `^ $ \A \z`, groups `(…)`, `(?:…)`, `(?<name>…)`, flags `(?i)`, `(?s)`, `(?m)` for the rest of a group or
/// `(?i:…)`, alternation, and `* + ? {n} {n,} {n,m}` with `n` and `m` up to 1,000. `$` is the end of the text, not the place before a last line break.
public struct RegularExpression: Hashable, Sendable, CustomStringConvertible {
  public let pattern: String
  private let program: RegexProgram

  /// - Throws: ``RegularExpressionError`` with the place in the pattern and what is allowed there.
  public init(_ pattern: String) throws(RegularExpressionError) {
    self.pattern = pattern
    var parser = RegexParser(pattern)
    program = try RegexProgram(compiling: try parser.parse())
  }

  /// Whether the expression is found somewhere in the text. Takes at most the program's size times the text's length in steps.
  public func matches(_ text: String) -> Bool {
    var steps = 0
    return matches(text, countingIn: &steps)
  }

  /// As ``matches(_:)``, and adds up how many instructions were looked at.
  func matches(_ text: String, countingIn steps: inout Int) -> Bool {
    var text = text
    return text.withUTF8 { RegexSearch.search(program, in: $0, steps: &steps) }
  }

  /// How many instructions the expression was compiled to.
  var size: Int { program.instructions.count }

  public var description: String { pattern }

  public static func == (left: RegularExpression, right: RegularExpression) -> Bool { left.pattern == right.pattern }

  public func hash(into hasher: inout Hasher) { hasher.combine(pattern) }
}

/// Why a pattern is refused.
public struct RegularExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// In characters (Unicode scalars) from the pattern's start.
  public let position: Int
  /// What is wrong there and what is allowed.
  public let reason: String

  public init(position: Int, reason: String) {
    self.position = position
    self.reason = reason
  }

  public var description: String { "\(reason) (at character \(position + 1) of the pattern)" }
}

/// Reads a pattern into a tree. Recursive descent over Unicode scalars: alternatives, sequences, repetitions, atoms.
struct RegexParser {
  /// The pattern's scalars.
  let input: [UInt32]
  var position = 0
  var flags = Flags()
  private var depth = 0
  private var foldedScalars = 0

  struct Flags {
    var ignoresCase = false
    var dotMatchesLineBreak = false
    var isMultiline = false
  }

  static let maximumLength = 4_000
  static let maximumDepth = 100
  static let maximumRepetition = 1_000
  /// How many characters beyond ASCII a pattern's classes may name under `(?i)`: each is folded by itself.
  private static let maximumFolding = 150_000

  init(_ pattern: String) { input = pattern.unicodeScalars.map(\.value) }

  mutating func parse() throws(RegularExpressionError) -> RegexNode {
    if input.count > Self.maximumLength { throw error("the pattern is longer than \(Self.maximumLength) characters") }
    let node = try alternatives()
    if next == ")" { throw error("')' closes no group; write '\\)' for the character") }
    return node
  }

  // MARK: Grammar

  private mutating func alternatives() throws(RegularExpressionError) -> RegexNode {
    var nodes = [try sequence()]
    while take("|") { nodes.append(try sequence()) }
    return nodes.count == 1 ? nodes[0] : .alternatives(nodes)
  }

  private mutating func sequence() throws(RegularExpressionError) -> RegexNode {
    var nodes: [RegexNode] = []
    while let character = next, character != "|", character != ")" {
      nodes.append(try repetition(of: try atom()))
    }
    switch nodes.count {
    case 0: return .empty
    case 1: return nodes[0]
    default: return .sequence(nodes)
    }
  }

  private mutating func repetition(of node: RegexNode) throws(RegularExpressionError) -> RegexNode {
    guard let (least, most) = try quantifier() else { return node }
    // A lazy variant finds the same texts.
    _ = take("?")
    if next == "+" { throw error("possessive repetition ('+' after a repetition) is not supported; leave the '+' out") }
    let start = position
    if try quantifier() != nil {
      throw error("a repetition of a repetition needs a group around the inner one, as in (?:a*){2}", at: start)
    }
    return .repetition(node, least: least, most: most)
  }

  private mutating func quantifier() throws(RegularExpressionError) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    return try bounds()
  }

  /// `{n}`, `{n,}`, `{n,m}`. A brace that begins none of these stands for itself.
  private mutating func bounds() throws(RegularExpressionError) -> (least: Int, most: Int?)? {
    let start = position
    guard take("{") else { return nil }
    let least = number()
    var most = least
    if take(",") { most = number() }
    guard take("}") else {
      position = start
      return nil
    }
    guard let least else {
      if most == nil {
        position = start
        return nil
      }
      throw error("a repetition needs its lower bound: write {0,…}", at: start)
    }
    if least > Self.maximumRepetition || (most ?? 0) > Self.maximumRepetition {
      throw error("a repetition may be at most \(Self.maximumRepetition) times", at: start)
    }
    if let most, most < least { throw error("a repetition's upper bound is below its lower one", at: start) }
    return (least, most)
  }

  private mutating func atom() throws(RegularExpressionError) -> RegexNode {
    guard let character = next else { return .empty }
    switch character {
    case "(": return try group()
    case "[": return .scalars(try characterClass())
    case "\\": return try escape()
    case ".":
      position += 1
      return .scalars(flags.dotMatchesLineBreak ? .all : .notLineBreak)
    case "^":
      position += 1
      return .assertion(flags.isMultiline ? .lineStart : .textStart)
    case "$":
      position += 1
      return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
    case "*", "+", "?": throw error("nothing stands before '\(character)' to repeat; write '\\\(character)' for the character")
    case "{":
      if try bounds() != nil { throw error("nothing stands before the repetition; write '\\{' for the character") }
      return try literal()
    default: return try literal()
    }
  }

  private mutating func literal() throws(RegularExpressionError) -> RegexNode {
    let scalar = input[position]
    position += 1
    return .scalars(try folded([scalar...scalar]))
  }

  private mutating func escape() throws(RegularExpressionError) -> RegexNode {
    let start = position
    position += 1
    switch next {
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.notWordBoundary)
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    case "Z": throw error("\\Z means different things elsewhere; write \\z for the text's end", at: start)
    case .some("1"..."9"), "k", "g": throw error("back-references are not possible in linear time and are not supported", at: start)
    default:
      position = start
      switch try escapedItem() {
      case .set(let set): return .scalars(set)
      case .scalar(let scalar): return .scalars(try folded([scalar...scalar]))
      }
    }
  }

  private mutating func assertion(_ assertion: RegexAssertion) -> RegexNode {
    position += 1
    return .assertion(assertion)
  }

  // MARK: Groups

  private mutating func group() throws(RegularExpressionError) -> RegexNode {
    let start = position
    position += 1
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { throw error("groups nest deeper than \(Self.maximumDepth)", at: start) }
    let outer = flags
    if take("?"), try !groupOptions(from: start) { return .empty }
    let node = try alternatives()
    guard take(")") else { throw error("the group that starts here is not closed", at: start) }
    flags = outer
    return node
  }

  /// Reads what follows `(?`. False if that was all: flags for the rest of the group around.
  private mutating func groupOptions(from start: Int) throws(RegularExpressionError) -> Bool {
    if take("P") {
      guard take("<") else { throw error("after '(?P' only '<name>' is allowed: back-references are not supported", at: start) }
      try groupName(from: start)
      return true
    }
    if take("<") {
      if next == "=" || next == "!" { throw lookAround(at: start) }
      try groupName(from: start)
      return true
    }
    if next == "=" || next == "!" { throw lookAround(at: start) }
    var isOn = true
    while let character = next {
      position += 1
      switch character {
      case "i": flags.ignoresCase = isOn
      case "s": flags.dotMatchesLineBreak = isOn
      case "m": flags.isMultiline = isOn
      case "-" where isOn: isOn = false
      case ":": return true
      case ")": return false
      default: throw error("'(?' may be followed by ':', by a name as in '<name>', or by the flags i, s and m", at: start)
      }
    }
    throw error("the group that starts here is not closed", at: start)
  }

  private mutating func groupName(from start: Int) throws(RegularExpressionError) {
    let first = position
    while let character = next, character == "_" || character.properties.isAlphabetic || ("0"..."9").contains(character) { position += 1 }
    guard position > first, take(">") else { throw error("a group's name is letters, digits and '_', as in (?<name>…)", at: start) }
  }

  private func lookAround(at start: Int) -> RegularExpressionError {
    error("look-ahead and look-behind are not possible in linear time and are not supported", at: start)
  }

  // MARK: Reading

  var next: Unicode.Scalar? { position < input.count ? Unicode.Scalar(input[position]) : nil }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == character else { return false }
    position += 1
    return true
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let character = next, ("0"..."9").contains(character) {
      // Saturates above every bound that is allowed.
      value = min((value ?? 0) * 10 + Int(character.value - 0x30), 1_000_000)
      position += 1
    }
    return value
  }

  /// The set of the ranges, with both cases where `(?i)` holds.
  mutating func folded(_ ranges: [ClosedRange<UInt32>]) throws(RegularExpressionError) -> ScalarSet {
    let set = ScalarSet(ranges)
    guard flags.ignoresCase else { return set }
    foldedScalars += set.ranges.reduce(0) { $0 + ($1.upperBound < 128 ? 0 : $1.count) }
    if foldedScalars > Self.maximumFolding { throw error("the classes under (?i) name too many characters beyond ASCII") }
    return set.ignoringCase
  }

  func error(_ reason: String, at place: Int? = nil) -> RegularExpressionError {
    RegularExpressionError(position: place ?? position, reason: reason)
  }
}

/// A regular expression as instructions for a machine that is in many states at once (Thompson's construction).
struct RegexProgram: Sendable {
  enum Instruction: Sendable {
    case scalar(UInt32)
    /// An index into ``sets``.
    case set(Int)
    case any
    case split(Int, Int)
    case jump(Int)
    case assert(RegexAssertion)
    case match
  }

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [ScalarSet] = []
  /// Bytes that a match can start with; nil if it can be empty or starts with a condition.
  private(set) var firstBytes: [Bool]?
  /// Whether a match can start at the text's start only.
  private(set) var isAnchored = false

  /// Bounds the memory of a program, and with it the work for each character.
  static let maximumSize = 4_000

  init(compiling root: RegexNode) throws(RegularExpressionError) {
    var effort = 0
    try emit(root, &effort)
    instructions.append(.match)
    if case .assert(.textStart) = instructions[0] { isAnchored = true }
    firstBytes = startingBytes()
  }

  // MARK: Compiling

  private mutating func emit(_ node: RegexNode, _ effort: inout Int) throws(RegularExpressionError) {
    // Nested repetitions of nothing emit nothing, so the effort is bounded besides the size.
    effort += 1
    guard instructions.count < Self.maximumSize, effort < 16 * Self.maximumSize else {
      throw RegularExpressionError(
        position: 0, reason: "the pattern is too large: with its repetitions written out it may have \(Self.maximumSize) steps")
    }
    switch node {
    case .empty: break
    case .scalars(let set): emit(set)
    case .assertion(let assertion): instructions.append(.assert(assertion))
    case .sequence(let nodes): for node in nodes { try emit(node, &effort) }
    case .alternatives(let nodes): try emit(alternatives: nodes, &effort)
    case .repetition(let node, let least, let most): try emit(node, least, most, &effort)
    }
  }

  private mutating func emit(_ set: ScalarSet) {
    if set == .all {
      instructions.append(.any)
    } else if set.ranges.count == 1, set.ranges[0].count == 1 {
      instructions.append(.scalar(set.ranges[0].lowerBound))
    } else {
      let index = sets.firstIndex(of: set) ?? sets.count
      if index == sets.count { sets.append(set) }
      instructions.append(.set(index))
    }
  }

  private mutating func emit(alternatives nodes: [RegexNode], _ effort: inout Int) throws(RegularExpressionError) {
    var ends: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index < nodes.count - 1 else {
        try emit(node, &effort)
        break
      }
      let split = reserve()
      try emit(node, &effort)
      ends.append(reserve())
      instructions[split] = .split(split + 1, instructions.count)
    }
    for end in ends { instructions[end] = .jump(instructions.count) }
  }

  private mutating func emit(_ node: RegexNode, _ least: Int, _ most: Int?, _ effort: inout Int) throws(RegularExpressionError) {
    for _ in 0..<least { try emit(node, &effort) }
    guard let most else {
      let split = reserve()
      try emit(node, &effort)
      instructions.append(.jump(split))
      instructions[split] = .split(split + 1, instructions.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<max(most, least) {
      splits.append(reserve())
      try emit(node, &effort)
    }
    for split in splits { instructions[split] = .split(split + 1, instructions.count) }
  }

  /// Makes room for an instruction whose target is not known yet.
  private mutating func reserve() -> Int {
    instructions.append(.jump(0))
    return instructions.count - 1
  }

  // MARK: Looking at the start

  private func startingBytes() -> [Bool]? {
    var bytes = [Bool](repeating: false, count: 256)
    var seen = [Bool](repeating: false, count: instructions.count)
    var open = [0]
    while let next = open.popLast() {
      if seen[next] { continue }
      seen[next] = true
      switch instructions[next] {
      case .scalar(let scalar): Self.mark(scalar...scalar, in: &bytes)
      case .set(let index): for range in sets[index].ranges { Self.mark(range, in: &bytes) }
      case .split(let first, let second): open += [first, second]
      case .jump(let target): open.append(target)
      case .any, .assert, .match: return nil
      }
    }
    return bytes
  }

  /// Marks the first UTF-8 byte of each scalar in the range.
  private static func mark(_ range: ClosedRange<UInt32>, in bytes: inout [Bool]) {
    func first(_ scalar: UInt32) -> Int {
      switch scalar {
      case 0..<0x80: Int(scalar)
      case 0x80..<0x800: Int(0xC0 | scalar >> 6)
      case 0x800..<0x10000: Int(0xE0 | scalar >> 12)
      default: Int(0xF0 | scalar >> 18)
      }
    }
    for byte in first(range.lowerBound)...first(range.upperBound) { bytes[byte] = true }
  }
}

/// Runs a program over a text: all its states step forward together, one character at a time (Pike's machine without captures).
///
/// Every instruction is looked at once for a character at most, which is where the linear time comes from.
enum RegexSearch {
  static func search(_ program: RegexProgram, in text: UnsafeBufferPointer<UInt8>, steps: inout Int) -> Bool {
    let size = program.instructions.count
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 5 * size) { memory in
      memory.initialize(repeating: 0)
      return program.instructions.withUnsafeBufferPointer { instructions in
        program.sets.withUnsafeBufferPointer { sets in
          var machine = Machine(
            instructions: instructions, sets: sets, current: States(memory, at: 0, size), next: States(memory, at: 2 * size, size),
            stack: UnsafeMutableBufferPointer(rebasing: memory[4 * size..<5 * size]))
          defer { steps += machine.steps }
          return machine.search(text, firstBytes: program.firstBytes, isAnchored: program.isAnchored)
        }
      }
    }
  }

  /// A set of instructions in the order they were added, emptied at no cost (Briggs and Torczon's sparse set).
  private struct States {
    private let dense: UnsafeMutableBufferPointer<Int32>
    private let sparse: UnsafeMutableBufferPointer<Int32>
    var count = 0

    init(_ memory: UnsafeMutableBufferPointer<Int32>, at start: Int, _ size: Int) {
      dense = UnsafeMutableBufferPointer(rebasing: memory[start..<start + size])
      sparse = UnsafeMutableBufferPointer(rebasing: memory[start + size..<start + 2 * size])
    }

    subscript(index: Int) -> Int { Int(dense[index]) }

    /// Whether it was not in yet.
    mutating func insert(_ state: Int) -> Bool {
      let place = Int(sparse[state])
      if place < count, dense[place] == Int32(truncatingIfNeeded: state) { return false }
      sparse[state] = Int32(truncatingIfNeeded: count)
      dense[count] = Int32(truncatingIfNeeded: state)
      count += 1
      return true
    }
  }

  private struct Machine {
    let instructions: UnsafeBufferPointer<RegexProgram.Instruction>
    let sets: UnsafeBufferPointer<ScalarSet>
    var current: States
    var next: States
    /// Instructions still to be followed. Each was just added to a set, so there are never more than instructions.
    let stack: UnsafeMutableBufferPointer<Int32>
    var steps = 0

    mutating func search(_ text: UnsafeBufferPointer<UInt8>, firstBytes: [Bool]?, isAnchored: Bool) -> Bool {
      var position = 0
      var before: UInt32?
      var upcoming = RegexSearch.decode(text, at: 0)
      while true {
        let after = upcoming.length == 0 ? nil : upcoming.scalar
        if !isAnchored || position == 0 {
          if current.count == 0, let firstBytes {
            // Nothing has begun: go on to the next byte that a match can begin with. It never lies inside a character.
            var start = position
            while start < text.count, !firstBytes[Int(text[start])] { start += 1 }
            steps += start - position
            if start == text.count { return false }
            if start != position {
              position = start
              upcoming = RegexSearch.decode(text, at: start)
              before = nil  // Not asked for: a program with first bytes starts with no condition, and later ones see the true one.
              continue
            }
          }
          if addStart(before, after) { return true }
        }
        guard let scalar = after, current.count > 0 || !isAnchored else { return false }
        position += upcoming.length
        upcoming = RegexSearch.decode(text, at: position)
        if step(over: scalar, before: upcoming.length == 0 ? nil : upcoming.scalar) { return true }
        before = scalar
      }
    }

    /// Moves every state over one character. True once a match is reached.
    private mutating func step(over scalar: UInt32, before after: UInt32?) -> Bool {
      var reached = next
      reached.count = 0
      for index in 0..<current.count {
        let state = current[index]
        steps += 1
        let isAccepted =
          switch instructions[state] {
          case .scalar(let expected): expected == scalar
          case .set(let set): sets[set].contains(scalar)
          case .any: true
          case .split, .jump, .assert, .match: false
          }
        if isAccepted, add(state + 1, to: &reached, scalar, after) { return true }
      }
      next = reached
      swap(&current, &next)
      return false
    }

    /// Adds a match that begins here. True if it ends here too.
    private mutating func addStart(_ before: UInt32?, _ after: UInt32?) -> Bool {
      var states = current
      defer { current = states }
      return add(0, to: &states, before, after)
    }

    /// Adds an instruction and all that can be reached from it without a character. True if a match is among them.
    private mutating func add(_ start: Int, to states: inout States, _ before: UInt32?, _ after: UInt32?) -> Bool {
      guard states.insert(start) else { return false }
      stack[0] = Int32(truncatingIfNeeded: start)
      var depth = 1
      func push(_ state: Int) {
        if states.insert(state) {
          stack[depth] = Int32(truncatingIfNeeded: state)
          depth += 1
        }
      }
      while depth > 0 {
        depth -= 1
        let state = Int(stack[depth])
        steps += 1
        switch instructions[state] {
        case .match: return true
        case .jump(let target): push(target)
        case .split(let first, let second):
          push(first)
          push(second)
        case .assert(let assertion): if assertion.holds(between: before, and: after) { push(state + 1) }
        case .scalar, .set, .any: break
        }
      }
      return false
    }
  }

  /// The character at a position of valid UTF-8; a length of 0 at the end.
  @inline(__always)
  private static func decode(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> (scalar: UInt32, length: Int) {
    guard position < text.count else { return (0, 0) }
    let first = UInt32(text[position])
    func continuation(_ offset: Int) -> UInt32 { UInt32(text[position + offset]) & 0x3F }
    switch first {
    case 0..<0x80: return (first, 1)
    case 0x80..<0xE0: return ((first & 0x1F) << 6 | continuation(1), 2)
    case 0xE0..<0xF0: return ((first & 0x0F) << 12 | continuation(1) << 6 | continuation(2), 3)
    default: return ((first & 0x07) << 18 | continuation(1) << 12 | continuation(2) << 6 | continuation(3), 4)
    }
  }
}

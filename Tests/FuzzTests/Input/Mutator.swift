import RandomFixture

/// Makes inputs of a corpus by chance: what libFuzzer does, without knowing what an input reached, and the same each time for a seed.
struct Mutator {
  private static let maximumLength = 4_096

  private var random: SeededGenerator
  private let corpus: [[UInt8]]
  private let words: [[UInt8]]

  init(target: FuzzTarget, corpus: [[UInt8]], seed: UInt64) {
    // FNV-1a of the name, so that targets with the same corpus get other inputs.
    let name = target.name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    random = SeededGenerator(seed: seed ^ name)
    self.corpus = corpus.isEmpty ? [[]] : corpus
    words = target.words.map { Array($0.utf8) } + Self.numbers.map { Array($0.utf8) }
  }

  private static let numbers = [
    "0", "-1", "1e1", "65536", "4294967296", "9223372036854775807", "9223372036854775808", "1e400", "\0", "\u{FF}",
  ]
  private static let values = [
    "null", "true", "{}", "[]", "\"\"", "-0.0e-0", "[[[[]]]]", "{\"a\":{\"a\":1}}", "\"\\u0000\"", "\"e\u{301}\"",
  ]

  mutating func next() -> [UInt8] {
    var input = pick(corpus)
    for _ in 0...Int.random(in: 0..<5, using: &random) { mutate(&input) }
    if input.count > Self.maximumLength { input.removeSubrange(Self.maximumLength...) }
    return input
  }

  private mutating func mutate(_ input: inout [UInt8]) {
    let place = Int.random(in: 0...input.count, using: &random)
    switch Int.random(in: 0..<9, using: &random) {
    case 0 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1 where place < input.count: input[place] = UInt8.random(in: .min ... .max, using: &random)
    case 2: input.insert(contentsOf: pick(words), at: place)
    case 3: input.removeSubrange(range(from: place, in: input))
    case 4: input.insert(contentsOf: input[range(from: place, in: input)], at: place)
    case 5: repeatSome(of: &input, at: place)
    case 6: splice(&input, at: place)
    case 7: replaceValue(in: &input, near: place)
    default: input.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
    }
  }

  private mutating func range(from start: Int, in input: [UInt8]) -> Range<Int> {
    start..<min(input.count, start + Int.random(in: 1...32, using: &random))
  }

  /// What is deep, long or many.
  private mutating func repeatSome(of input: inout [UInt8], at place: Int) {
    let piece = Array(input[range(from: place, in: input)])
    let count = Int.random(in: 1...(1 << Int.random(in: 1...9, using: &random)), using: &random)
    input.insert(contentsOf: (0..<min(count, Self.maximumLength / max(1, piece.count))).flatMap { _ in piece }, at: place)
  }

  private mutating func splice(_ input: inout [UInt8], at place: Int) {
    let other = pick(corpus)
    input = Array(input[..<place]) + other.dropFirst(Int.random(in: 0...other.count, using: &random))
  }

  /// What stands behind a colon, a bracket or a comma gives way to a JSON value.
  private mutating func replaceValue(in input: inout [UInt8], near place: Int) {
    guard let start = input[place...].firstIndex(where: { ":[,".utf8.contains($0) }) else { return }
    let end = input[(start + 1)...].firstIndex { ",]}".utf8.contains($0) } ?? input.count
    input.replaceSubrange(start + 1..<end, with: Array(pick(Self.values).utf8))
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }
}

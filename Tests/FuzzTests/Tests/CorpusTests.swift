import Foundation
import Testing

/// Every target reads its corpus, and inputs that are made of it by chance: as many each time, from the same seed.
///
/// `FANFARE_FUZZ_SEED` and `FANFARE_FUZZ_CASES` ask for others and for more of them; `deploy/fuzz` has libFuzzer look for them.
@Suite struct CorpusTests {
  private static let seed = ProcessInfo.processInfo.environment["FANFARE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 6
  private static let cases = ProcessInfo.processInfo.environment["FANFARE_FUZZ_CASES"].flatMap { Int($0) } ?? 1_000

  @Test(arguments: FuzzTarget.all) func `what has once found a fault finds none`(target: FuzzTarget) {
    for (name, bytes) in Corpus.inputs(of: target) { expectNoViolation(of: target, bytes, "Corpus/\(target)/\(name)") }
  }

  @Test(arguments: FuzzTarget.all) func `nothing that chance makes of the corpus breaks its reader`(target: FuzzTarget) {
    var mutator = Mutator(target: target, corpus: Corpus.inputs(of: target).map(\.bytes), seed: Self.seed)
    for number in 1...Self.cases {
      let input = mutator.next()
      if !expectNoViolation(of: target, input, "case \(number) of the seed \(Self.seed)") { break }
    }
  }

  @Test func `every target has a corpus, and every corpus a target`() {
    #expect(Corpus.targets == FuzzTarget.all.map(\.name).sorted())
    for target in FuzzTarget.all { #expect(!Corpus.inputs(of: target).isEmpty, "\(target)") }
  }

  @discardableResult private func expectNoViolation(of target: FuzzTarget, _ input: [UInt8], _ place: String) -> Bool {
    do {
      try target.read(input)
      return true
    } catch {
      Issue.record("\(target), \(place): \(error); the input in base64: \(Data(input.prefix(4_096)).base64EncodedString())")
      return false
    }
  }
}

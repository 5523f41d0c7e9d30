import Fanfare
import Testing

@testable import Reckoning

/// The account is only worth something if it would find what is wrong.
@Suite struct ReckoningTests {
  @Test func `what adds up has no violation and its figures`() throws {
    let reckoning = try Reckoning(of: .sample())
    #expect(reckoning.violations == [])
    var figures = Figures()
    (figures.published, figures.confirmed, figures.stored, figures.own, figures.quarantined) = (7, 6, 3, 1, 2)
    (figures.deliveries, figures.succeeded, figures.dead) = (7, 6, 1)
    (figures.requests, figures.repeated, figures.inFlight) = (8, 1, 1)
    #expect(reckoning.figures == figures)
    #expect(reckoning.losses == 0)
  }

  @Test(arguments: Doctoring.all) func `what was doctored is found, and nothing else`(_ doctoring: Doctoring) throws {
    var evidence = try Evidence.sample()
    doctoring.change(&evidence)
    let found = try Reckoning(of: evidence).violations
    #expect(Set(found.map(\.kind)) == doctoring.kinds, "\(found)")
  }

  @Test func `each kind of violation is found in some of what was doctored`() {
    #expect(Set(Doctoring.all.flatMap(\.kinds)) == Set(Violation.Kind.allCases))
  }

  @Test func `an event that was not confirmed may be there or not`() throws {
    var evidence = try Evidence.sample()
    evidence.sent[1].isConfirmed = false
    #expect(try Reckoning(of: evidence).violations == [])
    evidence.sent.remove(at: 6)
    #expect(try Reckoning(of: evidence).violations == [])
  }

  @Test func `an event that was removed is accounted for by its receivers and the dead-letter queue`() throws {
    var evidence = try Evidence.sample()
    for sequence in [Int64(2), 3] {
      evidence.store.events.removeAll { $0.sequence == sequence }
      let rows = Set(evidence.store.deliveries.filter { $0.event == sequence }.map(\.row))
      evidence.store.deliveries.removeAll { rows.contains($0.row) }
      evidence.store.attempts.removeAll { rows.contains($0.delivery) }
      evidence.store.removed[sequence] = "e-\(sequence)"
    }
    let reckoning = try Reckoning(of: evidence)
    #expect(reckoning.violations == [])
    #expect(reckoning.figures.stored == 3)
    #expect(reckoning.figures.removed == 2)
    evidence.requests.remove(at: 4)
    evidence.deadLetters.remove(at: 2)
    #expect(try Reckoning(of: evidence).violations.map(\.kind) == [.deliveryMissing, .deliveryMissing])
  }

  @Test func `the names of deliveries are read as they are written`() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let (high, low) = (generator.next(), generator.next())
      let number = try #require(PlainKSUID(KSUID(timestamp: 123, high: high, low: low).description))
      #expect((number.seconds, number.high, number.low) == (1_400_000_123, high, low))
    }
    #expect(PlainKSUID("aWgEPTl1tmebfsQzFP4bxwgy80W") == nil)
    #expect(PlainKSUID("short") == nil)
  }
}

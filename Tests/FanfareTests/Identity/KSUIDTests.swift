import Fanfare
import RandomFixture
import Testing

@Suite struct KSUIDTests {
  @Test func `text and bytes are one`() throws {
    let id = try #require(KSUID("1l12i5euax5i7oGDn5DFULPYdCM"))
    #expect(id.timestamp == 0x0C52_C2C0)
    #expect(id.high == 0x51EB_1E2D_A765_2531)
    #expect(id.low == 0x8EED_5D96_6C9E_5B7A)
    #expect(id.description == "1l12i5euax5i7oGDn5DFULPYdCM")
  }

  @Test(arguments: [
    ("22gBNze4y3o57HpES4WC8MwKvwo", "2021-12-23T08:48:33.000000000Z"), ("23Dxv2aT3IUFkHBuoGtS4cyHGRj", "2022-01-04T07:51:25.000000000Z"),
  ])
  func `the second it was made in is known`(text: String, date: String) throws {
    let id = try #require(KSUID(text))
    #expect(id.instant.rfc3339 == date)
    #expect(id.description == text)
  }

  @Test func `the ends of the range are the ends`() throws {
    let least = KSUID(timestamp: 0, high: 0, low: 0)
    let greatest = KSUID(timestamp: .max, high: .max, low: .max)
    #expect(least.description == "000000000000000000000000000")
    #expect(greatest.description == "aWgEPTl1tmebfsQzFP4bxwgy80V")
    #expect(KSUID(least.description) == least)
    #expect(KSUID(greatest.description) == greatest)
  }

  @Test(arguments: [
    "", "1l12i5euax5i7oGDn5DFULPYdC", "1l12i5euax5i7oGDn5DFULPYdCMM", "1l12i5euax5i7oGDn5DFULPYdC-", "1l12i5euax5i7oGDn5DFULPYdC ",
    "aWgEPTl1tmebfsQzFP4bxwgy80W", "aWgEPTl1tmebfsQzFP4bxwgy810", "zzzzzzzzzzzzzzzzzzzzzzzzzzz", "é12i5euax5i7oGDn5DFULPYdCM",
  ])
  func `other text is none`(text: String) {
    #expect(KSUID(text) == nil)
  }

  @Test func `order of values, of text and of bytes is one`() {
    var random = SeededGenerator(seed: 4)
    var last = KSUID(timestamp: 0, high: 0, low: 0)
    for _ in 0..<2_000 {
      let next = KSUID(
        timestamp: UInt32.random(in: 0...3, using: &random), high: UInt64.random(in: 0...3, using: &random), low: random.next())
      #expect((last < next) == (last.description < next.description))
      #expect(KSUID(next.description) == next)
      last = next
    }
  }
}

@Suite struct KSUIDGeneratorTests {
  private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: KSUID.epoch + seconds) }

  @Test func `identifiers only ever grow, through a clock that stands and one that steps back`() {
    var generator = KSUIDGenerator()
    var random = SeededGenerator(seed: 8)
    var last = generator.next(at: at(100), using: &random)
    for second: Int64 in [100, 100, 101, 101, 99, 3, -500, 101, 102, 102, 50] {
      let next = generator.next(at: at(second), using: &random)
      #expect(last < next)
      #expect(next.timestamp >= last.timestamp)
      last = next
    }
    #expect(last.timestamp == 102)
  }

  @Test func `in one second the payload grows by one, in the next it is random again`() {
    var generator = KSUIDGenerator()
    var random = SeededGenerator(seed: 8)
    let first = generator.next(at: at(7), using: &random)
    let second = generator.next(at: at(7), using: &random)
    #expect(second.low == first.low &+ 1)
    #expect(second.timestamp == first.timestamp)
    let third = generator.next(at: at(8), using: &random)
    #expect(third.timestamp == 8)
    #expect(third.high != first.high)
  }

  @Test func `a payload that runs over moves on to the next second`() {
    struct Ones: RandomNumberGenerator {
      mutating func next() -> UInt64 { .max }
    }
    var generator = KSUIDGenerator()
    var random = Ones()
    let first = generator.next(at: at(7), using: &random)
    let second = generator.next(at: at(7), using: &random)
    #expect(first < second)
    #expect(second == KSUID(timestamp: 8, high: 0, low: 0))
  }

  @Test func `a clock before the epoch and one after its end are kept inside`() {
    var generator = KSUIDGenerator()
    var random = SeededGenerator(seed: 1)
    #expect(generator.next(at: Timestamp(seconds: 0), using: &random).timestamp == 0)
    #expect(generator.next(at: Timestamp(seconds: .max), using: &random).timestamp == .max)
  }
}

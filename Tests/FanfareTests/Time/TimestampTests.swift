import Fanfare
import RandomFixture
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("2021-10-15T17:07:39+02:00", "2021-10-15T15:07:39.000000000Z"), ("2021-10-15T15:07:39Z", "2021-10-15T15:07:39.000000000Z"),
    ("2021-10-15t15:07:39z", "2021-10-15T15:07:39.000000000Z"), ("2021-10-15 15:07:39Z", "2021-10-15T15:07:39.000000000Z"),
    ("1970-01-01T00:00:00.000000001Z", "1970-01-01T00:00:00.000000001Z"),
    ("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z"),
    ("2000-02-29T12:00:00.5-00:30", "2000-02-29T12:30:00.500000000Z"), ("2024-12-31T23:59:60Z", "2025-01-01T00:00:00.000000000Z"),
    ("2021-01-01T00:00:00.1234567899Z", "2021-01-01T00:00:00.123456789Z"), ("2021-01-01T00:30:00+01:00", "2020-12-31T23:30:00.000000000Z"),
    ("1900-03-01T00:00:00Z", "1900-03-01T00:00:00.000000000Z"), ("1677-09-21T00:12:44Z", "1677-09-21T00:12:44.000000000Z"),
    ("2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:16.854775807Z"),
  ])
  func `dates are read with any offset and written in UTC with nanoseconds`(text: String, utc: String) throws {
    #expect(try #require(Timestamp(rfc3339: text)).rfc3339 == utc)
    #expect(Timestamp(rfc3339: utc) == Timestamp(rfc3339: text))
  }

  @Test(arguments: [
    "", "2021-10-15", "2021-10-15T15:07:39", "2021-10-15T15:07Z", "2021-13-01T00:00:00Z", "2021-00-01T00:00:00Z", "2021-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z", "2021-04-31T00:00:00Z", "2021-01-00T00:00:00Z", "2021-01-01T24:00:00Z", "2021-01-01T00:60:00Z",
    "2021-01-01T00:00:61Z",
    "2021-01-01T00:00:00.Z", "2021-01-01T00:00:00+0100", "2021-01-01T00:00:00+24:00", "2021-01-01T00:00:00+01:60", "2021-01-01T00:00:00Zx",
    " 2021-01-01T00:00:00Z", "21-01-01T00:00:00Z", "2021-1-01T00:00:00Z", "2263-01-01T00:00:00Z", "1677-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "２０２１-01-01T00:00:00Z",
  ])
  func `what is no date is refused`(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func `every instant is written and read again`() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<5_000 {
      let instant = Timestamp(nanoseconds: Int64.random(in: .min ... .max, using: &random))
      #expect(Timestamp(rfc3339: instant.rfc3339) == instant, "\(instant.nanoseconds)")
    }
    for edge in [Int64.min, .max, 0, -1, 1] {
      #expect(Timestamp(rfc3339: Timestamp(nanoseconds: edge).rfc3339)?.nanoseconds == edge)
    }
  }

  @Test func `seconds round down, before 1970 too`() {
    #expect(Timestamp(nanoseconds: -1).seconds == -1)
    #expect(Timestamp(nanoseconds: 1_999_999_999).seconds == 1)
    #expect(Timestamp(seconds: .max).nanoseconds == .max)
    #expect(Timestamp(seconds: .min).nanoseconds == .min)
  }

  @Test func `sums saturate`() {
    let last = Timestamp(nanoseconds: .max)
    #expect(last + .seconds(1) == last)
    #expect(Timestamp(nanoseconds: .min) - .seconds(1) == Timestamp(nanoseconds: .min))
    #expect(Timestamp(seconds: 10) - Timestamp(seconds: 4) == .seconds(6))
    #expect(Timestamp(seconds: 10) - .milliseconds(1) == Timestamp(nanoseconds: 9_999_000_000))
  }
}

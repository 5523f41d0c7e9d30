import Fanfare
import Testing

@Suite struct DurationTextTests {
  @Test(
    arguments: [
      ("10s", 10_000_000_000), ("5m", 300_000_000_000), ("2h", 7_200_000_000_000), ("1d", 86_400_000_000_000), ("250ms", 250_000_000),
      ("7us", 7_000), ("1ns", 1), ("0s", 0), ("90s", 90_000_000_000), ("1500ms", 1_500_000_000),
    ] as [(String, Int64)])
  func `a whole number and a unit is a duration, and is written again`(text: String, nanoseconds: Int64) {
    #expect(Duration(text: text)?.wholeNanoseconds == nanoseconds)
    #expect(Duration(text: Duration.nanoseconds(nanoseconds).text) == .nanoseconds(nanoseconds))
  }

  @Test(arguments: ["", "10", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1m30s", "1w", "s1", "٣s", "9999999999999999999s", "200000d"])
  func `anything else is not`(text: String) {
    #expect(Duration(text: text) == nil)
  }

  @Test(arguments: [
    (Duration.zero, "0s"), (.seconds(60), "1m"), (.seconds(90), "90s"), (.seconds(7_200), "2h"), (.seconds(86_400), "1d"),
    (.milliseconds(1_500), "1500ms"),
    (.nanoseconds(1_001), "1001ns"),
  ])
  func `the largest unit that is exact is written`(duration: Duration, text: String) {
    #expect(duration.text == text)
  }
}

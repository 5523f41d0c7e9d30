import Testing

@testable import EventAPI

@Suite struct StreamDutiesTests {
  @Test func `a heartbeat that was late does not put off the next one`() {
    var limits = StreamLimits()
    limits.heartbeat = .seconds(15)
    limits.authentication = .seconds(3_600)
    let start = ContinuousClock.now
    var duties = StreamDuties(limits, from: start)
    // Woken at 15, 30 and 45 seconds, and each time at work a little later.
    for (number, delay) in [60, 10, 30].enumerated() {
      let wake = start + .seconds(15 * (number + 1)) + .milliseconds(delay)
      #expect(duties.next(at: wake) == .heartbeat)
      #expect(duties.next(at: wake) == .none)
      #expect(!duties.isDue)
    }
  }
}

import Fanfare
import Testing

@testable import EventAPI

/// Who has to wait, and how long, as values.
@Suite struct AdmissionDecisionTests {
  private let start = Timestamp(seconds: 1000)

  @Test func `ten failures in a minute are free, and the next ones wait longer and longer`() {
    var attempts = FailedAttempts()
    for _ in 0..<10 { #expect(attempts.failed(from: "a", at: start) == .answer) }
    for milliseconds in [50, 100, 200, 400, 800, 1000, 1000, 1000] {
      #expect(attempts.failed(from: "a", at: start + .seconds(59)) == .delay(.milliseconds(milliseconds)))
    }
    #expect(attempts.failed(from: "b", at: start + .seconds(59)) == .answer, "another address")
    #expect(attempts.failed(from: "a", at: start + .seconds(60)) == .answer, "another minute")
    #expect(attempts.failed(from: "a", at: start) == .answer, "another clock")
  }

  @Test func `only so many answers are held back at once`() {
    var attempts = FailedAttempts()
    for _ in 0..<10 { _ = attempts.failed(from: "a", at: start) }
    for _ in 0..<FailedAttempts.maximumDelayed { #expect(attempts.failed(from: "a", at: start) != .sendAway) }
    #expect(attempts.failed(from: "a", at: start) == .sendAway)
    #expect(attempts.failed(from: "b", at: start) == .answer)
    attempts.delayEnded()
    #expect(attempts.failed(from: "a", at: start) == .delay(.seconds(1)))
    #expect(attempts.failed(from: "a", at: start) == .sendAway)
  }

  @Test func `many addresses do not make many free failures, and old ones make room`() {
    var attempts = FailedAttempts()
    for number in 0..<FailedAttempts.maximumOrigins { #expect(attempts.failed(from: "\(number)", at: start) == .answer) }
    let verdicts = (0..<12).map { attempts.failed(from: "new \($0)", at: start + .seconds(30)) }
    #expect(verdicts.filter { $0 == .answer }.count == 10, "newcomers share one entry")
    #expect(attempts.failed(from: "5", at: start + .seconds(30)) == .answer, "who is known keeps his own")
    #expect(attempts.failed(from: "new 20", at: start + .seconds(90)) == .answer)
  }

  @Test func `a ledger holds no more than its limit`() {
    var ledger = BoundedLedger<Int>(limit: 3)
    func add(_ key: String, at second: Int64) -> Int {
      func count(_ entry: inout Int) -> Int {
        entry += 1
        return entry
      }
      return ledger.change(key, at: Timestamp(seconds: second), fresh: 0, isOver: { $0 < 2 }, by: count)
    }
    #expect([add("a", at: 0), add("b", at: 0), add("b", at: 0), add("c", at: 0), add("c", at: 0)] == [1, 1, 2, 1, 2])
    #expect(ledger.count == 3)
    #expect(add("d", at: 0) == 1, "a made room")
    #expect(add("e", at: 0) == 1)
    #expect(add("f", at: 0) == 2, "e and f share one, since nobody is looked for twice in a second")
    #expect(ledger.count == 3)
    #expect(add("g", at: 1) == 1, "d made room")
    #expect(ledger.count == 3)
  }

  @Test func `a caller may make as many requests as the rate says, and a burst after a pause`() {
    var rate = RequestRate(RequestLimit(perSecond: 2, burst: 3))
    for _ in 0..<3 { #expect(rate.take("a", at: start) == nil) }
    #expect(rate.take("a", at: start) == .milliseconds(500))
    #expect(rate.take("a", at: start + .milliseconds(400)) == .milliseconds(100))
    #expect(rate.take("b", at: start) == nil, "another caller")
    #expect(rate.take("a", at: start + .milliseconds(500)) == nil)
    #expect(rate.take("a", at: start + .milliseconds(500)) == .milliseconds(500))
    let later = start + .seconds(100)
    for _ in 0..<3 { #expect(rate.take("a", at: later) == nil) }
    #expect(rate.take("a", at: later) == .milliseconds(500), "a pause fills the bucket, and no more")
    #expect(rate.take("a", at: start) == nil, "a clock that was set back")
  }

  @Test func `over a long time the rate is the rate`() {
    var rate = RequestRate(RequestLimit(perSecond: 3))
    let taken = (0..<10_000).count { rate.take("a", at: start + .milliseconds($0)) == nil }
    #expect((30...33).contains(taken), "\(taken)")
  }

  @Test func `callers beyond the table's limit share one bucket`() {
    var rate = RequestRate(RequestLimit(perSecond: 1))
    for number in 0..<RequestRate.maximumCallers { #expect(rate.take("\(number)", at: start) == nil) }
    #expect(rate.take("x", at: start) == nil)
    #expect(rate.take("y", at: start) == .seconds(1))
    #expect(rate.take("y", at: start + .seconds(1)) == nil)
    #expect(rate.take("z", at: start + .seconds(1)) == nil, "by now there is room")
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::1", "::/64"),
    ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"), ("nonsense", "unknown"),
  ])
  func `an IPv6 client is known by the half of its address that it cannot choose`(address: String, origin: String) {
    #expect(ClientOrigin.name(of: IPAddress(address)) == origin)
  }
}

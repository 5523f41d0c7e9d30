import Testing

@testable import Failpoints

#if FAILPOINTS
@Suite struct FailpointsTests {
  @Test(arguments: ["committed", "committed:3", "transactionReady:1:error", "transactionReady:2:error:5", "committed:1,frameRead:7"])
  func `what can be armed is taken`(_ text: String) { #expect(Failpoint.fault(of: text) == nil) }

  @Test(arguments: [
    ("comitted", "there is no failpoint \"comitted\""), ("committed:0", "not a number above 0"), ("committed:x", "not a number above 0"),
    ("transactionReady:1:crash", "is not NAME"), ("transactionReady:1:error:2:3", "is not NAME"),
    ("frameRead:1:error", "nothing can fail at frameRead"), ("committed,nowhere", "there is no failpoint \"nowhere\""),
  ])
  func `what cannot be armed is told in a sentence`(_ text: String, _ sentence: String) throws {
    #expect(try #require(Failpoint.fault(of: text)).contains(sentence))
  }

  @Test func `a step fails from its turn on for as many times as were asked for`() throws {
    let armed = try ArmedFailpoints(parsing: "transactionReady:3:error:2")
    let failed = (1...6).map { _ in
      do throws(FailpointError) {
        try armed.reachOrFail(.transactionReady)
        return false
      } catch {
        return error.failpoint == .transactionReady
      }
    }
    #expect(failed == [false, false, true, true, false, false])
    #expect(throws: Never.self) { try armed.reachOrFail(.eventInserted) }
  }

  @Test func `they are numbered along the path`() {
    #expect(Failpoint.allCases.map(\.number) == Array(1...Failpoint.allCases.count))
  }
}
#endif

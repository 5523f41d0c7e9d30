import Fanfare
import Testing

@Suite struct DryRunTests {
  private func past(_ number: Int, _ type: String = "ADD_BUILD", data: String? = nil, told: Set<Int64> = []) -> PastEvent {
    var event = Event.sample(type, state: "p", data: data)
    event.id = "e\(number)"
    return PastEvent(event: event.stored(sequence: Int64(number)), told: told)
  }

  private func counts(_ difference: SubscriptionDifference) -> [Int] {
    [difference.wouldSend, difference.presentSent, difference.added, difference.removed, difference.unchanged]
  }

  @Test func `what is matched is set against what was sent, by id`() throws {
    var run = DryRun(
      [.sample("kept", events: ["ADD_*"]), .sample("new", events: ["USER_*"]), .sample("off", isDisabled: true)],
      against: [.sample("gone", row: 1), .sample("kept", row: 2, events: ["ADD_BUILD"]), .sample("off", row: 3)], byDefault: .restricted)
    try run.examine(past(1, told: [1, 2, 3]))
    try run.examine(past(2, "ADD_TEAM", told: [1, 3]))
    try run.examine(past(3, "USER_SIGNUP", told: [1, 2, 99]))
    let result = run.result
    #expect(result.map(\.id) == ["kept", "new", "off", "gone"])
    #expect(result.map(\.standing) == [.kept, .new, .kept, .removed])
    #expect(result.map(counts) == [[2, 2, 1, 1, 1], [1, 0, 1, 0, 0], [0, 2, 0, 2, 0], [0, 3, 0, 3, 0]])
    func examples(_ index: Int) -> [String] {
      (result[index].addedExamples + result[index].removedExamples).map { "\($0.id) \($0.why)" }
    }
    #expect(
      examples(0) == ["e2 the type ADD_TEAM fits none of ADD_BUILD", "e3 the type USER_SIGNUP fits none of ADD_*"])
    #expect(examples(1) == ["e3 it is not in the present set"])
    #expect(examples(2) == ["e1 it is disabled", "e2 it is disabled"])
    #expect(examples(3).first == "e1 it is not in the set that is tried")
  }

  @Test func `what the present set says now and did not send then was made later, or was something else`() throws {
    var run = DryRun([.sample("a")], against: [.sample("a")], byDefault: .restricted)
    try run.examine(past(1))
    #expect(run.result.map(counts) == [[1, 0, 1, 0, 0]])
    #expect(run.result[0].addedExamples.map(\.why) == ["it was made after the event had come, or was something else then"])
  }

  @Test func `a run keeps a few examples and no more, whatever it is shown`() throws {
    let filter = Filter(path: try JSONPointer("/data/n"), isEqualTo: 0)
    var run = DryRun([.sample("a", filters: [filter]), .sample("b")], against: [.sample("a")], byDefault: .restricted)
    for number in 1...50 { try run.examine(past(number, data: #"{"n":\#(number)}"#, told: [1])) }
    let result = run.result
    #expect(result.map(counts) == [[0, 50, 0, 50, 0], [50, 0, 50, 0, 0]])
    #expect(result[0].removedExamples.map(\.id) == (1...DryRun.maximumExamples).map { "e\($0)" })
    #expect(result[0].removedExamples[0].why == #"filter 1 of 1, {"path":"/data/n","is_equal_to":0}, does not hold: the value is 1"#)
    #expect(result[1].addedExamples.count == DryRun.maximumExamples)
  }

  @Test func `two empty sets differ in nothing, and an untouched subscription is shown with zeros`() throws {
    var empty = DryRun([], against: [], byDefault: .restricted)
    try empty.examine(past(1, told: [7]))
    #expect(empty.result.isEmpty)
    let idle = DryRun([.sample("a")], against: [.sample("b")], byDefault: .restricted)
    #expect(idle.result.map(counts) == [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
  }
}

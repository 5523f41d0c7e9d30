import Fanfare
import RandomFixture
import Testing

@Suite struct SubscriptionIndexTests {
  private func ids(_ index: SubscriptionIndex, _ event: Event) -> [String] { index.matches(event).map(\.id) }

  @Test func `an event asks the scopes of its own projects only`() {
    let index = SubscriptionIndex([
      .sample("both", row: 1, side: .project, project: "p"), .sample("inventory", row: 2, side: .inventory, project: "p"),
      .sample("state", row: 3, side: .state, project: "p"), .sample("other", row: 4, side: .project, project: "q"),
    ])
    #expect(ids(index, .sample(inventory: "p")) == ["both", "inventory"])
    #expect(ids(index, .sample(state: "p")) == ["both", "state"])
    #expect(ids(index, .sample(inventory: "p", state: "q")) == ["both", "inventory", "other"])
    #expect(ids(index, .sample(inventory: "x")) == [])
    #expect(ids(index, .sample()) == [])
  }

  @Test func `a subscription matches once although both sides have its project`() {
    let index = SubscriptionIndex([
      .sample("both", row: 1), .sample("inventory", row: 2, side: .inventory), .sample("state", row: 3, side: .state),
    ])
    #expect(ids(index, .sample(inventory: "p", state: "p")) == ["both", "inventory", "state"])
  }

  @Test func `matches come in the order of the set, whether a type is named or a glob is`() {
    let index = SubscriptionIndex([
      .sample("a", row: 1, events: ["ADD_BUILD", "OTHER"]), .sample("b", row: 2), .sample("c", row: 3, events: ["ADD_BUILD", "ADD_BUILD"]),
      .sample("d", row: 4, events: ["ADD_BUILD", "*"]), .sample("e", row: 5, events: ["ADD_*"]),
      .sample("f", row: 6, events: ["ADD_BUILD"]),
      .sample("g", row: 7, events: ["REMOVE_*", "OTHER"]),
    ])
    #expect(ids(index, .sample("ADD_BUILD", state: "p")) == ["a", "b", "c", "d", "e", "f"])
    #expect(ids(index, .sample("OTHER", state: "p")) == ["a", "b", "d", "g"])
  }

  @Test func `a disabled subscription never matches, a paused one does`() {
    let index = SubscriptionIndex([.sample("off", row: 1, isDisabled: true), .sample("paused", row: 2, isPaused: true)])
    let event = Event.sample(state: "p")
    #expect(ids(index, event) == ["paused"])
    #expect(index.verdicts(on: event).map(\.verdict) == [.disabled, .paused])
    #expect(index.subscription(row: 1)?.id == "off")
  }

  @Test(arguments: [
    ([], false), (["ops"], false), (["payments"], true), (["*"], true), (["ops", "payments"], true),
  ])
  func `allowed groups must meet the event's, and an event that names nobody meets none`(groups: [String], isMatch: Bool) {
    let index = SubscriptionIndex([.sample(groups: ["payments", "audit"])])
    let event = Event.sample(state: "p", groups: groups)
    #expect(index.matches(event).isEmpty != isMatch)
    #expect(index.verdicts(on: event).map(\.verdict) == [isMatch ? .matched : .groups])
  }

  @Test(arguments: [(DefaultVisibility.restricted, false), (.authenticated, true), (.public, true)])
  func `an event that names nobody is taken for what the default visibility says`(visibility: DefaultVisibility, isMatch: Bool) {
    let index = SubscriptionIndex([.sample(groups: ["payments"])], defaultVisibility: visibility)
    #expect(index.matches(.sample(state: "p", groups: [])).isEmpty != isMatch)
    #expect(index.matches(.sample(state: "p", groups: ["ops"])).isEmpty)
  }

  @Test func `the verdict names what stands against a subscription, the cheapest question first`() throws {
    let filters = [Filter(path: try JSONPointer("/id")), Filter(path: try JSONPointer("/data/status"), isEqualTo: "failed")]
    let subscription = Subscription.sample(events: ["ADD_*"], filters: filters, groups: ["ops"])
    let index = SubscriptionIndex([subscription])
    #expect(index.verdict(subscription, for: .sample("REMOVE_BUILD", state: "p", groups: ["ops"])) == .type)
    #expect(index.verdict(subscription, for: .sample(state: "p", groups: ["dev"])) == .groups)
    #expect(index.verdict(subscription, for: .sample(state: "p", groups: ["ops"], data: #"{"status":"ok"}"#)) == .filter(1))
    #expect(index.verdict(subscription, for: .sample(state: "p", groups: ["ops"], data: #"{"status":"failed"}"#)) == .matched)
  }

  @Test func `replacing a scope leaves nothing of it and touches no other`() {
    var index = SubscriptionIndex([
      .sample("a", row: 1), .sample("b", row: 2), .sample("c", row: 3, side: .state), .sample("d", row: 4, project: "q"),
    ])
    let before = index
    index.replace(SubscriptionScope(side: .project, project: "p"), with: [.sample("b", row: 2, events: ["X"]), .sample("new", row: 5)])
    #expect(ids(index, .sample("X", state: "p")) == ["b", "new", "c"])
    #expect(index.subscription(row: 1) == nil)
    #expect(index.subscription(row: 2)?.events == [Glob("X")])
    #expect(index.subscription(row: 5)?.id == "new")
    #expect(index.subscription(row: 4)?.id == "d")
    #expect(index.count == 4)
    index.replace(SubscriptionScope(side: .project, project: "p"), with: [])
    #expect(ids(index, .sample("X", state: "p")) == ["c"])
    #expect(ids(before, .sample("X", state: "p")) == ["a", "b", "c"], "a copy is a value of its own")
  }

  @Test func `the index agrees with asking every subscription`() {
    var random = SeededGenerator(seed: 11)
    let types = ["A", "AB", "ABC", "B", "CAB"]
    let patterns = types + ["*", "A*", "*B", "*B*", "C*B"]
    func some(_ values: [String], _ most: Int) -> [String] {
      (0..<Int.random(in: 1...most, using: &random)).map { _ in values.randomElement(using: &random) ?? "A" }
    }
    let subscriptions = (1...600).map { row in
      Subscription.sample(
        "s\(row)", row: Int64(row), side: SubscriptionScope.Side.allCases.randomElement(using: &random) ?? .project,
        project: some(["p", "q", "r"], 1)[0], events: Bool.random(using: &random) ? some(patterns, 3) : nil,
        groups: Bool.random(using: &random) ? some(["g", "h"], 2) : nil, isDisabled: Int.random(in: 0..<10, using: &random) == 0,
        isPaused: Int.random(in: 0..<10, using: &random) == 0)
    }
    let index = SubscriptionIndex(subscriptions)
    for _ in 0..<500 {
      let event = Event.sample(
        some(types + ["D"], 1)[0], inventory: [nil, "p", "q", "r"].randomElement(using: &random) ?? nil,
        state: [nil, "p", "q", "r"].randomElement(using: &random) ?? nil,
        groups: Bool.random(using: &random) ? some(["g", "h", "*"], 2) : [])
      let expected = subscriptions.filter { $0.scope.contains(event) && $0.verdict(for: event).isMatch }.map(\.row)
      let found = index.matches(event).map(\.row)
      #expect(found.count == Set(found).count)
      #expect(found.sorted() == expected)
      #expect(index.verdicts(on: event).filter { $0.verdict.isMatch }.map(\.subscription.row).sorted() == expected)
    }
  }
}

import ArgumentParser
import Fanfare
import Testing

@testable import fanfare

@Suite struct ReplayCommandTests {
  @Test func `options become the order that the API takes`() throws {
    let command = try ReplayCommand.Create.parse([
      "--project", "shop", "--since", "2021-10-15T00:00:00Z", "--until", "2021-10-16T00:00:00Z", "--subscription", "hook", "--type",
      "ADD_*",
      "--type", "X", "--application", "web/1.2", "--environment", "live/a/b", "--dead-letters",
    ])
    let order = try ReplayOrder.request(parsing: JSONValue.object(command.choice.order(until: Timestamp(seconds: 0))).bytes).order
    var expected = ReplayOrder(
      project: "shop", subscription: "hook", since: Timestamp(seconds: 1_634_256_000), until: Timestamp(seconds: 1_634_342_400))
    expected.types = [Glob("ADD_*"), Glob("X")]
    (expected.path.inventoryApplication, expected.path.inventoryVersion) = ("web", "1.2")
    (expected.path.stateEnvironment, expected.path.stateDeployment) = ("live", "a/b")
    expected.isOfDeadLetters = true
    #expect(order == expected)
  }

  @Test func `without an end it is everything until now`() throws {
    let command = try ReplayCommand.Create.parse(["--project", "shop", "--since", "2h"])
    let now = SystemClock.now()
    let order = try ReplayOrder.request(parsing: JSONValue.object(command.choice.order(until: now)).bytes).order
    #expect(order.until == now && now - order.since >= .seconds(7_200))
    #expect(order.types.isEmpty && order.path == ReplayOrder.Path() && !order.isOfDeadLetters)
  }

  @Test(arguments: [["--application", "/1"], ["--environment", ""], ["--environment", "live/"], ["--since", "yesterday"]])
  func `what cannot be meant is refused before anything is asked`(arguments: [String]) {
    #expect(throws: (any Error).self) { try ReplayCommand.Create.parse(["--project", "shop", "--since", "1h"] + arguments) }
  }

  @Test(arguments: [
    (#"{"state":"running","matched":12,"counted":false,"done":0,"pending":0}"#, "12 found so far"),
    (
      #"{"state":"running","matched":100,"counted":true,"made":70,"done":50,"pending":20,"dead":3}"#,
      "███████████████░░░░░░░░░░░░░░░ 50 %  70 of 100 made, 20 pending, 3 dead"
    ), (#"{"state":"paused","matched":0,"counted":true,"done":0,"pending":0}"#, "0 of 0 made, 0 pending, paused"),
  ])
  func `the line says how far it has come`(json: String, text: String) throws {
    #expect(ReplayWait.text(try JSONValue(parsing: Array(json.utf8))) == text)
  }
}

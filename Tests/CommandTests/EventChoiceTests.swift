import ArgumentParser
import Testing

@testable import fanfare

@Suite struct EventChoiceTests {
  @Test(arguments: [
    ["--state", ""], ["--state", "/"], ["--state", "shop//web"], ["--inventory", "libs//1.2"], ["--inventory", "a/b/c/d"],
    ["--inventory", "/libs"],
  ])
  func `a path with a hole in it, or with too much, is refused instead of finding nothing`(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try EventsListCommand.parse(arguments) }
    let message = error.map { EventsListCommand.message(for: $0) } ?? ""
    #expect(message.contains("\(arguments[0]) must be project[/") && message.contains("\"\(arguments[1])\" is not"))
  }

  @Test(arguments: [
    ("--state", "shop/live/web/1", ["state_project=shop", "state_environment=live", "state_deployment=web/1"]),
    ("--state", "shop/live/", ["state_project=shop", "state_environment=live"]), ("--inventory", "libs", ["inventory_project=libs"]),
    ("--state", "shop/live/web/1/", ["state_project=shop", "state_environment=live", "state_deployment=web/1"]),
    ("--inventory", "libs/core/1.2/", ["inventory_project=libs", "inventory_application=core", "inventory_version=1.2"]),
    ("--inventory", "libs/core/1.2", ["inventory_project=libs", "inventory_application=core", "inventory_version=1.2"]),
  ])
  func `a path becomes the parameters that the API knows`(option: String, path: String, expected: [String]) throws {
    let command = try EventsListCommand.parse([option, path])
    #expect(command.choice.parameters.map { "\($0.0)=\($0.1)" } == expected)
  }
}

import ArgumentParser
import Fanfare

/// What `tail` and `export` choose events by.
struct EventChoice: ParsableArguments {
  @Option(help: ArgumentHelp("Only the Inventory's events below this path.", valueName: "project[/application[/version]]"))
  var inventory: String?

  @Option(help: ArgumentHelp("Only the State's events below this path.", valueName: "project[/environment[/deployment]]"))
  var state: String?

  @Option(help: ArgumentHelp("Only events of this type; may be repeated, and may hold *.", valueName: "glob"))
  var type: [String] = []

  @Option(help: ArgumentHelp("Only what this user did.", valueName: "name"))
  var username: String?

  @Option(help: ArgumentHelp("Only events from this time on: RFC 3339, or how long ago (2h).", valueName: "time"))
  var since: Instant?

  /// By the API's own names.
  var parameters: [(String, String)] {
    var parameters = type.map { ("type", $0) }
    if let username { parameters.append(("username", username)) }
    if let since { parameters.append(("since", since.timestamp.rfc3339)) }
    func add(_ path: String?, _ names: [String]) {
      guard let path else { return }
      parameters += zip(names, EventsListCommand.split(path))
    }
    add(inventory, ["inventory_project", "inventory_application", "inventory_version"])
    add(state, ["state_project", "state_environment", "state_deployment"])
    return parameters
  }
}

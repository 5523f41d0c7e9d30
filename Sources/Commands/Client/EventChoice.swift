import ArgumentParser
import Fanfare

/// What `events`, `tail` and `export` choose events by.
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

  func validate() throws {
    if let inventory, Self.names(of: inventory, holdsSlashes: false) == nil {
      throw ValidationError("--inventory must be project[/application[/version]], and \"\(inventory)\" is not")
    }
    if let state, Self.names(of: state, holdsSlashes: true) == nil {
      throw ValidationError("--state must be project[/environment[/deployment]], and \"\(state)\" is not")
    }
  }

  /// By the API's own names.
  var parameters: [(String, String)] {
    var parameters = type.map { ("type", $0) }
    if let username { parameters.append(("username", username)) }
    if let since { parameters.append(("since", since.timestamp.rfc3339)) }
    let inventory = inventory.flatMap { Self.names(of: $0, holdsSlashes: false) } ?? []
    let state = state.flatMap { Self.names(of: $0, holdsSlashes: true) } ?? []
    parameters += zip(["inventory_project", "inventory_application", "inventory_version"], inventory)
    parameters += zip(["state_project", "state_environment", "state_deployment"], state)
    return parameters
  }

  /// The one to three names of a path, which may end with a slash as the API's own paths do. Nil if one of them is empty, or if there are
  /// more.
  ///
  /// - Parameter holdsSlashes: whether the third one, a deployment's, may hold slashes.
  private static func names(of path: String, holdsSlashes: Bool) -> [String]? {
    let path = path.hasSuffix("/") ? path.dropLast() : path[...]
    let names = path.split(separator: "/", maxSplits: holdsSlashes ? 2 : .max, omittingEmptySubsequences: false).map(String.init)
    return names.count <= 3 && !names.contains("") ? names : nil
  }
}

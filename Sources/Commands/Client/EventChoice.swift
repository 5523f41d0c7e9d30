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
    func check(_ path: String?, _ option: String, _ shape: String, holdsSlashes: Bool) throws {
      guard let path else { return }
      let names = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
      // A slash at the end is how the API itself writes its paths.
      let isGood = !(names.last?.isEmpty == true ? names.dropLast() : names[...]).contains("") && !path.isEmpty
      let isTooLong = !holdsSlashes && names.count == 3 && names[2].dropLast(names[2].hasSuffix("/") ? 1 : 0).contains("/")
      if !isGood || isTooLong || path == "/" { throw ValidationError("\(option) must be \(shape), and \"\(path)\" is not") }
    }
    try check(inventory, "--inventory", "project[/application[/version]]", holdsSlashes: false)
    try check(state, "--state", "project[/environment[/deployment]]", holdsSlashes: true)
  }

  /// By the API's own names.
  var parameters: [(String, String)] {
    var parameters = type.map { ("type", $0) }
    if let username { parameters.append(("username", username)) }
    if let since { parameters.append(("since", since.timestamp.rfc3339)) }
    func add(_ path: String?, _ names: [String]) {
      guard let path else { return }
      parameters += zip(names, Self.split(path))
    }
    add(inventory, ["inventory_project", "inventory_application", "inventory_version"])
    add(state, ["state_project", "state_environment", "state_deployment"])
    return parameters
  }

  /// A deployment's name may hold slashes, so only the first two of a path separate.
  private static func split(_ path: String) -> [String] {
    path.split(separator: "/", maxSplits: 2).map(String.init).filter { !$0.isEmpty }
  }
}

internal import Fanfare

/// The places that an event is about, as a sentence names them; where a name is missing it says `a deployment` instead.
struct SlackPlace {
  private let inventory: InventoryPlace?
  private let state: StatePlace?

  init(_ path: EventPath) {
    inventory = path.inventory
    state = path.state
  }

  var inventoryProject: Phrase { inventory.map { "the Inventory project \(value: $0.project)" } ?? "an Inventory project" }
  var application: Phrase { inventory?.application.map { "the application \(value: $0)" } ?? "an application" }

  var release: Phrase {
    switch (inventory?.application, inventory?.version) {
    case (let application?, let version?): "version \(value: version) of \(value: application)"
    case (let application?, nil): "a version of \(value: application)"
    case (nil, _): "a version of an application"
    }
  }

  var stateProject: Phrase { state.map { "the State project \(value: $0.project)" } ?? "a State project" }
  var environment: Phrase { state?.environment.map { "the environment \(value: $0)" } ?? "an environment" }

  var deployment: Phrase {
    guard let state, let environment = state.environment else { return "a deployment" }
    guard let deployment = state.deployment else { return "a deployment in \(value: state.project + "/" + environment)" }
    return "the deployment \(value: deployment) in \(value: state.project + "/" + environment)"
  }

  /// The deepest place that the event names.
  var target: Phrase {
    if let state {
      if state.deployment != nil { return deployment }
      if state.environment != nil { return "\(environment) of \(stateProject)" }
      return stateProject
    }
    guard let inventory, inventory.application != nil else { return inventoryProject }
    if inventory.version != nil { return release }
    return application
  }

  /// ` in …`, or nothing.
  var somewhere: Phrase {
    if state == nil && inventory == nil { return "" }
    return " in \(target)"
  }

  /// The whole paths, with the side that each belongs to.
  var paths: [(side: String, path: String)] {
    var paths: [(String, String)] = []
    if let inventory {
      paths.append(("Inventory", [inventory.project, inventory.application, inventory.version].compactMap(\.self).joined(separator: "/")))
    }
    if let state {
      paths.append(("State", [state.project, state.environment, state.deployment].compactMap(\.self).joined(separator: "/")))
    }
    return paths
  }
}
